import fc from 'fast-check';
import type { ImportRecord, LedgerChange } from '../../src/core/ledger.ts';
import type { Load } from '../../src/core/load.ts';
import type { SiteZone } from '../../src/core/site-zone.ts';
import { GrowingVocabulary } from '../../src/ingest/growing-vocabulary.ts';
import { createDailyTally, createLoadList, type ImportMode } from '../../src/ingest/usage-collector.ts';
import type { CommitResult, Store, StoreImport } from '../../src/store/store.ts';

/** A load in which only what matters is said. */
export function makeLoad(fields: Partial<Load> = {}): Load {
  return {
    user: 'alice',
    module: 'gcc/12.2',
    path: '/apps/gcc/12.2.lua',
    syshost: 'ls6',
    timeUs: Date.UTC(2024, 10, 11, 12) * 1000,
    host: null,
    direct: null,
    jobid: null,
    group: null,
    counts: null,
    ...fields,
  };
}

/** Names that differ only in what careless databases do not tell apart, and such as quoting gets wrong. */
const names = [
  'R',
  'r',
  'é',
  'e',
  'ı',
  'I',
  'a ',
  'a',
  "o'b",
  'x"y',
  'back\\slash',
  '%',
  '_',
  'tab\there',
  'new\nline',
  '日本',
  '😀',
  '\\N',
  'NULL',
  '',
  ';--',
];

const nameOf = fc.constantFrom(...names.filter((name) => name !== ''));

/** A random load in one of three months around a change of clocks, with names that collide. */
export const anyLoad: fc.Arbitrary<Load> = fc.record({
  user: nameOf,
  module: nameOf.map((name) => `${name}/1.0`),
  path: nameOf.map((name) => `/apps/${name}`),
  syshost: fc.constantFrom('ls6', 'LS6', 'frontera', null),
  timeUs: fc.integer({ min: Date.UTC(2024, 9, 1), max: Date.UTC(2024, 11, 31) }).map((ms) => ms * 1000),
  host: fc.constantFrom(null, 'c1.ls6'),
  direct: fc.constantFrom(true, false, null),
  jobid: fc.constantFrom(null, '12[3]'),
  group: fc.constantFrom(null, 'astro', 'Astro', 'bio'),
  counts: fc.constant(null),
});

/** Days on which `crowdedLoad` lets things happen: around a change of clocks, and one long before. */
const crowdedDays = [Date.UTC(2023, 1, 28), Date.UTC(2024, 10, 2), Date.UTC(2024, 10, 3), Date.UTC(2024, 10, 30)];

const HOUR_MS = 3_600_000;

/** Several loads in one record, within the hours after its first. */
const anyCounts = fc
  .record({ direct: fc.nat(3), dependency: fc.nat(3), others: fc.integer({ min: 1, max: 3 }), hours: fc.nat(20) })
  .chain(({ direct, dependency, others, hours }) => {
    const loads = direct + dependency + others;
    return fc.record({
      hours: fc.constant(hours),
      counts: fc.record({
        loads: fc.constant(loads),
        direct: fc.constant(direct),
        dependency: fc.constant(dependency),
        jobs: fc.nat(loads),
      }),
    });
  });

/** A random load of few users, modulefiles and days: tallies meet, and paths have several modules and clusters. */
export const crowdedLoad: fc.Arbitrary<Load> = fc
  .record({
    user: fc.constantFrom('R', 'r', "o'b"),
    modulefile: fc.constantFrom(
      { module: 'r/1.0', path: '/apps/r' },
      { module: 'R/1.0', path: '/apps/R' },
      { module: 'é/2', path: '/apps/r' },
    ),
    syshost: fc.constantFrom('ls6', 'frontera', null),
    dayMs: fc.constantFrom(...crowdedDays),
    hour: fc.nat(23),
    more: fc.option(anyCounts, { freq: 3 }),
    direct: fc.constantFrom(true, false, null),
    jobid: fc.constantFrom(null, '7'),
    group: fc.constantFrom(null, 'astro', 'bio'),
  })
  .map(({ modulefile, dayMs, hour, more, ...load }) => {
    const timeMs = dayMs + hour * HOUR_MS;
    const counts = more === null ? null : { ...more.counts, lastUs: (timeMs + more.hours * HOUR_MS) * 1000 };
    return { ...load, ...modulefile, timeUs: timeMs * 1000, host: null, counts };
  });

/** What an import was, of which only what matters is said. */
export function makeRecord(fields: Partial<ImportRecord> = {}): ImportRecord {
  const counts = { files: 1, lines: 0, loads: 0, ignored: 0, skipped: 0, rejected: 0, already: 0 };
  return { startedAt: 0, zone: 'UTC', ...counts, ...fields };
}

/** Stores loads as an import does, without a source. */
export async function storeLoads(
  store: Store,
  loads: readonly Load[],
  zone: SiteZone,
  mode: ImportMode = 'tally',
  ledger: readonly LedgerChange[] = [],
  revision = 0,
  record: ImportRecord = makeRecord(),
): Promise<(CommitResult & Pick<StoreImport, 'cut'>) | 'conflict'> {
  const storeImport = await store.openImport();
  try {
    const vocabulary = new GrowingVocabulary();
    const collector = mode === 'tally' ? createDailyTally(vocabulary, zone) : createLoadList(vocabulary, zone);
    for (const load of loads) collector.add(load);
    if (collector.length > 0) await storeImport.add(collector.take(), 0);
    const result = await storeImport.commit(record, ledger, revision);
    return result === 'conflict' ? result : { ...result, cut: storeImport.cut };
  } finally {
    await storeImport.close();
  }
}
