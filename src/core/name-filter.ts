import { compileLikeAny, likeAnyMatchesAll } from './like-pattern.ts';
import type { NameKind, UsageFilter } from './usage-query.ts';

/** A test for the names of a kind that a filter lets through; null where it lets all through. */
export function compileNameFilter(filter: UsageFilter, kind: NameKind): ((name: string) => boolean) | null {
  const patterns = filter[kind] ?? [];
  const names = filter.exact?.[kind] ?? [];
  if (names.length === 0) return likeAnyMatchesAll(patterns) ? null : compileLikeAny(patterns);
  const known = new Set(names);
  const isLike = compileLikeAny(patterns);
  return (name) => known.has(name) && isLike(name);
}
