import type { Store } from '../../src/store/store.ts';
import { sorted } from './naive-usage.ts';

/** Everything that a store knows of usage and contents, in an order of its own: for comparing two stores. */
export async function contentOf(store: Store): Promise<{ usage: object[]; contents: object[] }> {
  const usage = await store.select({
    by: ['day', 'syshost', 'module', 'path', 'user', 'group'],
    measures: ['loads', 'direct', 'dependency', 'jobs', 'first', 'last'],
    filter: {},
  });
  const { entries } = await store.readLedger();
  const prints = entries.length === 0 ? new Map() : await store.readPrints(entries.map(({ id }) => id));
  const contents = entries.map(({ id, firstLine, length, lines }) => ({
    firstLine,
    length,
    lines,
    digest: prints.get(id)?.digest,
  }));
  return { usage: sorted(usage), contents: sorted(contents) };
}
