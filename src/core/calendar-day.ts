/** Calendar days as whole numbers: days since 1970-01-01, in whatever zone the caller means. */

const MS_PER_DAY = 86_400_000;

/** Day number of a date of the proleptic Gregorian calendar, or null where there is no such date. */
export function dayFromDate(year: number, month: number, dayOfMonth: number): number | null {
  const ms = Date.UTC(year, month - 1, dayOfMonth);
  const date = new Date(ms);
  const exists = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === dayOfMonth;
  if (!exists) return null;
  return Math.floor(ms / MS_PER_DAY);
}

/** `YYYY-MM-DD` of a day number. */
export function dayToIso(day: number): string {
  return new Date(day * MS_PER_DAY).toISOString().slice(0, 10);
}

/** Year, month (1 to 12) and day of the month of a day number. */
export function dayToDate(day: number): { year: number; month: number; dayOfMonth: number } {
  const date = new Date(day * MS_PER_DAY);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, dayOfMonth: date.getUTCDate() };
}

/** Number of days of a month (1 to 12). */
export function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The Monday of a day's week. Day 0 was a Thursday. */
export function mondayOf(day: number): number {
  return day - ((((day + 3) % 7) + 7) % 7);
}

/**
 * The day `months` calendar months before (negative: after) `day`; a day of the month that the target
 * month lacks becomes its last.
 */
export function dayMonthsBefore(day: number, months: number): number {
  const { year, month, dayOfMonth } = dayToDate(day);
  const target = year * 12 + (month - 1) - months;
  const targetYear = Math.floor(target / 12);
  const targetMonth = (target % 12) + 1;
  const found = dayFromDate(targetYear, targetMonth, Math.min(dayOfMonth, daysInMonth(targetYear, targetMonth)));
  if (found === null) throw new RangeError(`no day ${months} months before ${dayToIso(day)}`);
  return found;
}
