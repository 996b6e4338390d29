import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { GrowingVocabulary } from '../../src/ingest/growing-vocabulary.ts';
import { createDailyTally } from '../../src/ingest/usage-collector.ts';
import { MysqlConnection } from '../../src/mysql/mysql-connection.ts';
import type { MysqlTarget } from '../../src/mysql/mysql-target.ts';
import { readLedger } from '../../src/store/mysql/ledger.ts';
import type { Store } from '../../src/store/store.ts';
import { anyLoad, makeLoad, makeRecord, storeLoads } from '../support/make-loads.ts';
import { type MariadbServer, startMariadb } from '../support/mariadb-server.ts';
import { runSql } from '../support/site.ts';
import { contentOf } from '../support/store-content.ts';
import { newDatabase, openTestStore } from '../support/stores.ts';

const utc = createSiteZone('UTC');
const noon = Date.UTC(2024, 10, 11, 12) * 1e3;

describe('a server that takes no LOAD DATA LOCAL', () => {
  let server: MariadbServer;
  beforeAll(async () => {
    server = await startMariadb(inject('mariadb').template, ['--local-infile=0']);
  });
  afterAll(() => server.stop());

  test('gets the same rows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anyLoad, { minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 3 }),
        fc.constantFrom('tally' as const, 'all' as const),
        async (imports, mode) => {
          const usual = await openNew(newDatabase());
          const other = await openNew({ ...newDatabase(), port: server.port });
          for (const loads of imports) {
            const result = await storeLoads(usual, loads, utc, mode);
            expect(await storeLoads(other, loads, utc, mode)).toEqual(result);
          }
          expect(await contentOf(other)).toEqual(await contentOf(usual));
          await other.drop();
        },
      ),
      { numRuns: 5 },
    );
  });
});

test('an import that is too large to be held is stored all the same, without the sources that were discarded', async () => {
  const store = await openNew(newDatabase());
  const storeImport = await store.openImport();
  const tally = createDailyTally(new GrowingVocabulary(), utc);
  const path = `/${'p'.repeat(1000)}`;
  const sources = 4;
  for (let source = 0; source < sources; source++) {
    for (let user = 0; user < 24_000; user++) tally.add(makeLoad({ user: `${source}-${user}`, path, timeUs: noon }));
    await storeImport.add(tally.take(), source);
  }
  // The first is in the staging table by now, the last not yet.
  for (const source of [0, sources - 1]) await storeImport.discard(source);
  expect(await storeImport.commit(makeRecord(), [], 0)).toEqual({ newRows: 48_000 });
  await storeImport.close();
  const users = await store.select({ by: ['user'], measures: [], filter: {} });
  expect(new Set(users.map(({ user }) => user[0]))).toEqual(new Set(['1', '2']));
  expect(users).toHaveLength(48_000);
});

test('tallies that a narrow table makes one add up', async () => {
  const target = newDatabase();
  const store = await openNew(target);
  await runSql('ALTER TABLE moduleT MODIFY user VARCHAR(3) NOT NULL', target.database);
  const loads = ['anna', 'anne', 'bob'].map((user) => makeLoad({ user }));
  expect(await storeLoads(store, loads, utc)).toEqual({ newRows: 2, cut: 2 });
  const rows = await store.select({ by: ['user'], measures: ['loads'], filter: {} });
  expect(rows).toHaveLength(2);
  expect(rows).toEqual(
    expect.arrayContaining([
      { user: 'ann', loads: 2 },
      { user: 'bob', loads: 1 },
    ]),
  );
});

test('a tally that somebody else writes meanwhile makes the import fail as a whole', async () => {
  const target = newDatabase();
  const store = await openNew(target);
  await storeLoads(store, [makeLoad()], utc);
  const [[day, key] = []] = await runSql('SELECT tally_day, HEX(tally_key) FROM moduleT', target.database);
  await store.remove({});
  // What no modtally does: the rows of that day come between the look at the table and the transaction.
  await runSql(
    `CREATE TRIGGER meddle BEFORE INSERT ON moduleT FOR EACH ROW
       IF NEW.user = 'first' THEN SET NEW.tally_key = UNHEX('${String(key)}'), NEW.tally_day = ${Number(day)}; END IF`,
    target.database,
  );
  const loads = [makeLoad({ user: 'first' }), makeLoad()];
  await expect(storeLoads(store, loads, utc)).rejects.toMatchObject({
    code: 'STORE_FAILED',
    message: /of 2 rows the server has taken 1$/,
  });
  expect(await store.count({})).toBe(0);
});

test('a log that comes in while the ledger is read is not imported by that ledger', async () => {
  const target = newDatabase();
  const store = await openNew(target);
  const print = {
    length: 9,
    lines: 1,
    digest: '9'.repeat(16),
    headLines: new Uint32Array(),
    blocks: new Uint32Array(),
  };
  const log = { id: null, firstLine: 1, name: 'log', stamp: null, tailWaits: false, print };
  const connection = new MysqlConnection(target);
  onTestFinished(() => connection.close());
  await connection.useDatabase();
  let questions = 0;
  const slow = new Proxy(connection, {
    get(_, name) {
      if (name !== 'query') return Reflect.get(connection, name, connection);
      return async (sql: string): Promise<unknown[][]> => {
        if (questions++ === 1) await storeLoads(store, [makeLoad()], utc, 'tally', [log]);
        return connection.query(sql);
      };
    },
  });
  const { revision } = await readLedger(slow);
  expect(await storeLoads(store, [makeLoad()], utc, 'tally', [log], revision)).toBe('conflict');
});

async function openNew(target: MysqlTarget): Promise<Store> {
  const store = await openTestStore(target, utc);
  await store.prepare();
  return store;
}
