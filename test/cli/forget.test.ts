import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectFailure } from '../support/expect-failure.ts';
import { databaseOf, newSite, runSql, type Site } from '../support/site.ts';
import { storeKinds } from '../support/stores.ts';

const line = (user: string, day: string, path = '/apps/gcc/12.lua'): string =>
  `${day}T10:00:00+00:00 c1 lmod: user=${user} module=gcc/12 path=${path} host=c1.alder.example.org time=${Date.parse(`${day}T10:00:00Z`) / 1000}.000000`;

const log = `${[
  line('amora', '2023-05-02'),
  line('amora', '2025-05-02'),
  line('amora', '2025-05-02', '/home/amora/modulefiles/own/1.lua'),
  line('amora2', '2025-05-03'),
  line('Amora', '2025-05-03'),
  line('brin', '2023-05-02'),
  '2025-05-03T10:00:00+00:00 c1 lmod: user=amora module=gcc/12 path=/home/amora/x host=c1.alder time=noon',
].join('\n')}\n`;

async function fill(site: Site, ...options: string[]): Promise<void> {
  site.write('usage.log', log);
  await site.do('modtally', ['import', 'usage.log', '--rejects', 'rejects.log', ...options]);
}

async function usersOf(site: Site): Promise<string[]> {
  const { stdout } = await site.do('modtally', ['report', 'usernames', '--format', 'json']);
  return [...new Set((JSON.parse(stdout) as { user: string }[]).map(({ user }) => user))].sort();
}

/** Files below a folder that hold a text. */
function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(folder, name);
    return statSync(path).isFile() && readFileSync(path).includes(text);
  });
}

describe.each(storeKinds)('on %s, modtally forget', (kind) => {
  test('removes a person from store, archive, rejects and audit log, and says so', async () => {
    const site = newSite(kind);
    await fill(site);
    await site.do('modtally', ['prune', '--keep-months', '24', '--archive', 'archive', '--yes']);
    const serve = join(site.folder, 'serve');
    mkdirSync(serve);
    writeFileSync(join(serve, 'audit.jsonl'), '{"who":"x","users":["amora","amora2","brin"]}\n');
    const forget = ['forget', 'amora', '--archive', 'archive', '--folder', 'serve'];
    const env = { MODTALLY_REJECTS: 'rejects.log' };
    const dry = await site.do('modtally', [...forget, '--dry-run'], { env });
    expect(dry.stderr).toMatch(
      /: 2 rows would go\n.*usage-2023-05\.parquet: 1 rows would go\n.*rejects\.log: 2 names would go\n.*audit\.jsonl: 1 names would go\n/,
    );
    const refused = await site.run('modtally', forget, { env, input: 'n\n' });
    expect(refused).toMatchObject({ status: 1 });
    expect(refused.stderr).toMatch(/modtally: nothing was removed\n/);
    expect(await usersOf(site)).toContain('amora');

    const { stderr } = await site.do('modtally', [...forget, '--yes'], { env });
    expect(stderr).toBe(dry.stderr.replaceAll('would go', 'removed'));
    expect(await usersOf(site)).toEqual(['Amora', 'amora2']);
    expect(readFileSync(join(serve, 'audit.jsonl'), 'utf8')).toBe('{"who":"x","users":["*****","amora2","brin"]}\n');
    expect(readFileSync(join(site.folder, 'rejects.log'), 'utf8')).toMatch(
      /user=\*{5} module=gcc\/12 path=\/home\/\*{5}\/x/,
    );
    // What stays of the archive can be imported again.
    await site.do('modtally', ['import', 'archive/usage-2023-05.parquet']);
    expect(await usersOf(site)).toEqual(['Amora', 'amora2', 'brin']);
    // The log itself is the site's own.
    const word = /(?<![\w-])amora(?![\w-])/;
    const left = filesWith(site.folder, 'amora').filter(
      (name) => name !== 'usage.log' && word.test(readFileSync(join(site.folder, name), 'latin1')),
    );
    expect(left).toEqual([]);
    if (kind === 'mysql') {
      const rows = await runSql(
        "SELECT COUNT(*) FROM moduleT WHERE BINARY user = 'amora' OR path LIKE '%amora/%'",
        databaseOf(site),
      );
      expect(rows).toEqual([[0]]);
    }

    // The same again finds nothing, and neither does the log bring anything back.
    expect((await site.do('modtally', [...forget, '--yes'], { env })).stderr).toMatch(/^[^\n]*: 0 rows removed\n$/);
    await site.do('modtally', ['import', 'usage.log']);
    expect(await usersOf(site)).not.toContain('amora');
  });
});

describe.each(storeKinds)('on %s, modtally import --pseudonyms', (kind) => {
  test('stores nobody by name, and modtally reveal tells who it was', async () => {
    const site = newSite(kind);
    await fill(site, '--pseudonyms', 'pseudonyms.key');
    expect(statSync(join(site.folder, 'pseudonyms.key')).mode & 0o777).toBe(0o600);
    const users = await usersOf(site);
    expect(users.length).toBe(4);
    for (const user of users) expect(user).toMatch(/^p-[0-9a-z]{12}$/);
    const left = filesWith(site.folder, 'amora').filter((name) => name !== 'usage.log');
    expect(left).toEqual([]);
    if (kind === 'mysql') {
      const rows = await runSql(
        "SELECT COUNT(*) FROM moduleT WHERE user LIKE '%amora%' OR path LIKE '%amora%'",
        databaseOf(site),
      );
      expect(rows).toEqual([[0]]);
    }

    site.write('names.txt', 'root\nbrin\namora\nAmora\namora2\n');
    const reveal = ['reveal', ...users, 'p-000000000000', '--names', 'names.txt', '--format', 'json'];
    const { stdout } = await site.do('modtally', [...reveal, '--key', 'pseudonyms.key']);
    const named = JSON.parse(stdout) as { pseudonym: string; name: string | null }[];
    expect(named.map(({ name }) => name).sort()).toEqual(['Amora', 'amora', 'amora2', 'brin', null]);
    expectFailure(await site.run('modtally', [...reveal, '--key', 'none.key']), 1, /the key .*none\.key/, /pseudonyms/);

    // A person is forgotten by the name, too.
    const env = { MODTALLY_PSEUDONYMS: 'pseudonyms.key' };
    await site.do('modtally', ['forget', 'amora', '--yes'], { env });
    const pseudonym = named.find(({ name }) => name === 'amora')?.pseudonym ?? '';
    expect(await usersOf(site)).toEqual(users.filter((user) => user !== pseudonym));
  });
});

test('modtally forget tells of paths below a home that others have loaded, and leaves them', async () => {
  const site = newSite('duckdb');
  const shared = line('brin', '2025-05-04', '/home/amora/shared/1.lua');
  site.write('usage.log', `${line('amora', '2025-05-04', '/home/amora/own/1.lua')}\n${shared}\n`);
  await site.do('modtally', ['import', 'usage.log']);
  const { stderr } = await site.do('modtally', ['forget', 'amora', '--yes']);
  expect(stderr).toMatch(/: 1 rows removed\n.*: 1 paths stay: others have loaded them\n$/);
  const { stdout } = await site.do('modtally', ['report', 'counts', '--format', 'json']);
  expect((JSON.parse(stdout) as { path: string }[]).map(({ path }) => path)).toEqual(['/home/amora/shared/1.lua']);
});

test('modtally forget makes no key: by a new one it would find nobody, and say that nobody is left', async () => {
  const site = newSite('duckdb');
  await fill(site);
  const env = { MODTALLY_PSEUDONYMS: 'lost.key' };
  for (const option of ['--dry-run', '--yes']) {
    expectFailure(await site.run('modtally', ['forget', 'amora', option], { env }), 1, /the key .*lost\.key/, /key/);
  }
  expect(existsSync(join(site.folder, 'lost.key'))).toBe(false);
  expect(await usersOf(site)).toContain('amora');
});

test('what is a pseudonym already stays as it is', async () => {
  const site = newSite('duckdb');
  await fill(site, '--pseudonyms', 'pseudonyms.key');
  const users = await usersOf(site);
  await site
    .do('modtally', ['export', '--output', 'all.parquet'])
    .catch(() => site.do('modtally', ['export', 'all.parquet']));
  const store = ['--store', 'duckdb:other.duckdb'];
  await site.do('modtally', ['import', 'all.parquet', '--pseudonyms', 'pseudonyms.key', ...store]);
  const { stdout } = await site.do('modtally', ['report', 'usernames', '--format', 'json', ...store]);
  expect([...new Set((JSON.parse(stdout) as { user: string }[]).map(({ user }) => user))].sort()).toEqual(users);
});

test('a key that everybody can read is refused', async () => {
  const site = newSite('duckdb');
  site.write('usage.log', log);
  site.write('open.key', `${'ab'.repeat(32)}\n`, 0o644);
  const result = await site.run('modtally', ['import', 'usage.log', '--pseudonyms', 'open.key']);
  expectFailure(result, 1, /everybody can read it/, /key/);
});
