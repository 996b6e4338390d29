/** A run of days without loads: its first and last by number, and on how many of them loads were to be expected. */
export interface Gap {
  readonly first: number;
  readonly last: number;
  readonly missing: number;
}

/**
 * Days without loads where some were to be expected: on days of the same weekday, from the first day with loads to
 * the last, there mostly were some. So a weekend is no gap at a site that rests on weekends, and a gap goes on over it.
 * @param days on which there were loads
 * @param until the last day, inclusive, on which loads are expected
 */
export function findGaps(days: ReadonlySet<number>, until: number): Gap[] {
  const sorted = [...days].sort((one, other) => one - other);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return [];
  const isExpected = Array.from({ length: 7 }, (_, weekday) => {
    const all = Math.floor((last - weekday) / 7) - Math.floor((first - 1 - weekday) / 7);
    return sorted.filter((day) => day % 7 === weekday).length > all / 2;
  });
  const gaps: Gap[] = [];
  let isOpen = false;
  for (let day = first; day <= until; day++) {
    if (days.has(day)) isOpen = false;
    else if (isExpected[day % 7]) {
      const before = isOpen ? gaps.pop() : undefined;
      gaps.push({ first: before?.first ?? day, last: day, missing: (before?.missing ?? 0) + 1 });
      isOpen = true;
    }
  }
  return gaps;
}
