import { describe, expect, test } from 'vitest';
import { newSite, type Site } from '../support/site.ts';
import { storeKinds } from '../support/stores.ts';
import { logText } from '../support/write-log.ts';

const january = { user: 'january', time: '2024-01-31T12:00:00Z' };
const march = { user: 'march', time: '2024-03-01T00:00:00Z' };
const elsewhere = { user: 'elsewhere', time: '2024-01-15T12:00:00Z', host: 'c1.frontera.edu' };

describe.each(storeKinds)('delete_old_records on %s', (kind) => {
  test('deletes from the start on, up to and without the end, and says how much', async () => {
    const site = await siteWith(kind, [january, march, elsewhere]);
    const { stdout } = await site.do('delete_old_records', [
      ...['--start', '2024-01-31 12:00', '--end', '2024-03-01 00:00:00', '--yes'],
    ]);
    expect(stdout).toBe(
      "Deleting records with dates:  date >= '2024-01-31 12:00:00' and date < '2024-03-01 00:00:00'\n1 record(s) deleted\n",
    );
    expect(await users(site)).toEqual(['elsewhere', 'march']);
  });

  test('deletes of some clusters only, with an end alone', async () => {
    const site = await siteWith(kind, [january, march, elsewhere]);
    const end = ['--end', '2024-03-01', '--yes'];
    expect((await site.do('delete_old_records', ['--syshost', 'nowhere', ...end])).stdout).toContain('\n0 record(s)');
    expect((await site.do('delete_old_records', ['--syshost', 'ls6', ...end])).stdout).toContain('\n1 record(s)');
    expect(await users(site)).toEqual(['elsewhere', 'march']);
    await site.do('delete_old_records', ['--syshost', 'x', '--syshost', 'FRONT%', ...end]);
    expect(await users(site)).toEqual(['march']);
  });

  test('asks first, and deletes on y alone', async () => {
    const site = await siteWith(kind, [january, march]);
    const ask = async (input: string): Promise<string> =>
      (await site.do('delete_old_records', ['--end', '2024-03-01'], { input })).stdout.split('\n').slice(1).join('\n');
    for (const answer of ['n\n', '', '\n', 'yes\n']) {
      expect(await ask(answer)).toBe('Is this OK (y/N)?Exiting!\n');
    }
    expect(await users(site)).toEqual(['january', 'march']);
    expect(await ask('y\n')).toBe('Is this OK (y/N)?1 record(s) deleted\n');
    expect(await users(site)).toEqual(['march']);
  });

  test.each([
    ['Pacific/Kiritimati', '+14:00', 12],
    ['Pacific/Pago_Pago', '-11:00', 9],
  ])('--keepMonths counts calendar months back from today in %s', async (zone, offset, months) => {
    const day = monthsBefore(today(zone), months);
    const end = Date.parse(`${day}T00:00:00${offset}`);
    const at = (ms: number): string => new Date(ms).toISOString();
    const loads = [
      { user: 'gone', time: at(end - 1000) },
      { user: 'kept', time: at(end) },
    ];
    const site = await siteWith(kind, loads, zone);
    const { stdout } = await site.do('delete_old_records', ['--keepMonths', String(months), '--yes']);
    expect(stdout).toBe(`Deleting records with dates:  date < '${day} 00:00:00'\n1 record(s) deleted\n`);
    expect(await users(site)).toEqual(['kept']);
  });
});

test('what was deleted does not come back with the same log', async () => {
  const site = await siteWith('duckdb', [january, march]);
  await site.do('delete_old_records', ['--end', '2024-03-01', '--yes']);
  expect((await site.do('store_module_data', ['log'])).stderr).toContain(' 0 new lines');
  expect(await users(site)).toEqual(['march']);
});

async function siteWith(kind: 'duckdb' | 'mysql', loads: Parameters<typeof logText>[0], zone?: string): Promise<Site> {
  const site = newSite(kind, zone);
  site.write('log', logText(loads));
  await site.do('store_module_data', ['log']);
  return site;
}

async function users(site: Site): Promise<string[]> {
  const { stdout } = await site.do('modtally', ['report', 'usernames', '--format', 'json']);
  const rows: { user: string }[] = JSON.parse(stdout);
  return rows.map(({ user }) => user).sort();
}

function today(zone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(new Date());
}

/** Worked out on the calendar's page, not as the program does it. */
function monthsBefore(date: string, months: number): string {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const first = new Date(Date.UTC(year, month - 1 - months, 1));
  const length = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(day, length));
  return first.toISOString().slice(0, 10);
}
