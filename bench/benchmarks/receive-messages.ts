import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Bench, Benchmark, Figure } from '../benchmark.ts';
import { runTimed } from '../measure/run-timed.ts';
import { type Spread, spreadOf } from '../measure/spread.ts';

interface Load {
  readonly what: string;
  readonly protocol: 'tcp' | 'udp';
  readonly perSecond: number;
  readonly seconds: number;
}

interface Received {
  readonly sent: number;
  readonly received: number;
  readonly stored: number;
  /** Seconds from the last message to the store. */
  readonly behind: number;
  /** Processor time of the receiving process, in seconds, and its largest memory, in MB. */
  readonly processor: number;
  readonly peak: number;
}

const bin = fileURLToPath(new URL('../../../../bin/modtally', import.meta.url));
const sender = fileURLToPath(new URL('../measure/send-messages.js', import.meta.url));

/** A listener that feeds its store while it receives: what it loses of a steady stream, and of bursts. */
export const receiveMessages: Benchmark = {
  name: 'listen',
  async run(bench) {
    const seconds = bench.size.name === 'full' ? 60 : bench.size.name === 'quick' ? 10 : 1;
    const loads: readonly Load[] = [
      { what: '50,000 messages/s over TCP', protocol: 'tcp', perSecond: 50_000, seconds },
      { what: '20,000 messages within a second over UDP', protocol: 'udp', perSecond: 20_000, seconds: 1 },
    ];
    const figures: Figure[] = [];
    for (const load of loads) {
      const runs: Received[] = [];
      for (let run = 0; run < (load.protocol === 'udp' ? bench.size.runs : 1); run++)
        runs.push(await receive(bench, load));
      const lost = (key: 'received' | 'stored'): Spread => spreadOf(runs.map((run) => (1 - run[key] / run.sent) * 100));
      const of = (key: 'sent' | 'processor' | 'peak' | 'behind'): number =>
        spreadOf(runs.map((run) => run[key])).median;
      figures.push({
        what: `lost of ${load.what}${load.protocol === 'tcp' ? ` for ${seconds} s` : ''}`,
        unit: '%',
        measured: lost('stored'),
        goal: { kind: 'at most', value: 0 },
        notes: {
          messages: of('sent'),
          'processor time of the receiver, s': of('processor'),
          'its memory, MB': of('peak'),
          'in the store after, s': of('behind'),
        },
      });
    }
    return figures;
  },
};

async function receive({ scratch, say }: Bench, { what, protocol, perSecond, seconds }: Load): Promise<Received> {
  say(`receiving ${what}`);
  const folder = join(scratch, 'listen');
  mkdirSync(folder);
  const args = ['--udp', '127.0.0.1:0', '--tcp', '127.0.0.1:0', '--metrics', '0', '--feed-seconds', '5'];
  const child = spawn(process.execPath, [bin, 'listen', '--journal', join(folder, 'journal'), ...args], {
    env: { PATH: process.env['PATH'] ?? '', TZ: 'UTC', HOME: folder, MODTALLY_CONFIG: '/dev/null' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text: Buffer) => {
    said += text.toString();
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    while (!said.includes(': ready\n')) {
      if (child.exitCode !== null) throw new Error(said);
      await sleep(20);
    }
    const port = new RegExp(`listening on ${protocol} \\S+:(\\d+)`).exec(said)?.[1] ?? '';
    const metrics = /metrics at (\S+)/.exec(said)?.[1] ?? '';
    const { stdout } = await runTimed(process.execPath, [sender, protocol, port, String(perSecond), String(seconds)]);
    const { sent, seconds: took } = JSON.parse(stdout) as { readonly sent: number; readonly seconds: number };
    // A load that could not be made is no measurement.
    if (took > seconds * 1.1 + 0.1) throw new Error(`${sent} messages took ${took} s to send`);
    const startedAt = performance.now();
    let now = await ask(metrics);
    while (sum(now, 'journal_messages') > 0) {
      await sleep(100);
      now = await ask(metrics);
    }
    return {
      sent,
      received: sum(now, 'received_total'),
      stored: sum(now, 'stored_total'),
      behind: (performance.now() - startedAt) / 1000,
      ...usageOf(child.pid ?? 0),
    };
  } finally {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function ask(url: string): Promise<string> {
  return (await fetch(url)).text();
}

/** The sum of a metric over its labels. */
function sum(text: string, name: string): number {
  const values = text.matchAll(new RegExp(`^modtally_listen_${name}(?:\\{.*\\})? (\\S+)$`, 'gm'));
  return [...values].reduce((total, [, value]) => total + Number(value), 0);
}

function usageOf(pid: number): { readonly processor: number; readonly peak: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  // In ticks of a hundredth of a second.
  return { processor: (Number(fields[11]) + Number(fields[12])) / 100, peak: Number(peak) / 1000 };
}
