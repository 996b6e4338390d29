import { compareText } from './compare-text.ts';

/**
 * The natural order of versions and of names that have one in them, the oldest first: numbers count as numbers, so
 * that 9.3 comes before 12.2; what leads up to a version (`-rc1`, `beta`) comes before it, every other addition after
 * it. Letter case decides last. No version at all comes first.
 */
export function compareNatural(one: string | null, other: string | null): number {
  if (one === null || other === null) return Number(one !== null) - Number(other !== null);
  const [a, b] = [tokensOf(one), tokensOf(other)];
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const rank = rankOf(a[at], at) - rankOf(b[at], at);
    const difference = rank || compareAlike(a[at] ?? '', b[at] ?? '');
    if (difference !== 0) return difference;
  }
  return compareText(one, other);
}

/** Numbers and what stands between them. A `v` or `r` in front of a version says nothing. */
function tokensOf(text: string): string[] {
  return text.replace(/^[vr](?=\d)/i, '').match(/\d+|\D+/g) ?? [];
}

/** What is like comes together: what leads up to a version, its end, text, numbers. */
function rankOf(token: string | undefined, at: number): number {
  if (token === undefined) return 1;
  if (/^\d/.test(token)) return 3;
  return at > 0 && /^[-._~]?(?:alpha|beta|dev|pre|rc)/i.test(token) ? 0 : 2;
}

function compareAlike(one: string, other: string): number {
  if (!/^\d/.test(one)) return compareText(one.toLowerCase(), other.toLowerCase());
  const [a, b] = [one.replace(/^0+/, ''), other.replace(/^0+/, '')];
  return a.length - b.length || compareText(a, b);
}
