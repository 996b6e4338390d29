import type { Column } from '../core/result-table.ts';
import type { SiteZone } from '../core/site-zone.ts';
import type { Span } from './span.ts';

export const idleDaysColumn: Column = { key: 'idle_days', title: 'Idle days', kind: 'number' };

/** Days from a load to the last day of a span, in the site's zone. */
export function idleDays(last: number, { lastDay }: Span, zone: SiteZone): number {
  return lastDay - zone.dayOf(last);
}
