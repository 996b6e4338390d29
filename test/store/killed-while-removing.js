// Removes rows from a ClickHouse store, and is killed before or behind the first statement that a pattern tells.

import { createSiteZone } from '../../dist/core/site-zone.js';
import { ClickhouseConnection } from '../../dist/store/clickhouse/clickhouse-connection.js';
import { openStore } from '../../dist/store/open-store.js';

const { target, filter, pattern, isBefore } = JSON.parse(process.argv[2]);

async function die() {
  process.kill(process.pid, 'SIGKILL');
  await new Promise(() => {});
}

const { run } = ClickhouseConnection.prototype;
ClickhouseConnection.prototype.run = async function runAndDie(statement, settings) {
  const isMeant = new RegExp(pattern).test(typeof statement === 'string' ? statement : statement.sql);
  if (isMeant && isBefore) await die();
  await run.call(this, statement, settings);
  if (isMeant) await die();
};

const store = await openStore(target, { waitMs: 20_000, zone: createSiteZone('UTC') });
await store.remove(filter);
await store.close();
