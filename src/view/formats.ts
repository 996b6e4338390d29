import type { Page, ResultTable } from '../core/result-table.ts';
import type { SiteZone } from '../core/site-zone.ts';
import { formatCsv } from './csv.ts';
import { formatHtml } from './html.ts';
import { formatJson } from './json.ts';
import { formatMarkdown } from './markdown.ts';
import { formatTable, type Screen } from './table.ts';

type TableFormat = (table: ResultTable, zone: SiteZone, screen?: Screen) => string;

/** The ways to show a table, as `--format` names them. */
const formats: Readonly<Record<string, TableFormat>> = {
  table: formatTable,
  json: formatJson,
  csv: formatCsv,
  md: formatMarkdown,
  html: (table, zone) => formatHtml(table.page ?? pageOf(table), zone),
};

/** A page with one table that has no title of its own. */
function pageOf(table: ResultTable): Page {
  return { title: 'modtally', sections: [{ title: '', text: '', table }] };
}

/** The names of all formats. */
export const formatNames: readonly string[] = Object.keys(formats);

/** The format of that name, or undefined. */
export function findFormat(name: string): TableFormat | undefined {
  return Object.hasOwn(formats, name) ? formats[name] : undefined;
}
