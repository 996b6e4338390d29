import { readLegacySettings } from '../app/conf-file.ts';
import { Questions } from '../app/questions.ts';
import { endOfKeeping, runPrune } from '../app/run-prune.ts';
import { readTimeBound, timeRange } from '../app/run-report.ts';
import { AppError } from '../core/app-error.ts';
import { readMonths } from '../core/whole-number.ts';
import { announceStore, type LegacyCommand } from './run-legacy.ts';

/** `delete_old_records` */
export const deleteOldRecords: LegacyCommand = {
  name: 'delete_old_records',
  options: {
    keepMonths: { type: 'string' },
    start: { type: 'string' },
    end: { type: 'string' },
    syshost: { type: 'string', multiple: true },
    yes: { type: 'boolean' },
    confFn: { type: 'string' },
  },
  operands: 0,
  help: `usage: delete_old_records (--keepMonths N | --end DATE) [--start DATE] [--syshost PATTERN]... [--yes] [-D] [--confFn FILE]

Deletes records with start <= date < end.

  --keepMonths N     the end is today, N calendar months ago
  --start DATE       YYYY-MM-DD[ HH:MM[:SS]]
  --end DATE         up to, and without, this date
  --syshost PATTERN  only of clusters that match the SQL LIKE pattern
  --yes              do not ask
  --confFn FILE      conf file of the database (lmodV2_db.conf in this directory)

Example:
  delete_old_records --keepMonths 12 --yes --confFn lmodV2_db.conf
`,
  async run(args) {
    const settings = readLegacySettings(args.text('confFn'), 'lmodV2');
    const { zone } = settings;
    const start = readTimeBound('--start', args.text('start'), zone);
    const months = monthsToKeep(args.text('keepMonths'));
    const end =
      months === null ? readTimeBound('--end', args.text('end'), zone) : endOfKeeping(months, zone, Date.now() / 1000);
    if (end === undefined)
      throw new AppError('USAGE', 'Must specify end date', { hint: 'Give --keepMonths or --end.' });
    const bounds = [
      ...(start === undefined ? [] : [`date >= '${zone.toDateTime(start)}'`]),
      `date < '${zone.toDateTime(end)}'`,
    ];
    process.stdout.write(`Deleting records with dates:  ${bounds.join(' and ')}\n`);
    const { removed, store } = await runPrune({
      settings,
      filter: { syshosts: args.list('syshost'), ...timeRange(start, undefined), end },
      archive: null,
      confirm: async () => args.has('yes') || (await isConfirmed()),
    });
    announceStore('delete_old_records', store, settings);
    process.stdout.write(removed === null ? 'Exiting!\n' : `${removed} record(s) deleted\n`);
  },
};

async function isConfirmed(): Promise<boolean> {
  const questions = new Questions();
  const answer = await questions.ask('Is this OK (y/N)?');
  questions.close();
  return answer.trim() === 'y';
}

function monthsToKeep(text: string | undefined): number | null {
  if (text === undefined) return null;
  const months = readMonths(text);
  if (months !== null) return months;
  throw new AppError('USAGE', `--keepMonths: ${text} is no number of months`);
}
