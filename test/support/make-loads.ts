import fc from 'fast-check';
import type { ImportRecord, LedgerChange } from '../../src/core/ledger.ts';
import type { Load } from '../../src/core/load.ts';
import type { SiteZone } from '../../src/core/site-zone.ts';
import { GrowingVocabulary } from '../../src/ingest/growing-vocabulary.ts';
import { createDailyTally, createLoadList } from '../../src/ingest/usage-collector.ts';
import type { CommitResult, ImportMode, Store } from '../../src/store/store.ts';

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

const noRecord: ImportRecord = {
  startedAt: 0,
  zone: 'UTC',
  files: 1,
  lines: 0,
  loads: 0,
  ignored: 0,
  skipped: 0,
  rejected: 0,
  already: 0,
};

/** Stores loads as an import does, without a source. */
export async function storeLoads(
  store: Store,
  loads: readonly Load[],
  zone: SiteZone,
  mode: ImportMode = 'tally',
  ledger: readonly LedgerChange[] = [],
  revision = 0,
): Promise<CommitResult | 'conflict'> {
  const storeImport = await store.openImport(mode);
  try {
    const vocabulary = new GrowingVocabulary();
    const collector = mode === 'tally' ? createDailyTally(vocabulary, zone) : createLoadList(vocabulary, zone);
    for (const load of loads) collector.add(load);
    if (collector.length > 0) await storeImport.add(collector.take(), 0);
    return await storeImport.commit(noRecord, ledger, revision);
  } finally {
    await storeImport.close();
  }
}
