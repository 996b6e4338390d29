import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readClassicTable } from '../support/classic-table.ts';
import { conformanceDir } from '../support/conformance.ts';
import { type ExpectedReport, expectedReports, expectedRows } from '../support/expected-reports.ts';
import { confText, createSite, databaseOf, newDatabaseTarget, runSql, type Site } from '../support/site.ts';
import type { StoreKind } from '../support/stores.ts';

const folders = [
  { folder: 'five-days', zone: 'UTC', flags: [], hasReports: true },
  { folder: 'store-all-chicago', zone: 'America/Chicago', flags: ['--store_all'], hasReports: false },
  {
    folder: 'ignore-list',
    zone: 'UTC',
    flags: ['--ignoreFn', join(conformanceDir, 'ignore-list', 'ignore.txt')],
    hasReports: true,
  },
] as const;

/** What Lmod's own tools made of the conformance data, held against the built commands on a kind of store. */
export function testConformance(kind: StoreKind): void {
  describe.each(folders)('$folder', ({ folder, zone, flags, hasReports }) => {
    let site: Site;
    let atFirst: string;
    const store = (): ReturnType<Site['do']> => site.do('store_module_data', [...flags, ...logsOf(folder)]);

    beforeAll(async () => {
      site = createSite(kind, zone);
      await site.do('createDB', []);
      await store();
      atFirst = await everything(site);
      return site.close;
    });

    if (kind === 'mysql') {
      test('the rows are those of the reference', async () => {
        expect(await rowsOf(site)).toEqual(expectedRows(folder));
      });
    }

    test('a second import of everything changes nothing', async () => {
      const { stderr } = await store();
      expect(stderr).toContain(' 0 new lines');
      expect(await everything(site)).toBe(atFirst);
      if (kind === 'mysql') expect(await rowsOf(site)).toEqual(expectedRows(folder));
    });

    if (hasReports) describe('reports', () => testReports(() => site, folder));
  });

  describe('gen1-to-gen2', () => {
    const folder = 'gen1-to-gen2';
    let site: Site;
    let gen1: string;
    const dump = async (): Promise<void> => {
      await site.do('dump_db', ['--dbname', 'lmod', '--start', '2023-11', '--Nmonths', '13', '--parentDir', 'dump']);
    };

    beforeAll(async () => {
      site = createSite(kind);
      const target = newDatabaseTarget();
      gen1 = target.database;
      await runSql(`CREATE DATABASE ${gen1}`);
      await runSql(readFileSync(join(conformanceDir, folder, 'gen1.sql'), 'utf8'), gen1);
      site.write('lmod_db.conf', confText(target), 0o600);
      await dump();
      return async () => {
        await runSql(`DROP DATABASE ${gen1}`);
        await site.close();
      };
    });

    test('the dump files hold the same lines', () => {
      const files = (path: string): Record<string, string[]> =>
        Object.fromEntries(
          readdirSync(path).map((name) => [name, readFileSync(join(path, name), 'utf8').split('\n').sort()]),
        );
      expect(files(join(site.folder, 'dump'))).toEqual(files(join(conformanceDir, folder, 'expected-dump')));
    });

    test('once stored the files are gone, and the same files once more add nothing', async () => {
      const store = (): ReturnType<Site['do']> =>
        site.do('store_module_data', ['--delete', ...readdirSync(join(site.folder, 'dump')).map((f) => `dump/${f}`)]);
      await store();
      expect(readdirSync(join(site.folder, 'dump'))).toEqual([]);
      const atFirst = await everything(site);
      await dump();
      const { stderr } = await store();
      expect(stderr).toContain(' 0 new lines');
      expect(await everything(site)).toBe(atFirst);
      if (kind === 'mysql') expect(await rowsOf(site)).toEqual(expectedRows(folder));
    });

    describe('reports', () => testReports(() => site, folder));
  });
}

/** Holds analyzeLmodDB, and on a database Lmod's own SQL, against what the reference answered. */
function testReports(siteOf: () => Site, folder: string): void {
  const reports = expectedReports(folder);
  /** Asked two at a time: most of a call is the start of a process. */
  let answers: Map<ExpectedReport, string>;

  beforeAll(async () => {
    answers = new Map();
    const waiting = [...reports];
    const ask = async (): Promise<void> => {
      for (let report = waiting.shift(); report !== undefined; report = waiting.shift()) {
        answers.set(report, (await siteOf().do('analyzeLmodDB', argumentsOf(siteOf(), report))).stdout);
      }
    };
    await Promise.all([ask(), ask()]);
  }, 120_000);

  test.each(reports.map((report) => [describeReport(report), report] as const))('answers %s', async (_, report) => {
    const rows = readClassicTable(answers.get(report) ?? '').map((cells) => [cells[0], cells.at(-1)]);
    const expected = report.rows.map(([path, value]) => [path, String(value)]);
    if (report.command === 'counts') expect(rows).toEqual(expected);
    else expect(rows.map(String).sort()).toEqual(expected.map(String).sort());
    if (siteOf().kind !== 'mysql' || report.allmodules !== undefined) return;
    const bySql = (await runSql(sqlAsLmod(report), databaseOf(siteOf()))).map((row) => row.map(String));
    expect(bySql.map(String).sort()).toEqual(expected.map(String).sort());
  });
}

function describeReport({ command, sqlPattern = [], syshost = [], start, end, allmodules }: ExpectedReport): string {
  const words = [command, ...sqlPattern, ...syshost.map((each) => `on ${each}`)];
  if (start !== undefined) words.push(`from ${start}`);
  if (end !== undefined) words.push(`until ${end}`);
  if (allmodules !== undefined) words.push('with all modules');
  return words.join(' ');
}

function argumentsOf(site: Site, report: ExpectedReport): string[] {
  const args: string[] = [];
  for (const pattern of report.sqlPattern ?? []) args.push('--sqlPattern', pattern);
  for (const pattern of report.syshost ?? []) args.push('--syshost', pattern);
  if (report.start !== undefined) args.push('--start', report.start);
  if (report.end !== undefined) args.push('--end', report.end);
  if (report.allmodules !== undefined) {
    args.push('--allmodulesFn', site.write(`all-${report.rows.length}.txt`, `${report.allmodules.join('\n')}\n`));
  }
  return [...args, report.command];
}

/** The question as Lmod's scripts put it to moduleT. */
function sqlAsLmod({ command, sqlPattern = ['%'], syshost = ['%'], start, end }: ExpectedReport): string {
  const likeAny = (column: string, patterns: readonly string[]): string =>
    `( ${patterns.map((pattern) => `${column} LIKE '${pattern.replaceAll('\\', '\\\\')}'`).join(' or ')} )`;
  const conditions = [
    likeAny(command === 'modules_used_by' ? 'user' : 'path', sqlPattern),
    likeAny('syshost', syshost),
    ...(start === undefined ? [] : [`date >= '${start}'`]),
    ...(end === undefined ? [] : [`date < '${end}'`]),
  ].join(' and ');
  return command === 'counts'
    ? `SELECT path, count(distinct(user)) as counts from moduleT where ${conditions} group by path`
    : `SELECT path, user from moduleT where ${conditions} group by path, user`;
}

function logsOf(folder: string): string[] {
  const directory = join(conformanceDir, folder);
  const names = readdirSync(directory).filter((name) => name.startsWith('moduleUsage.log-'));
  return names.sort().map((name) => join(directory, name));
}

/** All users of all paths with loads, first and last. */
async function everything(site: Site): Promise<string> {
  return (await site.do('modtally', ['report', 'usernames', '--format', 'csv'])).stdout;
}

async function rowsOf(site: Site): Promise<string[]> {
  const rows = await runSql('SELECT user, path, module, syshost, date FROM moduleT', databaseOf(site));
  return rows.map((row) => row.join('\t')).sort();
}
