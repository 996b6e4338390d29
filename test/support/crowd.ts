import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { logText } from './write-log.ts';

/** Figures of a store, of all of its clusters and the last twelve months. */
interface Figures {
  readonly users: number;
  readonly loads: number;
  readonly packages: number;
}

export interface CrowdOptions {
  readonly url: string;
  /** Of staff. */
  readonly token: string;
  readonly clients: number;
  readonly seconds: number;
  /** Milliseconds for which a client reads what it got, at the most. */
  readonly pauseMs: number;
  /** The day of the loads that are imported, `YYYY-MM-DD`: the last one that the store has. */
  readonly day: string;
  /** Imports a log. */
  importLog(text: string): Promise<void>;
}

export interface CrowdReport {
  /** What was answered, in milliseconds, by path without its query; the slowest last. */
  readonly answers: ReadonlyMap<string, readonly number[]>;
  readonly imports: number;
  /** Pages that were shown as they had been shortly before. */
  readonly older: number;
  /** What was no answer, or a wrong one. */
  readonly troubles: readonly string[];
}

/** The `n`th import brings a user, who loads a package of theirs once and one of all of them `n` times. */
function logOfImport(n: number, day: string): string {
  const second = (at: number): string => new Date(Date.parse(`${day}T12:00:00Z`) + at * 1000).toISOString();
  const user = `crowd${n}`;
  const loads = Array.from({ length: n }, (_, at) => ({ user, module: 'crowd/1.0', time: second(at) }));
  return logText([...loads, { user, module: `crowd-${n}/1.0`, time: second(n) }]);
}

/**
 * Clients ask a dashboard while logs are imported beside it. Each answer has to be that of a state of the store: its
 * figures all of the same import. What a program asks for, and a page that says nothing else, has at least the imports
 * that were done when it was asked for.
 */
export async function letCrowdIn(options: CrowdOptions): Promise<CrowdReport> {
  const { url, token, clients, seconds, pauseMs, day, importLog } = options;
  const answers = new Map<string, number[]>();
  const troubles: string[] = [];
  let [done, begun, older] = [0, 0, 0];
  const get = async (path: string): Promise<string> => {
    const askedAt = performance.now();
    const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
    const text = await response.text();
    const [place = ''] = path.split('?', 1);
    answers.set(place, [...(answers.get(place) ?? []), performance.now() - askedAt]);
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text.slice(0, 200)}`);
    return text;
  };
  const add = async (): Promise<void> => {
    begun++;
    await importLog(logOfImport(begun, day));
    done = begun;
  };

  await add();
  const begin = figuresOf(await get('/api/v1/reports/figures'));
  const after = (n: number): Figures => ({
    users: begin.users + n - 1,
    loads: begin.loads + (n * (n + 1)) / 2 + n - 2,
    // The first import brings the package of all, too.
    packages: begin.packages + (n === 0 ? -2 : n - 1),
  });
  /** Says what is wrong with figures that were asked for when `least` imports were done. */
  const check = (what: string, figures: Partial<Figures>, least: number): void => {
    const n = (figures.users ?? begin.users) - begin.users + 1;
    const right = after(n);
    for (const [name, value] of Object.entries(figures)) {
      const expected = right[name as keyof Figures];
      if (value !== expected) troubles.push(`${what}: ${value} ${name} with ${figures.users} users, not ${expected}`);
    }
    if (n < least || n > begun) troubles.push(`${what}: of import ${n}, and ${least} to ${begun} were there`);
  };
  const asks: readonly (() => Promise<void>)[] = [
    async () => {
      const least = done;
      check('figures', figuresOf(await get('/api/v1/reports/figures')), least);
    },
    async () => {
      const least = done;
      const { rows } = JSON.parse(await get('/api/v1/reports/top?module=crowd%25')) as {
        rows: Record<string, number>[];
      };
      const [all, ...own] = rows;
      const loads = rows.reduce((sum, row) => sum + (row['loads'] ?? 0), 0);
      check(
        'top',
        { users: begin.users + (all?.['users'] ?? 0) - 1, packages: begin.packages + own.length - 1 },
        least,
      );
      const n = own.length;
      if (loads !== (n * (n + 1)) / 2 + n) troubles.push(`top: ${loads} loads of ${n} users`);
    },
    async () => {
      const least = done;
      const page = await get('/');
      const isOlder = page.includes('class="as-of"');
      if (isOlder) older++;
      const tiles = { users: tileOf(page, 'Users'), loads: tileOf(page, 'Loads'), packages: tileOf(page, 'Packages') };
      check('overview', tiles, isOlder ? 0 : least);
    },
    async () => {
      const page = await get('/module?name=crowd');
      if (page.includes('class="as-of"')) older++;
      const [n, loads] = [tileOf(page, 'Users'), tileOf(page, 'Loads')];
      if (loads !== (n * (n + 1)) / 2) troubles.push(`module: ${loads} loads of ${n} users`);
    },
    async () => {
      await get('/modules');
    },
    async () => {
      await get('/api/v1/search?q=crowd');
    },
  ];

  const until = performance.now() + seconds * 1000;
  const client = async (number: number): Promise<void> => {
    for (let turn = number; performance.now() < until; turn++) {
      await asks[turn % asks.length]?.().catch((error: Error) => troubles.push(error.message));
      await sleep(Math.random() * pauseMs);
    }
  };
  const imports = (async () => {
    while (performance.now() < until) await add();
  })();
  await Promise.all([imports, ...Array.from({ length: clients }, (_, number) => client(number))]);
  for (const times of answers.values()) times.sort((one, other) => one - other);
  return { answers, imports: done, older, troubles };
}

function figuresOf(text: string): Figures {
  const { rows } = JSON.parse(text) as { rows: Figures[] };
  const { users = 0, loads = 0, packages = 0 } = rows[0] ?? {};
  return { users, loads, packages };
}

/** The number of a tile, with all its digits. */
function tileOf(page: string, name: string): number {
  const [, digits = 'none'] = new RegExp(`<dt>${name}</dt><dd><strong title="([\\d,]+)"`).exec(page) ?? [];
  return Number(digits.replaceAll(',', ''));
}

export interface ServeCommand {
  readonly url: string;
  readonly pid: number;
  /** Ends it as a service manager does; its exit status. */
  stop(): Promise<number | null>;
}

/**
 * Starts `modtally serve`.
 * @param script where the command lies
 */
export async function startServe(script: string, args: readonly string[]): Promise<ServeCommand> {
  const child: ChildProcess = spawn(process.execPath, [script, 'serve', '--listen', '127.0.0.1:0', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exit = once(child, 'exit');
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (said.length < 10_000) said += text;
      const [, found] = /the dashboard is at (\S+)/.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    });
    void exit.then(() => reject(new Error(`modtally serve has ended: ${said}`)));
  });
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      const [status] = (await exit) as [number | null];
      return status;
    },
  };
}
