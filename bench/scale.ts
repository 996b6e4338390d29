import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { describeCause } from '../src/core/app-error.ts';
import { createSiteZone } from '../src/core/site-zone.ts';
import type { Report } from '../src/report/report.ts';
import { reports } from '../src/report/reports.ts';
import { openStore } from '../src/store/open-store.ts';
import type { Store } from '../src/store/store.ts';
import {
  type ClickhouseNode,
  clickhousePassword,
  clickhouseUser,
  clusterName,
  startCluster,
} from '../test/support/clickhouse-cluster.ts';
import { makeRequest } from '../test/support/make-request.ts';
import { Filling } from './data/filling.ts';
import { describeMachine } from './measure/machine.ts';

const HELP = `usage: npm run bench:scale -- [--millions N,N...] [--seconds N] [--json FILE]

Fills a ClickHouse cluster of two shards of two replicas, all on this machine, with loads of their own, day by day as
nightly imports do it, and asks for each report at some sizes. Prints what was measured, and writes it as JSON.

  --millions N,N...  at how many million loads (1,10,100)
  --seconds N        neither a day nor a report is begun after so long (no limit)
  --json FILE        where the figures go (bench/scale.json)
`;

const WAIT_MS = 600_000;

/** What was measured at a size. */
interface Stop {
  readonly loads: number;
  readonly days: number;
  /** Loads that a second of adding and committing has brought since the stop before. */
  readonly loadsPerSecond: number;
  /** On the disk of one replica. */
  readonly bytesPerLoad: number;
  /** Seconds of each report over all usage, or what was said where it could not be answered. */
  readonly reports: Readonly<Record<string, number | string>>;
}

const { values: flags } = parseArgs({
  options: {
    millions: { type: 'string', default: '1,10,100' },
    seconds: { type: 'string', default: 'Infinity' },
    json: { type: 'string', default: 'bench/scale.json' },
    help: { type: 'boolean', default: false },
  },
});

if (flags.help) process.stdout.write(HELP);
else
  await measure(
    flags.millions.split(',').map((millions) => Number(millions) * 1e6),
    Number(flags.seconds),
  );

async function measure(sizes: readonly number[], seconds: number): Promise<void> {
  const machine = describeMachine();
  const deadline = performance.now() + seconds * 1000;
  const cluster = await startCluster();
  process.once('SIGTERM', () => void cluster.stop().then(() => process.exit(1)));
  // A server of version 18 dies of a statement for the cluster that comes before it has found its ZooKeeper.
  await sleep(3000);
  const zone = createSiteZone('UTC');
  const store = await openStore(
    {
      kind: 'clickhouse',
      hosts: cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })),
      isSecure: false,
      user: clickhouseUser,
      password: clickhousePassword,
      database: 'scale',
      cluster: clusterName,
    },
    { waitMs: WAIT_MS, zone },
  );
  try {
    await store.prepare();
    const stops: Stop[] = [];
    const filling = new Filling(store);
    for (const size of sizes) {
      const { loads } = filling;
      const secondsBefore = filling.seconds;
      await filling.fill(size, deadline);
      if (filling.loads === loads) break;
      const figures = {
        loads: filling.loads,
        days: filling.days,
        loadsPerSecond: Math.round((filling.loads - loads) / (filling.seconds - secondsBefore)),
        bytesPerLoad: (await readBytes(cluster.nodes)) / (2 * filling.loads),
      };
      process.stdout.write(`${JSON.stringify(figures)}\n`);
      stops.push({ ...figures, reports: await timeReports(store, deadline) });
      writeFileSync(
        flags.json,
        `${JSON.stringify({ machine, measuredAt: new Date().toISOString(), stops }, null, 2)}\n`,
      );
    }
  } finally {
    await store.close();
    await cluster.stop();
  }
}

async function readBytes(nodes: readonly ClickhouseNode[]): Promise<number> {
  const ofNodes = await Promise.all(
    nodes.map((node) =>
      node.sql(
        "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = 'scale' AND table = 'modtally_usage'",
      ),
    ),
  );
  return ofNodes.reduce((sum, bytes) => sum + Number(bytes), 0);
}

/** The seconds of each report, told as soon as they are known; none is begun after the deadline. */
async function timeReports(store: Store, deadline: number): Promise<Record<string, number | string>> {
  const seconds: Record<string, number | string> = {};
  for (const report of reports) {
    if (performance.now() > deadline) break;
    const taken = await timeReport(store, report).catch(describeCause);
    seconds[report.name] = taken;
    process.stdout.write(
      `  ${report.name.padEnd(18)} ${typeof taken === 'number' ? `${taken.toFixed(2)} s` : taken}\n`,
    );
  }
  return seconds;
}

async function timeReport(store: Store, report: Report): Promise<number> {
  const startedAt = performance.now();
  await report.run(store, makeRequest({}));
  return Math.round(performance.now() - startedAt) / 1000;
}
