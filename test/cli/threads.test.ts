import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { DuckdbStore } from '../../src/store/duckdb/duckdb-store.ts';
import { StoreFile } from '../../src/store/duckdb/lease.ts';
import { createSite, type Site } from '../support/site.ts';
import { contentOf } from '../support/store-content.ts';

/** Lines of all kinds, more than enough for several threads. */
function makeLog(): string[] {
  return Array.from({ length: 160_000 }, (_, i) => {
    if (i % 1013 === 0) return `Nov 11 00:00:00 c1 lmod: user=u module= path=/p${i} time=1731283200`;
    if (i % 977 === 0) return `Nov 11 00:00:00 c1 sshd[${i}]: a line of another program`;
    if (i % 499 === 0)
      return `Nov 11 00:00:00 c1 lmod: user=ürsula module=gcc/${i % 5} path="/a b/${i % 5}" host=n1.c1.org time=${1731283200 + i}`;
    const user = `user=u${(i * 7919) % 97} module=m/${i % 13} path=/apps/m/${i % 13}.lua`;
    return `Nov 11 00:00:00 c1 ModuleUsageTracking: ${user} host=n${i % 50}.c${i % 3}.edu time=${1731283200 + i * 3}.071125`;
  });
}

const lines = makeLog();

async function importWith(threads: number, site: Site, ...files: readonly string[]): Promise<Record<string, unknown>> {
  const env = { MODTALLY_THREADS: String(threads), MODTALLY_REJECTS: join(site.folder, `rejects-${threads}`) };
  const args = ['import', '--json', '--store', storeUrl(threads), ...files];
  const { stdout } = await site.do('modtally', args, { env });
  const { seconds: _, store: __, rejects_file: ___, ...account } = JSON.parse(stdout) as Record<string, unknown>;
  return account;
}

const storeUrl = (threads: number): string => `duckdb:threads-${threads}.duckdb`;

/** What is in the store, and the rejected lines without the times at which they were. */
async function resultOf(threads: number, site: Site): Promise<object> {
  const store = new DuckdbStore(new StoreFile(join(site.folder, `threads-${threads}.duckdb`), 10_000));
  const content = await contentOf(store);
  await store.close();
  const rejects = readFileSync(join(site.folder, `rejects-${threads}`), 'utf8').replaceAll(/^#.*\n/gm, '');
  return { ...content, rejects };
}

describe.each([
  ['short lines', lines],
  [
    'a line longer than a thread reads beyond its part',
    [...lines.slice(0, 90_000), 'x'.repeat(3e6), ...lines.slice(90_000)],
  ],
])('a large log of %s', (_, log) => {
  let text: string;
  beforeAll(() => {
    text = `${log.join('\n')}\n`;
  });

  test('is read by three threads as by one, and known again', async () => {
    const site = createSite('duckdb');
    onTestFinished(() => site.close());
    const path = site.write('log', text);
    const account = await importWith(1, site, path);
    expect(account).toMatchObject({ lines: log.length, already: 0 });
    expect(await importWith(3, site, path)).toEqual(account);
    expect(await resultOf(3, site)).toEqual(await resultOf(1, site));

    copyFileSync(path, join(site.folder, 'copy'));
    expect(await importWith(3, site, 'copy')).toMatchObject({ lines: 0, already: log.length });
    // It has grown, by a line that is not complete yet and then is.
    writeFileSync(path, `${text}${text.slice(0, 300_000)}`.slice(0, -10));
    const grown = await importWith(3, site, path);
    expect(grown).toMatchObject({ already: log.length, waiting: [path] });
    expect(await importWith(1, site, path)).toEqual(grown);
    expect(await resultOf(3, site)).toEqual(await resultOf(1, site));
  });
});
