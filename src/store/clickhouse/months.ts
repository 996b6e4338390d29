import { dayToDate } from '../../core/calendar-day.ts';
import type { UsageBatch } from '../../core/usage-batch.ts';
import { clampToUint32, type ResolvedFilter } from '../resolved-filter.ts';
import type { SummaryRule } from '../summary-rule.ts';
import type { Month, Summary } from './store-state.ts';
import { daysOf } from './usage-filter.ts';

/** The part of a filter that is about time. */
export type TimeFilter = Pick<ResolvedFilter, 'start' | 'end' | 'days'>;

/** Rows that come to a month. */
export interface MonthRows {
  rows: number;
  earliest: number;
  latest: number;
}

/** Adds the rows of a batch to those of each month. */
export function countByMonth(
  { length, day, first }: Pick<UsageBatch, 'length' | 'day' | 'first'>,
  months: Map<number, MonthRows>,
): void {
  const ofDays = new Map<number, MonthRows>();
  for (let row = 0; row < length; row++) {
    const [dayOfRow, firstLoad] = [day[row] ?? 0, first[row] ?? 0];
    let found = ofDays.get(dayOfRow);
    if (found === undefined) {
      const month = monthOfDay(dayOfRow);
      found = months.get(month) ?? { rows: 0, earliest: firstLoad, latest: firstLoad };
      months.set(month, found);
      ofDays.set(dayOfRow, found);
    }
    found.rows += 1;
    if (firstLoad < found.earliest) found.earliest = firstLoad;
    if (firstLoad > found.latest) found.latest = firstLoad;
  }
}

/** The months when rows have come to count. */
export function withRows(months: readonly Month[], came: ReadonlyMap<number, MonthRows>): Month[] {
  const known = new Map(months.map((month) => [month.month, month]));
  for (const [month, { rows, earliest, latest }] of came) {
    const before = known.get(month) ?? { month, earliest, latest, later: 0, triedAt: null, summary: null };
    known.set(month, {
      ...before,
      earliest: Math.min(before.earliest, earliest),
      latest: Math.max(before.latest, latest),
      later: before.later + rows,
    });
  }
  return [...known.values()].sort((one, other) => one.month - other.month);
}

/** A month as it is known when its summary has gone. */
export function withoutSummary(month: Month): Month {
  return { ...month, later: month.later + (month.summary?.rows ?? 0), summary: null };
}

/** The month that most needs a summary; null where none is worth one. */
export function findDue(months: readonly Month[], { leastRows, pauseMs }: SummaryRule, nowMs: number): Month | null {
  const newest = months.at(-1)?.month;
  const due = months.filter(({ month, later, triedAt, summary }) => {
    const isOver = month !== newest;
    const isMuch = later > leastRows && (isOver || later > (summary?.rows ?? 0));
    return isMuch && (triedAt === null || Math.abs(nowMs - triedAt) >= pauseMs);
  });
  return due.reduce<Month | null>((most, month) => (month.later > (most?.later ?? 0) ? month : most), null);
}

/** The months of a filter's rows: those that a summary answers for, and the others. */
export function splitMonths(
  months: readonly Month[],
  filter: TimeFilter,
): { readonly summarised: readonly SummarisedMonth[]; readonly others: readonly Month[] } {
  const asked = months.filter((month) => !isOutside(month, filter) && !isMissed(month, filter));
  const isAnswered = (month: Month): month is SummarisedMonth => month.summary !== null && isInside(month, filter);
  return { summarised: asked.filter(isAnswered), others: asked.filter((month) => !isAnswered(month)) };
}

export type SummarisedMonth = Month & { readonly summary: Summary };

/** The days of a month: from the first until that of the next one. */
export function daysOfMonth(month: number): readonly [from: number, until: number] {
  const firstOf = (number: number): number => Date.UTC(Math.floor(number / 12), number % 12) / 86_400_000;
  return [firstOf(month), firstOf(month + 1)];
}

function monthOfDay(day: number): number {
  const { year, month } = dayToDate(day);
  return year * 12 + month - 1;
}

/** Whether a filter's time lets all rows of a month through. */
function isInside({ month, earliest, latest }: Month, { start, end, days }: TimeFilter): boolean {
  const [from, until] = daysOfMonth(month);
  return (
    (start === null || earliest >= clampToUint32(start)) &&
    (end === null || latest < clampToUint32(end)) &&
    (days === null || (days[0] <= from && until <= days[1]))
  );
}

/** Whether a filter's time lets no row of a month through. */
function isMissed({ earliest, latest }: Month, { start, end }: TimeFilter): boolean {
  return (start !== null && latest < clampToUint32(start)) || (end !== null && earliest >= clampToUint32(end));
}

/** Whether a month has none of the days on which a filter's rows may lie. */
export function isOutside({ month }: Month, filter: TimeFilter): boolean {
  const [from, until] = daysOfMonth(month);
  const { first, last } = daysOf(filter);
  const { days } = filter;
  return (
    (first !== null && until <= first) ||
    (last !== null && from > last) ||
    (days !== null && (until <= days[0] || from >= days[1]))
  );
}
