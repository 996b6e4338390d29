import { readFileSync } from 'node:fs';
import { readLegacySettings } from '../app/conf-file.ts';
import { patternFilter, readTimeBound, reportNamed, runReport, timeRange } from '../app/run-report.ts';
import { writeOutput } from '../app/standard-output.ts';
import { AppError, describeCause } from '../core/app-error.ts';
import { formatClassic } from '../view/classic.ts';
import { announceStore, type LegacyCommand } from './run-legacy.ts';

const classicReports = ['counts', 'usernames', 'modules_used_by'];

/** `analyzeLmodDB` */
export const analyzeLmodDb: LegacyCommand = {
  name: 'analyzeLmodDB',
  options: {
    dbname: { type: 'string' },
    confFn: { type: 'string' },
    syshost: { type: 'string', multiple: true },
    start: { type: 'string' },
    end: { type: 'string' },
    allmodulesFn: { type: 'string' },
    sqlPattern: { type: 'string', multiple: true },
  },
  operands: 1,
  help: `usage: analyzeLmodDB [--dbname NAME] [--confFn FILE] [--syshost PATTERN]... [--start DATE] [--end DATE]
                     [--allmodulesFn FILE] [--sqlPattern PATTERN]... counts|usernames|modules_used_by

Prints one of three reports: counts, the number of users of each path; usernames, the users of paths;
modules_used_by, the paths that users have loaded.

  --sqlPattern PATTERN  SQL LIKE pattern on the path, for modules_used_by on the user; several are alternatives
  --syshost PATTERN     the same on the cluster
  --start DATE          from this date on, YYYY-MM-DD[ HH:MM[:SS]]
  --end DATE            up to, and without, this date
  --allmodulesFn FILE   paths, one a line, that counts shows even where nobody has loaded them
  --confFn FILE         conf file of the database
  --dbname NAME         name of the database (lmodV2): its conf file is NAME_db.conf in this directory

Example:
  analyzeLmodDB --sqlPattern '%fftw%' --start 2025-01-01 --end 2025-02-01 counts
`,
  async run(args) {
    const startedAt = performance.now();
    const [name] = args.operands;
    if (name === undefined || !classicReports.includes(name)) {
      throw new AppError('USAGE', name === undefined ? 'no report was given' : `there is no report ${name}`, {
        hint: `Reports: ${classicReports.join(', ')}.`,
      });
    }
    const settings = readLegacySettings(args.text('confFn'), args.text('dbname') ?? 'lmodV2');
    const { zone } = settings;
    const report = reportNamed(name);
    const range = timeRange(
      readTimeBound('--start', args.text('start'), zone),
      readTimeBound('--end', args.text('end'), zone),
    );
    const { table, store } = await runReport({
      settings,
      report,
      filter: {
        ...patternFilter(report, args.list('sqlPattern')),
        syshosts: args.list('syshost'),
        ...range,
      },
      limit: null,
      allPaths: readPaths(args.text('allmodulesFn')),
      now: Date.now() / 1000,
    });
    announceStore('analyzeLmodDB', store, settings);
    await writeOutput(formatClassic(table, performance.now() - startedAt));
  },
};

function readPaths(file: string | undefined): string[] {
  if (file === undefined) return [];
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.map((line) => line.trim()).filter((line) => line !== '');
  } catch (cause) {
    throw new AppError('INPUT', `cannot read ${file}: ${describeCause(cause)}`, { cause });
  }
}
