import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createSiteZone } from '../src/core/site-zone.ts';
import { formatTable } from '../src/view/table.ts';
import { type MariadbServer, startMariadb } from '../test/support/mariadb-server.ts';
import type { Bench, Figure } from './benchmark.ts';
import { benchmarks } from './benchmarks.ts';
import { DataFolder } from './data/data-folder.ts';
import { figuresTable } from './figures-table.ts';
import { describeMachine } from './measure/machine.ts';
import type { Results } from './results.ts';
import { type Size, sizes } from './sizes.ts';

const HELP = `usage: npm run bench -- [--quick] [--only NAME]... [--json FILE] [--data FOLDER] [--clean]

Measures the goals of docs/performance.md with the built commands, prints a table and writes it as JSON.

  --quick        small data: a minute, to see that all works; its figures are not those of the goals
  --tiny         a few lines, for the test of the bench itself
  --only NAME    only this one: ${benchmarks.map(({ name }) => name).join(', ')}
  --json FILE    where the figures go (bench/results.json)
  --data FOLDER  where made data is kept for the next time (modtally-bench in the system's temporary folder)
  --clean        removes that folder and does nothing else
`;

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    tiny: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    json: { type: 'string', default: 'bench/results.json' },
    data: { type: 'string', default: join(tmpdir(), 'modtally-bench') },
    clean: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const unknown = flags.only.find((name) => benchmarks.every((benchmark) => benchmark.name !== name));
if (flags.help) process.stdout.write(HELP);
else if (flags.clean) rmSync(flags.data, { recursive: true, force: true });
else if (unknown !== undefined) {
  process.stderr.write(`there is no benchmark ${unknown}\n${HELP}`);
  process.exitCode = 2;
} else await measure(flags.tiny ? sizes.tiny : flags.quick ? sizes.quick : sizes.full);

async function measure(size: Size): Promise<void> {
  const chosen = benchmarks.filter(({ name }) => flags.only.length === 0 || flags.only.includes(name));
  const scratch = mkdtempSync(join(tmpdir(), 'modtally-bench-run-'));
  const servers: Promise<MariadbServer>[] = [];
  const bench: Bench = {
    size,
    data: new DataFolder(flags.data),
    scratch,
    mariadb() {
      servers[0] ??= startMariadb(null);
      return servers[0];
    },
    say: (message) => process.stderr.write(`${message}\n`),
  };
  const machine = describeMachine();
  const figures: Figure[] = [];
  try {
    for (const benchmark of chosen) {
      bench.say(`measuring ${benchmark.name}`);
      figures.push(...(await benchmark.run(bench)));
    }
  } finally {
    for (const server of servers) await (await server).stop();
    rmSync(scratch, { recursive: true, force: true });
  }
  const results: Results = { size: size.name, measuredAt: new Date().toISOString(), machine, figures };
  writeFileSync(flags.json, `${JSON.stringify(results, null, 2)}\n`);
  process.stdout.write(formatTable(figuresTable(results), createSiteZone('UTC')));
  if (size.name !== 'full') process.stdout.write(`\nOf ${size.name} data: not the figures of the goals.\n`);
}
