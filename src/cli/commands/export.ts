import { Command } from 'commander';
import { type ExportFormat, exportFormats, runExport } from '../../app/run-export.ts';
import { AppError } from '../../core/app-error.ts';
import { addCommonOptions, type CommonOptions, settingsOf } from '../common-options.ts';
import { addFilterOptions, type FilterOptions, filterOf } from '../filter-options.ts';
import { addPartOptions, type PartOptions, readColumnKeys, readLimit } from '../table-options.ts';

interface ExportOptions extends CommonOptions, FilterOptions, PartOptions {
  readonly output?: string;
  readonly format?: string;
}

/** `modtally export` */
export function createExportCommand(): Command {
  const command = new Command('export')
    .description('Writes usage as it is kept, whole or filtered: a row a tally, or a load where every load is kept.')
    .argument('[file]', 'where to; its ending tells the format; - or none for standard output')
    .option('-o, --output <file>', 'the same as an option')
    .option('--format <format>', 'parquet, csv or jsonl');
  return addCommonOptions(addPartOptions(addFilterOptions(command), 'their names in the file'))
    .addHelpText('after', EXAMPLES)
    .action(async (operand: string | undefined, options: ExportOptions) => {
      const file = fileOf(operand, options.output);
      const format = formatOf(options.format, file);
      const settings = settingsOf(options);
      const { rows, store } = await runExport({
        settings,
        filter: filterOf(options, settings.zone),
        format,
        file,
        columns: readColumnKeys(options.columns),
        limit: readLimit(options.limit),
      });
      if (options.quiet !== true && file !== null) process.stderr.write(`${rows} rows of ${store} -> ${file}\n`);
    });
}

const EXAMPLES = `
Examples:
  modtally export usage.parquet
  modtally export --user alice --start 2025-01-01 --format csv
  modtally export --syshost birch birch.jsonl
  modtally export --columns day,user,module,loads --limit 1000 sample.csv
`;

/** Null for standard output. */
function fileOf(operand: string | undefined, output: string | undefined): string | null {
  if (operand !== undefined && output !== undefined) {
    throw new AppError('USAGE', `both ${operand} and --output ${output} were given`, { hint: 'Give one of them.' });
  }
  const file = operand ?? output ?? '-';
  return file === '-' ? null : file;
}

/** The format that is asked for, else the one that the file's ending tells, else JSON lines on standard output. */
function formatOf(name: string | undefined, file: string | null): ExportFormat {
  const ending = file === null ? 'jsonl' : (/\.([^./]+)$/.exec(file)?.[1] ?? '');
  const format = exportFormats.find((each) => each === (name ?? ending));
  if (format === undefined) {
    throw new AppError(
      'USAGE',
      name === undefined ? `the name ${file} tells no format` : `there is no format ${name}`,
      {
        hint: `Formats: ${exportFormats.join(', ')}.`,
      },
    );
  }
  if (format === 'parquet' && file === null) {
    throw new AppError('USAGE', 'Parquet cannot be written to standard output', { hint: 'Name a file.' });
  }
  return format;
}
