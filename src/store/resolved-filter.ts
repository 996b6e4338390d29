import { compileNameFilter } from '../core/name-filter.ts';
import type { NameKind, UsageFilter } from '../core/usage-query.ts';

/** A filter with names in the place of patterns; null lets all through. */
export interface ResolvedFilter {
  readonly users: readonly string[] | null;
  readonly modules: readonly string[] | null;
  readonly paths: readonly string[] | null;
  readonly syshosts: readonly string[] | null;
  readonly start: number | null;
  readonly end: number | null;
  readonly days: readonly [from: number, until: number] | null;
}

/** The column of usage that has the names of a kind. */
export const nameColumns: Readonly<Record<NameKind, string>> = {
  users: 'user',
  modules: 'module',
  paths: 'path',
  syshosts: 'syshost',
};

/**
 * Turns patterns into the names that they stand for, so that LIKE means the same on every store.
 * @param listNames the names of a kind that the store has, each once
 */
export async function resolveFilter(
  filter: UsageFilter,
  listNames: (kind: NameKind) => Promise<readonly string[]>,
): Promise<ResolvedFilter> {
  const resolve = async (kind: NameKind): Promise<readonly string[] | null> => {
    const isWanted = compileNameFilter(filter, kind);
    if (isWanted === null) return null;
    const exact = filter.exact?.[kind] ?? [];
    return (exact.length > 0 ? exact : await listNames(kind)).filter(isWanted);
  };
  return {
    users: await resolve('users'),
    modules: await resolve('modules'),
    paths: await resolve('paths'),
    syshosts: await resolve('syshosts'),
    start: filter.start ?? null,
    end: filter.end ?? null,
    days: filter.days ?? null,
  };
}

/** The names that a filter lets through, by the column of usage that has them; only of kinds of which not all pass. */
export function namesByColumn(
  filter: ResolvedFilter,
): { readonly column: string; readonly names: readonly string[] }[] {
  const kinds = ['users', 'modules', 'paths', 'syshosts'] as const;
  return kinds.flatMap((kind) => {
    const names = filter[kind];
    return names === null ? [] : [{ column: nameColumns[kind], names }];
  });
}

/** An instant for a column of 32 bits: whatever lies before 1970 or after 2106 lies before or after all loads. */
export function clampToUint32(seconds: number): number {
  return Math.min(Math.max(Math.ceil(seconds), 0), 0xffff_ffff);
}
