import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addToken } from '../../src/app/token-file.ts';
import { dayToIso } from '../../src/core/calendar-day.ts';
import { type CrowdReport, letCrowdIn, startServe } from '../../test/support/crowd.ts';
import type { Benchmark } from '../benchmark.ts';
import { FIRST_DAY } from '../data/data-version.ts';
import { copyStore, madeStore, removeStore } from '../data/made-store.ts';
import { spreadOf } from '../measure/spread.ts';
import { importFile } from './imported.ts';

const script = fileURLToPath(new URL('../../../../bin/modtally', import.meta.url));

const CLIENTS = 50;
/** People read what they got, for so long at the most. */
const PAUSE_MS = 2000;
/** What people look at in the dashboard. */
const views = ['/', '/modules', '/users', '/clusters', '/catalogue', '/reports/top', '/reports/summary'];

/** The dashboard, alone and while fifty people look at it and logs come in. */
export const serveCrowd: Benchmark = {
  name: 'serve',
  async run(bench) {
    const { path, days, tallies } = await madeStore(bench, 1);
    const store = await copyStore(path, join(bench.scratch, 'serve.duckdb'));
    const folder = join(bench.scratch, 'serve');
    mkdirSync(folder, { mode: 0o700 });
    const { token } = addToken(folder, { name: 'crowd', role: 'staff', expires: null });
    const server = await startServe(script, ['--store', `duckdb:${store}`, '--folder', folder, '--tz', 'UTC']);
    const log = join(bench.scratch, 'crowd.log');
    try {
      const timeView = async (view: string): Promise<number> => {
        const startedAt = performance.now();
        const response = await fetch(server.url + view, { headers: { authorization: `Bearer ${token}` } });
        await response.arrayBuffer();
        if (response.status !== 200) throw new Error(`${view}: ${response.status}`);
        return performance.now() - startedAt;
      };
      const first = await timeView('/');
      for (const view of views) await timeView(view);
      const again: number[] = [];
      for (let run = 0; run < bench.size.runs; run++) for (const view of views) again.push(await timeView(view));
      const crowd = await letCrowdIn({
        ...{ url: server.url, token, clients: CLIENTS, seconds: bench.size.crowdSeconds, pauseMs: PAUSE_MS },
        day: dayToIso(FIRST_DAY + days - 1),
        async importLog(text) {
          writeFileSync(log, text);
          await importFile(log, `duckdb:${store}`);
        },
      });
      const [trouble] = crowd.troubles;
      if (trouble !== undefined) throw new Error(`${crowd.troubles.length} wrong answers: ${trouble}`);
      const shown = pagesOf(crowd).sort((one, other) => one - other);
      return [
        {
          what: 'a view of the dashboard that was looked at before',
          unit: 'ms',
          measured: spreadOf(again),
          goal: { kind: 'at most', value: 300 },
          notes: { tallies, 'the overview right after the start, ms': Math.round(first) },
        },
        {
          what: `99 of 100 views, while ${CLIENTS} people look and logs are imported`,
          unit: 'ms',
          measured: { ...spreadOf([shown[Math.floor(shown.length * 0.99)] ?? Number.NaN]), runs: shown.length },
          goal: { kind: 'at most', value: 300 },
          notes: {
            tallies,
            seconds: bench.size.crowdSeconds,
            imports: crowd.imports,
            'wrong answers': crowd.troubles.length,
            'views that said of when they are': crowd.older,
            'the median, ms': Math.round(spreadOf(shown).median),
            'a report by the API, the median, ms': Math.round(
              spreadOf(crowd.answers.get('/api/v1/reports/figures') ?? [Number.NaN]).median,
            ),
          },
        },
      ];
    } finally {
      await server.stop();
      removeStore(store);
    }
  },
};

function pagesOf({ answers }: CrowdReport): number[] {
  return [...answers].flatMap(([path, times]) => (path.startsWith('/api/') ? [] : times));
}
