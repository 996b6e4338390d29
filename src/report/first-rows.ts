/** As many rows as a limit allows; null allows all. */
export function firstRows<T>(rows: readonly T[], limit: number | null): readonly T[] {
  return limit === null ? rows : rows.slice(0, limit);
}
