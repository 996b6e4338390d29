import { readLegacySettings, requireMysql } from '../app/conf-file.ts';
import { dumpDatabase } from '../app/dump-database.ts';
import { absolutePath } from '../app/store-url.ts';
import { AppError } from '../core/app-error.ts';
import { monthSpan } from '../core/month-span.ts';
import { readMonths } from '../core/whole-number.ts';
import { announceStore, type LegacyCommand } from './run-legacy.ts';

/** `dump_db` */
export const dumpDb: LegacyCommand = {
  name: 'dump_db',
  options: {
    dbname: { type: 'string' },
    confFn: { type: 'string' },
    start: { type: 'string' },
    Nmonths: { type: 'string' },
    parentDir: { type: 'string' },
  },
  operands: 0,
  help: `usage: dump_db [--dbname NAME] [--confFn FILE] [--start YYYY-MM] [--Nmonths N] --parentDir DIR

Writes the loads of a gen_1 database into files, DIR/lmodV2_db_YYYY_MM_DD.json for each day that has any, a load a
line; store_module_data takes them. "modtally migrate" does both in one step, and proves it.

  --dbname NAME    name of the database (lmod): its conf file is NAME_db.conf in this directory
  --confFn FILE    conf file of the database
  --start YYYY-MM  first month; without it, from the beginning
  --Nmonths N      number of months; without it, up to the end
  --parentDir DIR  where the files go

Example:
  dump_db --dbname lmod --start 2023-11 --Nmonths 13 --parentDir ~/lmod_db
`,
  async run(args) {
    const parentDir = args.text('parentDir');
    if (parentDir === undefined) throw new AppError('USAGE', '--parentDir is missing', { hint: 'See --help.' });
    const nMonths = args.text('Nmonths');
    const months = nMonths === undefined ? null : readMonths(nMonths);
    if (nMonths !== undefined && months === null) {
      throw new AppError('USAGE', `--Nmonths: ${nMonths} is no number of months`);
    }
    const span = monthSpan(args.text('start') ?? (months === null ? null : '1970-01'), months);
    if (span === null) {
      throw new AppError('BAD_DATE', `--start: ${args.text('start')} is no month`, { hint: 'Write YYYY-MM.' });
    }
    const settings = readLegacySettings(args.text('confFn'), args.text('dbname') ?? 'lmod');
    const target = requireMysql(settings.store, settings.storeOrigin);
    const { name, files, loads } = await dumpDatabase(target, settings.zone, span, absolutePath(parentDir));
    announceStore('dump_db', name, settings);
    process.stderr.write(`dump_db: ${loads} loads of ${files} days\n`);
  },
};
