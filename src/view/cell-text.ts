import type { Cell, Column } from '../core/result-table.ts';
import type { SiteZone } from '../core/site-zone.ts';
import { shownText } from './shown-text.ts';

/** A cell as people read it: instants in the site's zone, shares in per cent, what is not known as nothing. */
export function cellText(cell: Cell, column: Column, zone: SiteZone): string {
  if (cell === null) return '';
  if (typeof cell === 'object') return cell.map((each) => shownText(String(each))).join(',');
  if (typeof cell === 'string') return shownText(cell);
  if (column.kind === 'instant') return zone.toDateTime(cell);
  if (column.kind === 'day') return zone.toDateTime(cell).slice(0, 10);
  return column.kind === 'share' ? `${(cell * 100).toFixed(1)} %` : String(cell);
}
