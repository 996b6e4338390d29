import { compareText } from './compare-text.ts';

/**
 * The natural order of versions, the oldest first: numbers count as numbers, so that 9.3 comes before 12.2; what leads
 * up to a version (`-rc1`, `beta`) comes before it, every other addition after it. No version at all comes first.
 */
export function compareVersions(one: string | null, other: string | null): number {
  if (one === null || other === null) return Number(one !== null) - Number(other !== null);
  const [a, b] = [tokensOf(one), tokensOf(other)];
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = compareTokens(a[at], b[at]);
    if (difference !== 0) return difference;
  }
  return compareText(one, other);
}

/** Numbers and what stands between them. A `v` or `r` in front says nothing. */
function tokensOf(version: string): string[] {
  return version.replace(/^[vr](?=\d)/i, '').match(/\d+|\D+/g) ?? [];
}

function compareTokens(one: string | undefined, other: string | undefined): number {
  const rank = rankOf(one) - rankOf(other);
  if (rank !== 0 || one === undefined || other === undefined) return rank;
  if (rankOf(one) < NUMBER) return compareText(one.toLowerCase(), other.toLowerCase());
  const [a, b] = [one.replace(/^0+/, ''), other.replace(/^0+/, '')];
  return a.length - b.length || compareText(a, b);
}

const NUMBER = 3;

function rankOf(token: string | undefined): number {
  if (token === undefined) return 1;
  if (/^\d/.test(token)) return NUMBER;
  return /^[-._~]?(?:alpha|beta|dev|pre|rc)/i.test(token) ? 0 : 2;
}
