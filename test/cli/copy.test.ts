import { describe, expect, test } from 'vitest';
import { expectFailure } from '../support/expect-failure.ts';
import { createLmodDatabase, insertAsLmod, type LmodRow } from '../support/lmod-table.ts';
import { databaseOf, newSite, runSql, type Site } from '../support/site.ts';
import { logText } from '../support/write-log.ts';

const loads = [
  { user: 'alice', time: '2024-11-11T12:00:00Z' },
  { user: 'alice', time: '2024-11-11T12:10:00Z' },
  { user: 'bob', time: '2024-11-12T12:00:00Z' },
];

/** A site with an embedded store, and the way to copy it into another one's database. */
async function embeddedSite(): Promise<{ site: Site; other: Site; env: Record<string, string>; call: string[] }> {
  const [site, other] = [newSite('duckdb'), newSite('mysql')];
  site.write('log', logText(loads));
  await site.do('modtally', ['import', 'log']);
  const env = { MODTALLY_PASSWORD: other.env['MODTALLY_PASSWORD'] ?? '' };
  return { site, other, env, call: ['copy', '--from', site.url, '--to', other.url] };
}

async function json(site: Site, args: readonly string[], env: Record<string, string> = {}): Promise<unknown> {
  return JSON.parse((await site.do('modtally', args, { env })).stdout);
}

describe('modtally copy', () => {
  test('copies a store, proves it, and tells what it did', async () => {
    const { site, other, env, call } = await embeddedSite();
    const { stdout, stderr } = await site.do('modtally', [...call, '--verify'], { env });
    expect(stderr).toMatch(
      /^duckdb:.* -> mysql:.* in [\d.]+ s\n {2}days +2, with 3 loads, in 2 rows, 2 of them new\n {2}already in 0 days\n {2}ledger +1 contents\n {2}history +1 imports\n {2}catalogue +0 snapshots\n {2}zone +UTC\n$/,
    );
    expect(stdout).toMatch(/^Month +Syshost +Rows += Rows +Loads += Loads +Users += Users +Verdict\n/);
    expect(stdout).toMatch(/\n2024-11 +\S+ +2 +2 +3 +3 +2 +2 +equal\n/);
    expect(stdout).toMatch(/\nVerdict: EQUAL\. 2 rows, each in both stores\.\n$/);
    const counts = ['report', 'counts', '--format', 'json'];
    expect(await json(other, counts)).toEqual(await json(site, counts));
  });

  test('lets an import into the copy know every log, up to the line', async () => {
    const { site, other, env, call } = await embeddedSite();
    await site.do('modtally', call, { env });
    other.write('copied', logText(loads));
    other.write('grown', logText([...loads, { user: 'carol', time: '2024-11-13T12:00:00Z' }]));
    expect(await json(other, ['import', '--json', 'copied'])).toMatchObject({ lines: 0, already: 3, new_rows: 0 });
    expect(await json(other, ['import', '--json', 'grown'])).toMatchObject({ lines: 1, already: 3, new_rows: 1 });
  });

  test('only tells what it would do, and makes no store for that', async () => {
    const { site, other, env, call } = await embeddedSite();
    const { stderr } = await site.do('modtally', [...call, '--dry-run'], { env });
    expect(stderr).toMatch(/ \(only tried\)\n {2}days +2, with 3 loads\n/);
    expectFailure(await other.run('modtally', ['report', 'counts']), 1, /the server has no database/);
    await site.do('modtally', [...call, '--quiet'], { env });
    expect(await json(site, [...call, '--dry-run', '--json'], env)).toMatchObject({
      ...{ days: 0, already: 2, loads: 0, contents: 0, imports: 0, snapshots: 0, behind: false, equal: null },
    });
  });

  test('finds a row that is not as it was', async () => {
    const { site, other, env, call } = await embeddedSite();
    await site.do('modtally', call, { env });
    await runSql("UPDATE moduleT SET job_loads = 1 WHERE user = 'bob'", databaseOf(other));
    const { status, stdout } = await site.run('modtally', [...call, '--verify'], { env });
    expect(status).toBe(1);
    expect(stdout).toMatch(/\n2024-11 +\S+ +2 +2 +3 +3 +2 +2 +DIFFERENT\n/);
    expect(stdout).toMatch(/\n2024-11-12 +\S+ +1 +1 +1 +1\n/);
    expect(stdout).toMatch(/\nVerdict: DIFFERENT\. 1 combinations of day and cluster are not the same\.\n$/);
    expect(await json(site, [...call, '--json'], env)).toMatchObject({ already: 2, equal: null });
  });

  test('counts local time by the zone of the source, unless another one is asked for', async () => {
    const { site, other, env, call } = await embeddedSite();
    const night = { user: 'dora', time: '2024-11-14T02:30:00Z' };
    site.write('night', logText([night]));
    await site.do('modtally', ['import', '--tz', 'America/Chicago', 'night']);
    await site.do('modtally', [...call, '--quiet'], { env });
    const date = "SELECT date, tally_day FROM moduleT WHERE user = 'dora'";
    expect(await runSql(date, databaseOf(other))).toEqual([['2024-11-13 20:30:00', 20_040]]);
    const third = newSite('mysql');
    await site.do('modtally', ['copy', '--from', site.url, '--to', third.url, '--tz', 'Asia/Tokyo'], { env });
    expect(await runSql(date, databaseOf(third))).toEqual([['2024-11-14 11:30:00', 20_040]]);
  });

  test("copies a gen_2 database of Lmod's as it is, and what its script writes later", async () => {
    const [site, lmod] = [newSite('duckdb', 'America/Chicago'), newSite('mysql')];
    const database = databaseOf(lmod);
    const row = (user: string, date: string): LmodRow => [user, 'R/4.0', '/apps/R/4.0.lua', 'ls6', date];
    await createLmodDatabase(database);
    await insertAsLmod(database, [row('alice', '2024-11-03 01:30:00'), row('alice', '2024-11-03 01:30:00')]);
    const env = { MODTALLY_FROM_PASSWORD: lmod.env['MODTALLY_PASSWORD'] ?? '' };
    const call = ['copy', '--from', lmod.url, '--verify', '--json'];
    expect(await json(site, call, env)).toMatchObject({ rows: 2, new_rows: 2, contents: 0, zone: 'America/Chicago' });
    await insertAsLmod(database, [row('bob', '2024-11-03 02:30:00'), row('alice', '2024-11-04 00:00:00')]);
    expect(await json(site, call, env)).toMatchObject({ days: 2, rows: 2, new_rows: 2, equal: true });
    expect(await json(site, call, env)).toMatchObject({ days: 0, rows: 0, equal: true });
    expect(await runSql("SHOW TABLES LIKE 'modtally%'", database)).toEqual([]);
  });

  test('stops where a table of Lmod has no room for the names', async () => {
    const [site, lmod] = [newSite('duckdb'), newSite('mysql')];
    await createLmodDatabase(databaseOf(lmod));
    site.write('log', logText([...loads, { user: 'x'.repeat(65), time: '2024-11-11T12:00:00Z' }]));
    await site.do('modtally', ['import', 'log']);
    const env = { MODTALLY_PASSWORD: lmod.env['MODTALLY_PASSWORD'] ?? '' };
    const result = await site.run('modtally', ['copy', '--from', site.url, '--to', lmod.url], { env });
    expectFailure(result, 1, /1 names are too long for its columns$/);
    expect(await runSql('SELECT COUNT(*) FROM moduleT', databaseOf(lmod))).toEqual([[0]]);
  });

  test('says what is wrong with its stores', async () => {
    const { site, other, env, call } = await embeddedSite();
    const fails = async (args: readonly string[], status: 1 | 2, message: RegExp): Promise<void> =>
      expectFailure(await site.run('modtally', args, { env }), status, message);
    const same = `duckdb:${site.folder}/./.local/share/modtally/usage.duckdb`;
    await fails(['copy', '--from', site.url, '--to', same], 2, /are the same$/);
    await fails([...call, '--store', 'duckdb:x'], 2, /both --to .* and --store duckdb:x were given$/);
    await fails(['copy', '--from', 'mysql://u:secret@h/db', '--to', 'duckdb:x'], 2, /a password on the command line/);
    await fails(['copy', '--from', 'duckdb:missing', '--to', other.url], 1, /missing/);
    await fails(['copy', '--to', other.url], 2, /--from/);
    other.write('own', logText([{ user: 'eve', time: '2024-11-11T12:00:00Z' }]));
    await other.do('modtally', ['import', 'own']);
    await fails(call, 1, /has usage of its own of ls6 on 2024-11-11$/);
    expect((await site.do('modtally', [...call, '--merge'], { env })).stderr).toContain('in 2 rows, 2 of them new');
  });
});
