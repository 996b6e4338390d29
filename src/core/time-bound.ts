import { dayFromIso, type SiteZone } from './site-zone.ts';

/**
 * The instant (seconds since 1970 UTC) that `YYYY-MM-DD[ HH:MM[:SS]]` means in the site's zone, or null
 * where the text is no such date. A `T` may stand for the blank.
 */
export function parseTimeBound(text: string, zone: SiteZone): number | null {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(text.trim());
  if (match?.[1] === undefined) return null;
  const day = dayFromIso(match[1]);
  const [hour, minute, second] = [Number(match[2] ?? 0), Number(match[3] ?? 0), Number(match[4] ?? 0)];
  if (day === null || hour > 23 || minute > 59 || second > 59) return null;
  return zone.instantOf({ day, secondOfDay: hour * 3600 + minute * 60 + second });
}
