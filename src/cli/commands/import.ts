import { Command } from 'commander';
import { runImport } from '../../app/run-import.ts';
import { writeOutput } from '../../app/standard-output.ts';
import { formatImportAccount, formatImportTroubles } from '../../view/import-account.ts';
import { stringifySafely } from '../../view/json.ts';
import { addCommonOptions, type CommonOptions, settingsOf } from '../common-options.ts';
import { createProgressBar } from '../progress-bar.ts';

interface ImportOptions extends CommonOptions {
  readonly all?: boolean;
  readonly delete?: boolean;
  readonly ignore?: string;
  readonly rejects?: string;
  readonly pseudonyms?: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** `modtally import` */
export function createImportCommand(): Command {
  const command = new Command('import')
    .description('Takes log and dump files into the store. What was imported before is passed over, line by line.')
    .argument('<file...>', 'syslog files and dumps (.json, .jsonl); plain, gzip, zstd or xz; - for standard input')
    .option('--all', 'keep every load as a row of its own instead of daily tallies')
    .option('--delete', 'remove each file once everything in it is stored')
    .option('--ignore <file>', 'module patterns not to count, a regular expression a line')
    .option('--rejects <file>', 'add rejected lines to this file')
    .option('--pseudonyms <file>', 'store users under pseudonyms by the key in this file, which is made if need be')
    .option('--strict', 'store nothing if any line is rejected')
    .option('--json', 'print the account as a JSON object');
  return addCommonOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (files: string[], options: ImportOptions) => {
      const { ignore, rejects, pseudonyms } = options;
      const settings = settingsOf(options, { ignore, rejects, pseudonyms });
      const isQuiet = options.quiet === true || options.json === true;
      const progress = await createProgressBar(files, !isQuiet && process.stderr.isTTY === true);
      const report = await runImport({
        settings,
        files,
        mode: options.all === true ? 'all' : 'tally',
        deleteFiles: options.delete === true,
        strict: options.strict === true,
        onProgress: progress.advance,
      }).finally(progress.end);
      if (report.failures.length > 0) process.exitCode = 1;
      if (options.json === true) await writeOutput(`${stringifySafely(accountOf(report))}\n`);
      else if (options.quiet !== true) process.stderr.write(formatImportAccount(report));
      process.stderr.write(formatImportTroubles('modtally', report));
    });
}

const EXAMPLES = `
Examples:
  modtally import /var/log/moduleUsage.log-*
  modtally import --delete --ignore ignore.txt /var/log/moduleUsage.log-2024*
  zcat old/*.gz | modtally import -
`;

/** The account as `--json` prints it. */
function accountOf(report: Awaited<ReturnType<typeof runImport>>): Record<string, unknown> {
  const { newRows, rejectsFile, notDeleted, failures, ...rest } = report;
  return {
    ...rest,
    seconds: Math.round(report.seconds * 1000) / 1000,
    new_rows: newRows,
    rejects_file: rejectsFile,
    not_deleted: notDeleted,
    failures,
  };
}
