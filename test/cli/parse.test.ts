import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { conformanceDir } from '../support/conformance.ts';
import { expectFailure } from '../support/expect-failure.ts';
import { newSite, type Site } from '../support/site.ts';
import { logLine } from '../support/write-log.ts';

interface ShapeCase {
  readonly name: string;
  readonly now: string;
  readonly tz: string;
  readonly line: string;
  readonly expect?: Record<string, unknown>;
  readonly skip?: string;
  readonly reject?: string;
}

interface Parsed {
  readonly n: number;
  readonly load?: Record<string, unknown>;
  readonly skip?: string;
  readonly reject?: string;
  readonly file?: string;
}

async function parse(site: Site, ...args: string[]): Promise<Parsed[]> {
  const { stdout } = await site.do('modtally', ['parse', ...args]);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test('each shape of the conformance data is read as it is expected, from files', async () => {
  const site = newSite('duckdb');
  const groups = new Map<string, ShapeCase[]>();
  for (const text of readFileSync(join(conformanceDir, 'line-shapes/cases.jsonl'), 'utf8').trimEnd().split('\n')) {
    const shape: ShapeCase = JSON.parse(text);
    const ending = /^[{[]/.test(shape.line) ? 'json' : 'log';
    const key = `${shape.now} ${shape.tz} ${ending}`;
    groups.set(key, [...(groups.get(key) ?? []), shape]);
  }
  for (const [key, shapes] of groups) {
    const [now = '', tz = '', ending = ''] = key.split(' ');
    const file = site.write(`in.${ending}`, shapes.map(({ line }) => `${line}\n`).join(''));
    const parsed = await parse(site, '--now', now, '--tz', tz, file);
    const expected = shapes.map(({ expect: load, skip, reject }, index) => ({
      n: index + 1,
      ...(load === undefined ? (skip === undefined ? { reject } : { skip }) : { load }),
    }));
    expect(parsed).toEqual(expected);
  }
});

test('lines are numbered through, empty ones and a last one without its newline included', async () => {
  const site = newSite('duckdb');
  site.write('log', `\n${logLine()}\nnothing\n${logLine({ user: '' })}\n${logLine({ user: 'bob' })}`);
  expect(await parse(site, 'log')).toEqual([
    { n: 1, skip: 'empty' },
    {
      n: 2,
      load: {
        user: 'alice',
        module: 'gcc/12.2',
        path: '/apps/gcc/12.2.lua',
        syshost: 'ls6',
        host: 'c1.ls6.tacc.utexas.edu',
        direct: null,
        jobid: null,
        group: null,
        time: 1_731_326_400,
      },
    },
    { n: 3, skip: 'not a load' },
    { n: 4, reject: 'user' },
    { n: 5, load: expect.objectContaining({ user: 'bob' }) },
  ]);
});

test('of several files each line tells its file, and each is numbered anew', async () => {
  const site = newSite('duckdb');
  site.write('one', `${logLine()}\n`);
  site.write('two.gz', gzipSync(`x\n${logLine()}\n`));
  const parsed = await parse(site, 'one', 'two.gz');
  expect(parsed.map(({ file, n }) => `${file}:${n}`)).toEqual(['one:1', 'two.gz:1', 'two.gz:2']);
});

test('standard input is read as a log', async () => {
  const site = newSite('duckdb');
  const { stdout } = await site.do('modtally', ['parse', '-'], { input: `${logLine()}\n` });
  expect(JSON.parse(stdout)).toMatchObject({ n: 1, load: { user: 'alice' } });
});

test('nothing is stored, and no store is needed', async () => {
  const site = newSite('duckdb');
  site.write('log', `${logLine()}\n`);
  await site.do('modtally', ['parse', '--store', 'duckdb:/nowhere/usage.duckdb', 'log']);
  expectFailure(await site.run('modtally', ['report', 'counts']), 1, /there is no store/);
});

test('a time of --now that is none, a zone that is none, and a file that is not there are told', async () => {
  const site = newSite('duckdb');
  site.write('log', `${logLine()}\n`);
  expectFailure(await site.run('modtally', ['parse', '--now', 'soon', 'log']), 2, /--now: soon is no time/);
  expectFailure(await site.run('modtally', ['parse', '--tz', 'Mars/Base', 'log']), 2, /no time zone Mars\/Base/);
  expectFailure(await site.run('modtally', ['parse', 'nowhere']), 1, /cannot read nowhere/);
});
