import { createReadStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { type MariadbServer, mariadbPassword, mariadbUser } from '../../test/support/mariadb-server.ts';
import type { Benchmark } from '../benchmark.ts';
import { madeLog } from '../data/made-log.ts';
import { runTimed } from '../measure/run-timed.ts';
import { spreadOf } from '../measure/spread.ts';
import { importFile, importFresh, requireComplete } from './imported.ts';

const DATABASE = 'bench';

/** The log into MariaDB, against the embedded import and LOAD DATA of the rows that it makes. */
export const importMariadb: Benchmark = {
  name: 'mariadb',
  async run(bench) {
    const log = await madeLog(bench);
    const server = await bench.mariadb();
    const lines = Number.parseInt((await runTimed('wc', ['-l', log])).stdout, 10);
    const env = { MODTALLY_PASSWORD: mariadbPassword };
    const times: { embedded: number; mariadb: number; loadData: number }[] = [];
    let tallies = 0;
    for (let run = 0; run < bench.size.runs; run++) {
      const embedded = await importFresh(bench, log);
      await server.sql(`DROP DATABASE IF EXISTS ${DATABASE}`);
      const url = `mysql://${mariadbUser}@127.0.0.1:${server.port}/${DATABASE}`;
      const imported = await importFile(log, url, { env });
      for (const each of [embedded, imported]) requireComplete(each, lines);
      tallies = imported.account.new_rows;
      const loadData = await timeLoadData(server, join(bench.scratch, 'rows.tsv'));
      times.push({ embedded: embedded.seconds, mariadb: imported.seconds, loadData });
    }
    await server.sql(`DROP DATABASE ${DATABASE}`);
    return [
      {
        what: 'the same into MariaDB, by the embedded import and 1.3 times LOAD DATA of the same rows',
        unit: 'times',
        measured: spreadOf(times.map(({ embedded, mariadb, loadData }) => mariadb / (embedded + 1.3 * loadData))),
        goal: { kind: 'at most', value: 1 },
        notes: {
          rows: tallies,
          'MariaDB, s': spreadOf(times.map(({ mariadb }) => mariadb)).median,
          'embedded, s': spreadOf(times.map(({ embedded }) => embedded)).median,
          'LOAD DATA alone, s': spreadOf(times.map(({ loadData }) => loadData)).median,
        },
      },
    ];
  },
};

/** Seconds that the server needs for all rows of moduleT, into an empty table of the same columns and indices. */
async function timeLoadData(server: MariadbServer, path: string): Promise<number> {
  rmSync(path, { force: true });
  await server.sql(
    `SELECT * INTO OUTFILE '${path}' CHARACTER SET binary FROM moduleT; CREATE TABLE alone LIKE moduleT`,
    DATABASE,
  );
  const connection = await createConnection({ socketPath: server.socket, user: 'root', database: DATABASE });
  try {
    const startedAt = performance.now();
    await connection.query({
      sql: "LOAD DATA LOCAL INFILE 'rows' INTO TABLE alone CHARACTER SET binary",
      infileStreamFactory: () => createReadStream(path, { highWaterMark: 256 * 1024 }),
    });
    return (performance.now() - startedAt) / 1000;
  } finally {
    await connection.end();
    rmSync(path, { force: true });
  }
}
