import { Command } from 'commander';
import { readSourceTarget } from '../../app/conf-file.ts';
import { runMigration } from '../../app/run-migration.ts';
import { writeOutput } from '../../app/standard-output.ts';
import type { Comparison } from '../../app/verify-migration.ts';
import { AppError } from '../../core/app-error.ts';
import { monthSpan } from '../../core/month-span.ts';
import type { SiteZone } from '../../core/site-zone.ts';
import { readMonths } from '../../core/whole-number.ts';
import { formatTable } from '../../view/table.ts';
import { addCommonOptions, type CommonOptions, settingsOf } from '../common-options.ts';
import { screenOf } from '../screen.ts';

interface MigrateOptions extends CommonOptions {
  readonly from: string;
  readonly start?: string;
  readonly months?: string;
  readonly verify?: boolean;
}

/** `modtally migrate` */
export function createMigrateCommand(): Command {
  const command = new Command('migrate')
    .description(
      'Converts a gen_1 or gen_2 database of Lmod into the store. Interrupted, it goes on where it was: nothing is taken in twice.',
    )
    .requiredOption('--from <database>', 'mysql://USER@HOST:PORT/DATABASE, or a conf file such as lmod_db.conf')
    .option('--start <month>', 'first month, YYYY-MM')
    .option('--months <n>', 'number of months')
    .option('--verify', 'then compare both by month, cluster and path; exit status 1 where they differ');
  return addCommonOptions(command)
    .addHelpText('after', HELP)
    .action(async (options: MigrateOptions) => {
      const settings = settingsOf(options);
      const months = options.months === undefined ? null : readMonths(options.months);
      if (options.months !== undefined && !months) {
        throw new AppError('USAGE', `--months: ${options.months} is no number of months`);
      }
      if (months !== null && options.start === undefined) throw new AppError('USAGE', '--months needs --start');
      const span = monthSpan(options.start ?? null, months);
      if (span === null) {
        throw new AppError('BAD_DATE', `--start: ${options.start} is no month`, { hint: 'Write YYYY-MM.' });
      }
      const report = await runMigration({
        settings,
        from: readSourceTarget(options.from),
        span,
        verify: options.verify === true,
        onMonth({ month, rows, rowsSoFar, rowsInAll }) {
          if (options.quiet === true) return;
          const share = rowsInAll === 0 ? 100 : Math.floor((rowsSoFar / rowsInAll) * 100);
          process.stderr.write(`${month}  ${String(rows).padStart(10)} rows  ${String(share).padStart(3)} %\n`);
        },
      });
      if (options.quiet !== true) {
        const { loads, already, rejected, newRows, rejectsFile } = report;
        const rejects = rejected === 0 ? '' : `, ${rejected} rejected (see ${rejectsFile})`;
        process.stderr.write(
          `${report.source} (gen_${report.generation}) -> ${report.store}\n` +
            `  ${report.months} months: ${loads} loads taken in, in ${newRows} new rows; ${already} were in already${rejects}\n`,
        );
      }
      if (report.comparison !== null) {
        if (!report.comparison.isEqual) process.exitCode = 1;
        await writeOutput(formatComparison(report.comparison, report.months, settings.zone));
      }
    });
}

const HELP = `
The password is taken from MODTALLY_FROM_PASSWORD, else MODTALLY_PASSWORD, or stands in the conf file.

In the comparison, a use is a user, module, path and day; figures with "=" are the store's, Missing are uses
that the store lacks, Extra those that only the store has.

Examples:
  modtally migrate --from mysql://lmod@dbhost/lmod --verify
  modtally migrate --from lmod_db.conf --store duckdb:usage.duckdb --start 2023-11 --months 13 --verify
`;

function formatComparison(comparison: Comparison, months: number, zone: SiteZone): string {
  const { isEqual, differences, uses } = comparison;
  const screen = screenOf(process.stdout);
  const text = [formatTable(comparison.months, zone, screen)];
  if (!isEqual) text.push(formatTable(differences, zone, screen));
  text.push(
    isEqual
      ? `Verdict: EQUAL. ${uses} uses in ${months} months, each in both databases.\n`
      : `Verdict: DIFFERENT. ${differences.rows.length} combinations of month, cluster and path are not the same.\n`,
  );
  return text.join('\n');
}
