import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { addToken, readTokens } from '../../src/app/token-file.ts';
import { newSite, type Site } from '../support/site.ts';
import { storeKinds } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { logText } from '../support/write-log.ts';

/** How often each command is killed; MODTALLY_KILLS sets another number. */
const kills = Math.ceil(Number(process.env['MODTALLY_KILLS'] ?? 15) / 10);

/** Runs a command that is killed at some moment of the time that it usually takes. */
async function runAndKill(
  site: Site,
  args: readonly string[],
  usualMs: number,
): Promise<{ readonly ms: number; readonly wasKilled: boolean; readonly stdout: string }> {
  const startedAt = performance.now();
  const { signal, stdout } = await site.run('modtally', args, {
    env: { TMPDIR: site.folder, MODTALLY_REJECTS: 'rejects.log' },
    onStart(pid) {
      if (usualMs === 0) return;
      void sleep(usualMs * (0.4 + Math.random() * 0.6)).then(() => {
        if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
      });
    },
  });
  return { ms: performance.now() - startedAt, wasKilled: signal === 'SIGKILL', stdout };
}

async function storedUsers(site: Site): Promise<string[]> {
  const { stdout } = await site.do('modtally', ['export']);
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [String(JSON.parse(line).user)]));
}

test.each(storeKinds)(
  'a person whom forget was told of is gone from %s after a run that was killed and another one, and nobody else is',
  { timeout: 60_000 + kills * 20_000 },
  async (kind) => {
    const site = newSite(kind);
    const users = ['amora', ...Array.from({ length: 500 }, (_, at) => `other${at}`)];
    const log = users.flatMap((user) =>
      ['2023-05-02', '2025-05-02'].map((day) => ({ user, time: `${day}T10:00:00Z` })),
    );
    const bad = 'Nov 11 12:00:00 c1 ModuleUsageTracking: user=USER module=gcc path=/gcc host=c1.ls6 time=noon\n';
    mkdirSync(join(site.folder, 'serve'));
    const forget = ['forget', 'amora', '--archive', 'archive', '--folder', 'serve', '--yes', '--quiet'];
    let usualMs = 0;
    let killed = 0;
    for (let round = 0; killed < kills; round++) {
      // The same again, from logs with other names of others: each is a content of its own.
      const own = log.map((load) => (load.user === 'amora' ? load : { ...load, user: `${load.user}-${round}` }));
      site.write('log', logText(own) + bad.replace('USER', 'amora') + bad.replace('USER', `other-${round}`));
      await site.do('modtally', ['import', 'log', '--rejects', 'rejects.log']);
      await site.do('modtally', ['prune', '--keep-months', '24', '--archive', 'archive', '--yes']);
      writeFileSync(join(site.folder, 'serve', 'audit.jsonl'), '{"users":["amora","other1"]}\n');
      const others = async (): Promise<string[]> => (await storedUsers(site)).filter((user) => user !== 'amora').sort();
      const before = await others();
      expect(before.length).toBe((round + 1) * 500);

      const run = await runAndKill(site, forget, usualMs);
      if (run.wasKilled) killed++;
      else usualMs = run.ms;
      await site.do('modtally', forget, { env: { MODTALLY_REJECTS: 'rejects.log' } });
      expect((await storedUsers(site)).sort()).toEqual(before);
      const holdsName = readdirSync(site.folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
        const path = join(site.folder, name);
        return name !== 'log' && statSync(path).isFile() && readFileSync(path, 'latin1').includes('amora');
      });
      expect(holdsName).toEqual([]);
      expect(readFileSync(join(site.folder, 'rejects.log'), 'utf8')).toContain(`user=other-${round} `);
      expect(readFileSync(join(site.folder, 'serve', 'audit.jsonl'), 'utf8')).toBe('{"users":["*****","other1"]}\n');
    }
  },
);

test('a token that was shown is kept, whatever is killed', { timeout: 60_000 + kills * 10_000 }, async () => {
  const site = newSite('duckdb');
  const folder = join(site.folder, 'serve');
  const shown: string[] = [];
  let usualMs = 0;
  let killed = 0;
  for (let round = 0; killed < kills; round++) {
    const args = ['token', 'add', '--role', 'staff', '--name', `n${round}`, '--folder', 'serve'];
    const run = await runAndKill(site, args, usualMs);
    if (run.stdout.startsWith('mt_')) shown.push(`n${round}`);
    if (run.wasKilled) killed++;
    else usualMs = run.ms;
    const names = readTokens(folder).map(({ name }) => name);
    expect(shown.filter((name) => !names.includes(name))).toEqual([]);
  }
  expect(shown.length).toBeGreaterThan(0);
});

test('what a command that was killed has left of the tokens is in nobody’s way', () => {
  const folder = temporaryFolder();
  addToken(folder, { name: 'one', role: 'staff', expires: null });
  const draft = join(folder, 'tokens.json.new');
  writeFileSync(draft, '[{"id": "mt_');
  const before = (Date.now() - 60_000) / 1000;
  utimesSync(draft, before, before);
  addToken(folder, { name: 'two', role: 'staff', expires: null });
  expect(readTokens(folder).map(({ name }) => name)).toEqual(['one', 'two']);
  expect(readdirSync(folder)).toEqual(['tokens.json']);
});
