import { Command } from 'commander';
import { readFromTarget } from '../../app/conf-file.ts';
import { type CopyReport, runCopy } from '../../app/run-copy.ts';
import { writeOutput } from '../../app/standard-output.ts';
import { AppError } from '../../core/app-error.ts';
import type { SiteZone } from '../../core/site-zone.ts';
import { formatCopyAccount } from '../../view/copy-account.ts';
import { stringifySafely } from '../../view/json.ts';
import { formatTable } from '../../view/table.ts';
import { addCommonOptions, type CommonOptions, settingsOf } from '../common-options.ts';
import { createBar, formatSeconds } from '../progress-bar.ts';
import { screenOf } from '../screen.ts';

interface CopyOptions extends CommonOptions {
  readonly from: string;
  readonly to?: string;
  readonly verify?: boolean;
  readonly merge?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `modtally copy` */
export function createCopyCommand(): Command {
  const command = new Command('copy')
    .description(
      'Copies everything from one store into another: usage, ledger, history and catalogue. Interrupted or called again, it goes on where it was: nothing is copied twice.',
    )
    .requiredOption('--from <store>', 'the store to copy, as --store takes it, or a conf file')
    .option('--to <store>', 'the store to copy into, which is made if need be; the same as --store')
    .option('--verify', 'then compare both row by row; exit status 1 where they differ')
    .option('--merge', 'add to usage that the target has of its own, which is of other loads')
    .option('--dry-run', 'only say what would be copied')
    .option('--json', 'print the account as a JSON object');
  return addCommonOptions(command).addHelpText('after', HELP).action(copy);
}

const HELP = `
The source is only read. Where it gets more while it is copied, or later, that follows. What it loses stays in the
target: prune and forget there, too. The zone is the one by which the source has counted its days, unless --tz is given.

The password of the source is taken from MODTALLY_FROM_PASSWORD, else MODTALLY_PASSWORD, or stands in the conf file.

Examples:
  modtally copy --from duckdb:usage.duckdb --to mysql://modtally@dbhost/usage --verify
  modtally copy --from lmodV2_db.conf --to duckdb:/srv/modtally/usage.duckdb --dry-run
`;

async function copy(options: CopyOptions): Promise<void> {
  if (options.to !== undefined && options.store !== undefined) {
    throw new AppError('USAGE', `both --to ${options.to} and --store ${options.store} were given`, {
      hint: 'Give one of them.',
    });
  }
  const store = options.to ?? options.store;
  const settings = settingsOf({ ...options, ...(store !== undefined && { store }) });
  const isQuiet = options.quiet === true || options.json === true;
  const bar = createBar(!isQuiet && process.stderr.isTTY === true);
  const report = await runCopy({
    settings,
    from: readFromTarget(options.from),
    isZoneGiven: options.tz !== undefined,
    mayMerge: options.merge === true,
    isDry: options.dryRun === true,
    verify: options.verify === true && options.dryRun !== true,
    onProgress(copied, toCome) {
      const share = copied / Math.max(1, copied + toCome);
      bar.show(share, (seconds) => {
        const left = `${formatSeconds((seconds / share) * (1 - share))} left`;
        return `${Math.round(copied / 1000)}k of ${Math.round((copied + toCome) / 1000)}k loads, ${left}`;
      });
    },
  }).finally(bar.end);
  if (report.comparison?.isEqual === false) process.exitCode = 1;
  if (options.json === true) await writeOutput(`${stringifySafely(accountOf(report))}\n`);
  else if (!isQuiet) process.stderr.write(formatCopyAccount(report, options.dryRun === true));
  if (report.comparison !== null && options.json !== true) await writeOutput(formatComparison(report, settings.zone));
}

/** The account as `--json` prints it. */
function accountOf({ newRows, isBehind, comparison, ...report }: CopyReport): Record<string, unknown> {
  const seconds = Math.round(report.seconds * 1000) / 1000;
  return { ...report, seconds, new_rows: newRows, behind: isBehind, equal: comparison?.isEqual ?? null };
}

function formatComparison({ comparison }: CopyReport, zone: SiteZone): string {
  if (comparison === null) return '';
  const { isEqual, months, differences, rows } = comparison;
  const screen = screenOf(process.stdout);
  const text = [formatTable(months, zone, screen)];
  if (!isEqual) text.push(formatTable(differences, zone, screen));
  text.push(
    isEqual
      ? `Verdict: EQUAL. ${rows} rows, each in both stores.\n`
      : `Verdict: DIFFERENT. ${differences.rows.length} combinations of day and cluster are not the same.\n`,
  );
  return text.join('\n');
}
