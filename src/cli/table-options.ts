import type { Command } from 'commander';
import { AppError } from '../core/app-error.ts';
import type { ResultTable } from '../core/result-table.ts';
import type { SiteZone } from '../core/site-zone.ts';
import { readWholeNumber } from '../core/whole-number.ts';
import { findFormat, formatNames } from '../view/formats.ts';
import { selectColumns } from '../view/select-columns.ts';
import { screenOf } from './screen.ts';

/** Options that say how much of an answer is wanted. */
export interface PartOptions {
  readonly columns?: string;
  readonly limit?: string;
}

/** Options of the commands that print a table. */
export interface TableOptions extends PartOptions {
  readonly format: string;
}

/** Gives a command the options of those that print a table. */
export function addTableOptions(command: Command): Command {
  return addPartOptions(command, 'their keys in JSON').option(
    '--format <format>',
    'table, json, csv, md or html',
    'table',
  );
}

/**
 * Gives a command the options that say how much of an answer is wanted.
 * @param names what columns are named by
 */
export function addPartOptions(command: Command, names: string): Command {
  return command
    .option('--columns <keys>', `these columns in this order, by ${names}, with commas between`)
    .option('--limit <n>', 'rows at the most');
}

/**
 * How a table becomes the text that is asked for, with the columns that are asked for.
 * @throws AppError USAGE where there is no such format; the formatter, where there is no such column
 */
export function formatterOf(options: TableOptions): (table: ResultTable, zone: SiteZone) => string {
  const format = findFormat(options.format);
  if (format === undefined) {
    throw new AppError('USAGE', `there is no format ${options.format}`, {
      hint: `Formats: ${formatNames.join(', ')}.`,
    });
  }
  const keys = readColumnKeys(options.columns);
  return (table, zone) => format(keys === null ? table : selectColumns(table, keys), zone, screenOf(process.stdout));
}

/** The values of `--columns`; null where it was not given. */
export function readColumnKeys(text: string | undefined): string[] | null {
  return text?.split(',').map((key) => key.trim()) ?? null;
}

/**
 * The value of `--limit`; null where it was not given.
 * @throws AppError USAGE
 */
export function readLimit(text: string | undefined): number | null {
  if (text === undefined) return null;
  const limit = readWholeNumber(text, 15);
  if (limit !== null) return limit;
  throw new AppError('USAGE', `--limit: ${text} is no number of rows`, { hint: 'Write a whole number, such as 20.' });
}
