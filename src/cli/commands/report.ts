import { Command } from 'commander';
import { allReports, readReportOptions, reportNamed, reportOptions, runReport } from '../../app/run-report.ts';
import { writeOutput } from '../../app/standard-output.ts';
import { AppError } from '../../core/app-error.ts';
import { shownText } from '../../view/shown-text.ts';
import { addCommonOptions, type CommonOptions, settingsOf } from '../common-options.ts';
import { addFilterOptions, type FilterOptions, filterOf } from '../filter-options.ts';
import { addTableOptions, formatterOf, readLimit, type TableOptions } from '../table-options.ts';

type ReportOptions = CommonOptions & FilterOptions & TableOptions & { readonly directory?: string };

/** `modtally report` */
export function createReportCommand(): Command {
  const command = new Command('report')
    .description('Asks the store a question and prints the answer.')
    .argument('<name>', 'the report');
  addFilterOptions(command, 'the path (modules_used_by: on the user)').option(
    '--directory <directory>',
    'who the users are: a CSV file with a column user, or getent',
  );
  for (const option of reportOptions) command.option(`--${option.name} <${option.valueHint}>`, option.description);
  return addCommonOptions(addTableOptions(command))
    .addHelpText('after', () => describeReports())
    .action(async (name: string, options: ReportOptions) => {
      const report = reportNamed(name);
      const format = formatterOf(options);
      const own = readReportOptions(report, command.opts());
      const settings = settingsOf(options, { directory: options.directory });
      const { zone } = settings;
      const filter = filterOf(options, zone);
      const isByUser = report.name === 'modules_used_by';
      if (isByUser && options.pattern.length > 0 && options.user.length > 0) {
        throw new AppError('USAGE', 'in modules_used_by, --pattern and --user are the same', {
          hint: 'Give one of them.',
        });
      }
      const { table } = await runReport({
        settings,
        report,
        filter: isByUser ? { ...filter, paths: [], users: [...options.pattern, ...options.user] } : filter,
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
