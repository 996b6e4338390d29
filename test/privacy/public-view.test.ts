import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answerPublic, publicReportNames } from '../../src/app/public-view.ts';
import { reportNamed } from '../../src/app/run-report.ts';
import { escapeLike } from '../../src/core/like-pattern.ts';
import type { Load } from '../../src/core/load.ts';
import type { ResultTable } from '../../src/core/result-table.ts';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { type PublicCells, readPublicCells } from '../../src/privacy/public-cells.ts';
import { makeLoad } from '../support/make-loads.ts';
import { makeRequest } from '../support/make-request.ts';
import { naiveStore } from '../support/naive-store.ts';

const zone = createSiteZone('UTC');
const leastUsers = 5;
const now = Date.UTC(2025, 5, 10) / 1000;
const { packageOf } = makeRequest();
const packages = ['gcc', 'R', 'r'];
const syshosts = ['alder', 'birch'];

/** Somebody who has loaded a package on a cluster in a month, so often. */
interface Use {
  readonly user: number;
  readonly package: string;
  readonly syshost: string;
  readonly month: number;
  readonly loads: number;
}

function loadsOf(uses: readonly Use[]): Load[] {
  return uses.flatMap(({ user, package: name, syshost, month, loads }) =>
    Array.from({ length: loads }, (_, n) =>
      makeLoad({
        user: `user${user}`,
        module: `${name}/${1 + (n % 2)}`,
        path: `/apps/${name}/${n % 2}`,
        syshost,
        timeUs: Date.UTC(2024, month, 1 + (n % 27), 12) * 1000,
      }),
    ),
  );
}

interface Answers {
  readonly cells: PublicCells;
  /** Every question that the public may ask, and what it is told. */
  readonly byQuestion: ReadonlyMap<string, ResultTable>;
}

/** Asks everything that the public may ask. */
async function askEverything(uses: readonly Use[]): Promise<Answers> {
  const store = naiveStore(loadsOf(uses));
  const cells = await readPublicCells(store, { leastUsers, packageOf, zone, now });
  const byQuestion = new Map<string, ResultTable>();
  const spans = cells.months.flatMap((first, from) =>
    [1, 3, 12].flatMap((length) => {
      const last = cells.months[from + length - 1];
      return last === undefined ? [] : [{ start: first.start, end: last.end }];
    }),
  );
  for (const report of publicReportNames) {
    for (const each of report === 'trend' || report === 'clusters' ? ['all', 'package'] : [null]) {
      for (const span of [{}, ...spans]) {
        for (const name of [null, ...packages]) {
          for (const syshost of [null, ...syshosts]) {
            const filter = {
              ...span,
              ...(name === null ? {} : { modules: [escapeLike(name)] }),
              ...(syshost === null ? {} : { syshosts: [syshost] }),
            };
            const question = {
              report: reportNamed(report),
              filter,
              options: each === null ? {} : { each },
              limit: null,
            };
            const answer = await answerPublic(question, { store, cells, leastUsers, zone, now }).catch((error) => {
              // Whether there is a cell of that name is public.
              expect(error).toMatchObject({ code: 'USAGE' });
              return { columns: [], rows: [] };
            });
            byQuestion.set(JSON.stringify([report, each, filter]), answer);
          }
        }
      }
    }
  }
  return { cells, byQuestion };
}

const anyUse: fc.Arbitrary<Use> = fc.record({
  user: fc.integer({ min: 0, max: 11 }),
  package: fc.constantFrom(...packages),
  syshost: fc.constantFrom(...syshosts),
  month: fc.constantFrom(0, 1, 2, 13, 17),
  loads: fc.integer({ min: 1, max: 2 }),
});

const cellOf = (use: Use): string => JSON.stringify([use.package, use.syshost, use.month]);

/** Uses, and others that differ from them only in cells that are too small before and after. */
const anyPair = fc
  .tuple(
    fc.array(anyUse, { maxLength: 120 }),
    fc.array(anyUse, { maxLength: 25 }),
    fc.array(fc.boolean(), { minLength: 300, maxLength: 300 }),
  )
  .map(([uses, more, coins]) => {
    // A small site, with a few big cells besides.
    const big = Array.from({ length: 60 }, (_, n) => ({
      user: n % 12,
      package: 'gcc',
      syshost: 'alder',
      month: [0, 1, 2, 13, 16][n % 5] ?? 0,
      loads: 1,
    }));
    const own = [...big, ...uses];
    const usersOf = (all: readonly Use[], cell: string): number =>
      new Set(all.filter((use) => cellOf(use) === cell).map(({ user }) => user)).size;
    const small = (all: readonly Use[], use: Use): boolean => usersOf(all, cellOf(use)) < leastUsers;
    // Some of the small go, others come.
    const kept = own.filter((use, n) => !small(own, use) || coins[n]);
    const other = [...kept];
    for (const use of more) {
      if (small(own, use) && usersOf([...other, use], cellOf(use)) < leastUsers) other.push(use);
    }
    return [own, other] as const;
  });

describe('what the public is told', () => {
  test('is the same whatever goes on where too few people are', async () => {
    await fc.assert(
      fc.asyncProperty(anyPair, async ([uses, others]) => {
        // The first and last month there are is public: both have the same.
        const frame: Use[] = [0, 17].map((month) => ({ user: 0, package: 'gcc', syshost: 'alder', month, loads: 1 }));
        const one = await askEverything([...uses, ...frame]);
        const other = await askEverything([...others, ...frame]);
        expect(other.byQuestion).toEqual(one.byQuestion);
      }),
      { numRuns: 4, endOnFailure: true },
    );
  });

  test('names no number of people below the least, and differs by a multiple of it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyUse, { minLength: 60, maxLength: 200 }), async (uses) => {
        const { byQuestion } = await askEverything(uses);
        for (const { columns, rows } of byQuestion.values()) {
          for (const [place, { key }] of columns.entries()) {
            if (!/users/.test(key)) continue;
            for (const cell of rows.map((row) => row[place])) {
              const numbers = Array.isArray(cell) ? cell.map(Number) : [cell];
              for (const number of numbers) {
                if (number !== '<5') expect(Number(number) % leastUsers).toBe(0);
                if (!Array.isArray(cell)) expect(number).not.toBe(0);
              }
            }
          }
        }
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });

  test('has no users, no loads, and nothing of the month that is not over', async () => {
    const uses = Array.from({ length: 240 }, (_, n) => ({
      user: n % 12,
      package: 'gcc',
      syshost: 'alder',
      month: 10 + Math.floor(n / 30),
      loads: 1,
    }));
    const { byQuestion, cells } = await askEverything(uses);
    expect(cells.months.at(-1)?.name).toBe('2025-05');
    const keys = new Set([...byQuestion.values()].flatMap(({ columns }) => columns.map(({ key }) => key)));
    const expected = [
      'all_users',
      'clusters',
      'package',
      'packages',
      'period',
      'span',
      'syshost',
      'users',
      'users_series',
    ];
    expect([...keys].sort()).toEqual(expected);
    expect(JSON.stringify([...byQuestion])).not.toMatch(/user\d|2025-06-0[2-9]/);
  });
});

describe('what the public may ask', () => {
  const uses = Array.from({ length: 1200 }, (_, n) => ({
    user: n % 12,
    package: packages[Math.floor(n / 12) % 3] ?? '',
    syshost: syshosts[Math.floor(n / 36) % 2] ?? '',
    month: Math.floor(n / 72) % 15,
    loads: 1,
  }));
  const month = (n: number): number => Date.UTC(2024, n, 1) / 1000;
  const ask = async (fields: object): Promise<ResultTable> => {
    const store = naiveStore(loadsOf(uses));
    const cells = await readPublicCells(store, { leastUsers, packageOf, zone, now });
    const question = { report: reportNamed('top'), filter: {}, options: {}, limit: null, ...fields };
    return answerPublic(question, { store, cells, leastUsers, zone, now });
  };

  test('is one, three or twelve whole months', async () => {
    for (const filter of [{}, { start: month(3), end: month(6) }, { end: month(12) }, { end: month(1) }])
      await ask({ filter });
    for (const filter of [
      { end: month(7) },
      { end: month(2) },
      { start: month(2) },
      { start: month(3), end: month(5) },
      { start: month(3) + 86_400, end: month(6) },
      { start: month(3), end: month(6) - 1 },
      { start: month(-5), end: month(7) },
    ]) {
      await expect(ask({ filter })).rejects.toMatchObject({ code: 'USAGE' });
    }
  });

  test('is one package and one cluster, and no pattern', async () => {
    await ask({ filter: { modules: ['gcc'], syshosts: ['alder'] } });
    for (const filter of [
      { modules: ['g%'] },
      { modules: ['gcc', 'R'] },
      { syshosts: ['%'] },
      { syshosts: ['alder', 'birch'] },
      { users: ['user1'] },
      { paths: ['%'] },
    ]) {
      await expect(ask({ filter })).rejects.toMatchObject({ code: 'USAGE' });
    }
  });

  test('is no report and no option but those that are listed', async () => {
    for (const report of ['usernames', 'counts', 'versions', 'storms', 'retire', 'movers', 'groups', 'notify']) {
      await expect(ask({ report: reportNamed(report) })).rejects.toMatchObject({ code: 'USAGE' });
    }
    await expect(ask({ options: { by: 'loads' } })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(ask({ report: reportNamed('trend'), options: { by: 'day' } })).rejects.toMatchObject({
      code: 'USAGE',
    });
  });

  test('tells R from r', async () => {
    const { rows } = await ask({ filter: { modules: ['R'] } });
    expect(rows.map(([name]) => name)).toEqual(['R']);
  });
});
