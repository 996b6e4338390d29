import { Command } from 'commander';
import {
  allReports,
  readReportOptions,
  readTimeBound,
  reportNamed,
  reportOptions,
  runReport,
  timeRange,
} from '../../app/run-report.ts';
import { writeOutput } from '../../app/standard-output.ts';
import { AppError } from '../../core/app-error.ts';
import { shownText } from '../../view/shown-text.ts';
import { addCommonOptions, type CommonOptions, collect, settingsOf } from '../common-options.ts';
import { addTableOptions, formatterOf, readLimit, type TableOptions } from '../table-options.ts';

interface ReportOptions extends CommonOptions, TableOptions {
  readonly pattern: readonly string[];
  readonly user: readonly string[];
  readonly syshost: readonly string[];
  readonly start?: string;
  readonly end?: string;
  readonly directory?: string;
}

/** `modtally report` */
export function createReportCommand(): Command {
  const command = new Command('report')
    .description('Asks the store a question and prints the answer.')
    .argument('<name>', 'the report')
    .option(
      '--pattern <pattern>',
      'SQL LIKE pattern on the path (modules_used_by: on the user); repeatable',
      collect,
      [],
    )
    .option('--user <pattern>', 'only users that match; repeatable', collect, [])
    .option('--syshost <pattern>', 'only clusters that match; repeatable', collect, [])
    .option('--start <date>', 'from this date on, YYYY-MM-DD[ HH:MM[:SS]]')
    .option('--end <date>', 'up to, and without, this date')
    .option('--directory <directory>', 'who the users are: a CSV file with a column user, or getent');
  for (const option of reportOptions) command.option(`--${option.name} <${option.valueHint}>`, option.description);
  return addCommonOptions(addTableOptions(command))
    .addHelpText('after', () => describeReports())
    .action(async (name: string, options: ReportOptions) => {
      const report = reportNamed(name);
      const format = formatterOf(options);
      const own = readReportOptions(report, command.opts());
      const settings = settingsOf(options, { directory: options.directory });
      const { zone } = settings;
      const isByUser = report.name === 'modules_used_by';
      if (isByUser && options.pattern.length > 0 && options.user.length > 0) {
        throw new AppError('USAGE', 'in modules_used_by, --pattern and --user are the same', {
          hint: 'Give one of them.',
        });
      }
      const { table } = await runReport({
        settings,
        report,
        filter: {
          paths: isByUser ? [] : options.pattern,
          users: isByUser ? [...options.pattern, ...options.user] : options.user,
          syshosts: options.syshost,
          ...timeRange(readTimeBound('--start', options.start, zone), readTimeBound('--end', options.end, zone)),
        },
        limit: readLimit(options.limit),
        allPaths: [],
        options: own,
      });
      await writeOutput(format(table, zone));
      if (options.quiet !== true) for (const note of table.notes ?? []) process.stderr.write(`${shownText(note)}\n`);
    });
}

function describeReports(): string {
  const width = Math.max(...allReports.map(({ name }) => name.length));
  const lines = allReports.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `\nReports:\n${lines.join('\n')}\n\nExamples:\n${allReports.map(({ example }) => `  ${example}\n`).join('')}`;
}
