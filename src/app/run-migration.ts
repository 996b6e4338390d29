import { AppError } from '../core/app-error.ts';
import { groupBy } from '../core/group-by.ts';
import type { MonthSpan } from '../core/month-span.ts';
import { ignoreNothing } from '../ingest/ignore-list.ts';
import { importSources } from '../ingest/import-sources.ts';
import type { MysqlTarget } from '../mysql/mysql-target.ts';
import { type DatabaseDay, LmodDatabase } from '../source/lmod-database.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { disguiseOf } from './pseudonym-key.ts';
import { createRejectsFile } from './rejects-file.ts';
import { namedZone, type Settings } from './settings.ts';
import { type Comparison, compareMonths } from './verify-migration.ts';

export interface MigrationRequest {
  readonly settings: Settings;
  readonly from: MysqlTarget;
  readonly span: MonthSpan;
  /** Whether both databases are compared afterwards. */
  readonly verify: boolean;
  /** Called after each month, with what was done of how much. */
  readonly onMonth: (progress: MonthProgress) => void;
}

/** A month that is safely in the store. */
export interface MonthProgress {
  /** `YYYY-MM`. */
  readonly month: string;
  readonly rows: number;
  readonly rowsSoFar: number;
  readonly rowsInAll: number;
}

export interface MigrationReport {
  readonly source: string;
  readonly generation: 1 | 2;
  readonly store: string;
  readonly months: number;
  /** Loads of the source that were taken in now, and those that had been before. */
  readonly loads: number;
  readonly already: number;
  readonly rejected: number;
  readonly newRows: number;
  readonly rejectsFile: string | null;
  /** Null where nothing was compared. */
  readonly comparison: Comparison | null;
}

/**
 * Converts a gen_1 or gen_2 database straight into the store that the settings name, a month in each transaction.
 * Days that were taken in before, from here or from dump files, are not taken in again.
 * @throws AppError
 */
export async function runMigration(request: MigrationRequest): Promise<MigrationReport> {
  const { from, span, onMonth } = request;
  const settings = { ...request.settings, zone: namedZone(request.settings.zone) };
  if (request.verify && settings.pseudonymsFile !== null) {
    throw new AppError('USAGE', '--verify compares names, and the setting pseudonyms keeps none', {
      hint: 'Leave one of them out.',
    });
  }
  const source = await LmodDatabase.open(from, settings.zone);
  try {
    const store = await openStore(settings.store, { waitMs: settings.waitMs, zone: settings.zone });
    try {
      await store.prepare();
      const days = await source.listDays(span.start, span.end);
      const totals = await importMonths(store, days, settings, onMonth);
      return {
        source: source.name,
        generation: source.generation,
        store: store.name,
        ...totals,
        comparison: request.verify ? await compareMonths(source, store, days, settings.zone) : null,
      };
    } finally {
      await store.close();
    }
  } finally {
    await source.close();
  }
}

async function importMonths(
  store: Store,
  days: readonly DatabaseDay[],
  settings: Settings,
  onMonth: (progress: MonthProgress) => void,
): Promise<Pick<MigrationReport, 'months' | 'loads' | 'already' | 'rejected' | 'newRows' | 'rejectsFile'>> {
  const months = groupBy(days, ({ date }) => date.slice(0, 7));
  const rowsInAll = days.reduce((sum, { rows }) => sum + rows, 0);
  const total = { loads: 0, already: 0, rejected: 0, newRows: 0 };
  let rowsSoFar = 0;
  let rejectsFile: string | null = null;
  const disguise = disguiseOf(settings);
  for (const [month, daysOfMonth] of months) {
    const rejects = createRejectsFile(settings.rejectsFile, disguise === null);
    const { summary } = await importSources(
      store,
      daysOfMonth.map(({ source }) => source),
      {
        mode: 'tally',
        zone: settings.zone,
        ignore: ignoreNothing,
        now: Date.now() / 1000,
        strict: false,
        threads: 1,
        rejects,
        disguise,
        onProgress: () => {},
      },
    );
    const rows = daysOfMonth.reduce((sum, day) => sum + day.rows, 0);
    rowsSoFar += rows;
    total.loads += summary.loads;
    total.already += summary.already;
    total.rejected += Object.values(summary.rejected).reduce((sum, n) => sum + n, 0);
    total.newRows += summary.newRows;
    if (rejects.count > 0) rejectsFile = rejects.path;
    onMonth({ month, rows, rowsSoFar, rowsInAll });
  }
  return { months: months.size, ...total, rejectsFile };
}
