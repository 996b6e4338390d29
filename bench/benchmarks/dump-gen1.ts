import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createConnection } from 'mysql2/promise';
import { gen1Tables } from '../../test/support/gen1-tables.ts';
import { type MariadbServer, mariadbPassword, mariadbUser } from '../../test/support/mariadb-server.ts';
import type { Benchmark } from '../benchmark.ts';
import { createCentre } from '../data/centre.ts';
import { SEED } from '../data/data-version.ts';
import { gen1Loads } from '../data/gen1-loads.ts';
import { runCommand } from '../measure/run-timed.ts';
import { spreadOf } from '../measure/spread.ts';

const DATABASE = 'lmod';

/** A gen_1 database into dump files. */
export const dumpGen1: Benchmark = {
  name: 'dump',
  async run(bench) {
    const server = await bench.mariadb();
    const loads = bench.size.gen1Loads;
    bench.say(`filling a gen_1 database with ${loads} loads`);
    await createGen1Database(server, loads);
    const conf = join(bench.scratch, 'lmod_db.conf');
    const password = Buffer.from(mariadbPassword).toString('base64');
    const place = `HOST = 127.0.0.1\nPORT = ${server.port}\nUSER = ${mariadbUser}\nPASSWD = ${password}`;
    writeFileSync(conf, `[MYSQL]\n${place}\nDB = ${DATABASE}\n`, { mode: 0o600 });
    const folder = join(bench.scratch, 'dump');
    const speeds: number[] = [];
    let files = 0;
    for (let run = 0; run < bench.size.runs; run++) {
      const { seconds } = await runCommand('dump_db', ['--confFn', conf, '--parentDir', folder]);
      speeds.push(loads / seconds);
      files = readdirSync(folder).length;
      rmSync(folder, { recursive: true });
    }
    await server.sql(`DROP DATABASE ${DATABASE}`);
    return [
      {
        what: 'dump of a gen_1 database',
        unit: 'loads/s',
        measured: spreadOf(speeds),
        goal: { kind: 'at least', value: 700_000 },
        notes: { loads, files },
      },
    ];
  },
};

async function createGen1Database(server: MariadbServer, loads: number): Promise<void> {
  await server.sql(`DROP DATABASE IF EXISTS ${DATABASE}; CREATE DATABASE ${DATABASE} DEFAULT CHARACTER SET utf8`);
  await server.sql(gen1Tables, DATABASE);
  const centre = createCentre(1, SEED);
  const connection = await createConnection({ socketPath: server.socket, user: 'root', database: DATABASE });
  const load = (table: string, rows: Iterable<string>): Promise<unknown> =>
    connection.query({
      sql: `LOAD DATA LOCAL INFILE 'rows' INTO TABLE ${table}`,
      infileStreamFactory: () => Readable.from(rows, { objectMode: false }),
    });
  try {
    await load(
      'userT',
      centre.users.map((user, place) => `${place + 1}\t${user}\n`),
    );
    await load(
      'moduleT',
      centre.modulefiles.map(({ path, module, syshost }, place) => `${place + 1}\t${path}\t${module}\t${syshost}\n`),
    );
    await load('join_user_module', gen1Loads(centre, loads));
  } finally {
    await connection.end();
  }
}
