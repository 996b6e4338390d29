import { Argument, Command } from 'commander';
import { allReports, patternFilter, reportNamed, runReport } from '../../app/run-report.ts';
import type { Settings } from '../../app/settings.ts';
import { writeOutput } from '../../app/standard-output.ts';
import { AppError } from '../../core/app-error.ts';
import type { Page, ResultTable } from '../../core/result-table.ts';
import type { UsageFilter } from '../../core/usage-query.ts';
import { shownText } from '../../view/shown-text.ts';
import { addCommonOptions, type CommonOptions, settingsOf } from '../common-options.ts';
import { addFilterOptions, type FilterOptions, filterOf } from '../filter-options.ts';
import { addTableOptions, formatterOf, readLimit, type TableOptions } from '../table-options.ts';

type Report = (typeof allReports)[number];

/** Options of every report. */
type ReportOptions = CommonOptions & FilterOptions & TableOptions & { readonly directory?: string };

/** `modtally report`, with a command for each report that has a help page and options of its own. */
export function createReportCommand(): Command {
  const command = new Command('report')
    .description('Asks the store a question and prints the answer.')
    .usage('<name> [options]')
    .addArgument(reportArgument());
  addFilterOptions(command, 'the path (modules_used_by: on the user)');
  addTableOptions(command).option(
    '--directory <directory>',
    'who the users are: a CSV file with a column user, or getent',
  );
  for (const report of allReports) command.addCommand(createCommandOf(report), { hidden: true });
  return addCommonOptions(command)
    .addHelpText('after', () => describeReports())
    .action((name: string) => {
      // A report that there is has its own command. This says which there are.
      reportNamed(name);
    });
}

/** Its names are listed below the options, and told by `reportNamed` where there is no such report. */
function reportArgument(): Argument {
  const argument = new Argument('<name>', 'the report; "modtally report NAME --help" says how to read it');
  return Object.assign(argument, { argChoices: allReports.map(({ name }) => name) });
}

/** `modtally report NAME` */
function createCommandOf(report: Report): Command {
  const { name, summary, reading, months, options = [], example } = report;
  const span = months === undefined ? '' : ` Without --start it goes back ${months} months, the last of them included.`;
  const command = new Command(name).description(`${capitalize(summary)}. ${reading}${span}`);
  for (const { name: option, hint, meaning, fallback } of options) {
    command.option(`--${option} <${hint}>`, fallback === '' ? meaning : `${meaning} (default: ${fallback})`);
  }
  return command
    .addHelpText('after', `\nExample:\n  ${example}\n`)
    .action(() =>
      printReport(report, command.optsWithGlobals<ReportOptions>(), command.opts<Record<string, string>>()),
    );
}

async function printReport(report: Report, options: ReportOptions, own: Record<string, string>): Promise<void> {
  const format = formatterOf(options);
  const settings = settingsOf(options, { directory: options.directory });
  const { table } = await runReport({
    settings,
    report,
    filter: reportFilter(report, options, settings),
    limit: readLimit(options.limit),
    options: own,
    now: Date.now() / 1000,
  });
  const page = options.format === 'html' ? { page: table.page ?? pageOf(report, table) } : {};
  await writeOutput(format({ ...table, ...page }, settings.zone));
  if (options.quiet !== true) for (const note of notesOn(table)) process.stderr.write(`modtally: ${shownText(note)}\n`);
}

/** A report as a page with one table. */
function pageOf({ summary, reading }: Report, table: ResultTable): Page {
  return { title: capitalize(summary), sections: [{ title: '', text: reading, table }] };
}

function capitalize(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}`;
}

function reportFilter(report: Report, options: ReportOptions, { zone }: Settings): UsageFilter {
  const { pattern = [], user = [] } = options;
  if (report.patternOn === 'user' && pattern.length > 0 && user.length > 0) {
    throw new AppError('USAGE', `in ${report.name}, --pattern and --user are the same`, { hint: 'Give one of them.' });
  }
  const filter = filterOf(options, zone);
  return pattern.length === 0 ? filter : { ...filter, paths: [], ...patternFilter(report, pattern) };
}

function notesOn({ rows, notes = [] }: ResultTable): readonly string[] {
  return rows.length === 0 ? [...notes, 'There is nothing to show.'] : notes;
}

function describeReports(): string {
  const width = Math.max(...allReports.map(({ name }) => name.length));
  const lines = allReports.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `\nReports:\n${lines.join('\n')}\n\nExamples:\n${allReports.map(({ example }) => `  ${example}\n`).join('')}`;
}
