import { Readable } from 'node:stream';
import { tableToParquet } from '../app/table-parquet.ts';
import type { ResultTable } from '../core/result-table.ts';
import type { SiteZone } from '../core/site-zone.ts';
import { formatCsv } from '../view/csv.ts';
import { formatRecord, stringifySafely } from '../view/json.ts';

/** Rows that become text at once. */
const ROWS_AT_ONCE = 1000;

/** A way in which a table is sent. */
export interface TableFormat {
  readonly mediaType: string;
  /** The ending of the file's name where it is saved; null where it is not meant to be. */
  readonly ending: string | null;
  send(table: ResultTable, name: string, zone: SiteZone): Promise<Readable | Buffer>;
}

/** The formats of the API, by the value of `format`. Long tables are sent while they become text. */
export const tableFormats: Readonly<Record<string, TableFormat>> = {
  json: {
    mediaType: 'application/json; charset=utf-8',
    ending: null,
    send: async (table, name, zone) => Readable.from(jsonOf(table, name, zone)),
  },
  csv: {
    mediaType: 'text/csv; charset=utf-8; header=present',
    ending: 'csv',
    send: async (table, _name, zone) => Readable.from(csvOf(table, zone)),
  },
  ndjson: {
    mediaType: 'application/x-ndjson; charset=utf-8',
    ending: 'ndjson',
    send: async (table, _name, zone) => Readable.from(linesOf(table, zone)),
  },
  parquet: {
    mediaType: 'application/vnd.apache.parquet',
    ending: 'parquet',
    send: (table, _name, zone) => tableToParquet(table, zone),
  },
};

function* jsonOf(table: ResultTable, name: string, zone: SiteZone): Generator<string> {
  const { columns, rows, footer, notes = [] } = table;
  const head = JSON.stringify({ report: name, columns: columns.map(({ key, title, kind }) => ({ key, title, kind })) });
  yield `${head.slice(0, -1)},"rows":[`;
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    const records = rows.slice(at, at + ROWS_AT_ONCE).map((row) => formatRecord(row, columns, zone));
    yield `${at === 0 ? '\n' : ',\n'}${records.join(',\n')}`;
  }
  const total = footer === undefined ? '' : `,"total":${formatRecord(footer, columns, zone)}`;
  yield `\n]${total},"notes":${stringifySafely(notes)}}\n`;
}

function* csvOf({ columns, rows }: ResultTable, zone: SiteZone): Generator<string> {
  const heading = formatCsv({ columns, rows: [] }, zone);
  yield heading;
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    yield formatCsv({ columns, rows: rows.slice(at, at + ROWS_AT_ONCE) }, zone).slice(heading.length);
  }
}

function* linesOf({ columns, rows }: ResultTable, zone: SiteZone): Generator<string> {
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    const records = rows.slice(at, at + ROWS_AT_ONCE).map((row) => `${formatRecord(row, columns, zone)}\n`);
    yield records.join('');
  }
}
