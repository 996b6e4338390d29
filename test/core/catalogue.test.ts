import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ClusterCatalogue,
  type InstalledModule,
  modulesOn,
  presencesOf,
  withSnapshot,
} from '../../src/core/catalogue.ts';
import { anyModules, makeModule } from '../support/make-catalogue.ts';
import { sorted } from '../support/naive-usage.ts';

const empty: ClusterCatalogue = { syshost: 'ls6', days: [], stays: [] };

function catalogueOf(
  snapshots: readonly (readonly [day: number, modules: readonly InstalledModule[]])[],
): ClusterCatalogue {
  return snapshots.reduce((before, [day, modules]) => withSnapshot(before, { syshost: 'ls6', day, modules }), empty);
}

describe('a catalogue', () => {
  test('gives back each snapshot as it was added last, in whatever order they came', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 8 }), anyModules), { maxLength: 12 }), (snapshots) => {
        const catalogue = catalogueOf(snapshots);
        const naive = new Map(snapshots);
        const days = [...naive.keys()].sort((one, other) => one - other);
        expect(catalogue.days).toEqual(days);
        for (const [place, day] of days.entries()) {
          const since = (path: string): number => {
            const has = (at: number): boolean =>
              naive.get(days[at] ?? 0)?.some((module) => module.path === path) === true;
            let begin = place;
            while (begin > 0 && has(begin - 1)) begin--;
            return days[begin] ?? 0;
          };
          const expected = (naive.get(day) ?? []).map((module) => ({ ...module, since: since(module.path) }));
          expect(sorted(modulesOn(catalogue, day).map(inOrder))).toEqual(sorted(expected.map(inOrder)));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('is as small as it can be: a module that does not change is there once', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 8 }), anyModules), { maxLength: 12 }), (snapshots) => {
        const catalogue = catalogueOf(snapshots);
        const inOneGo = catalogueOf([...new Map(snapshots)].sort(([one], [other]) => one - other));
        expect(sorted(catalogue.stays.map(inOrder))).toEqual(sorted(inOneGo.stays.map(inOrder)));
      }),
    );
    const gcc = makeModule();
    expect(catalogueOf([30, 10, 20].map((day) => [day, [gcc]])).stays).toEqual([{ ...gcc, firstDay: 10, lastDay: 30 }]);
  });

  test('is the very same where a snapshot is added again, in whatever order its modules come', () => {
    const modules = [makeModule(), makeModule({ module: 'R/4.0' })];
    const catalogue = catalogueOf([
      [1, modules],
      [2, [makeModule()]],
    ]);
    expect(withSnapshot(catalogue, { syshost: 'ls6', day: 1, modules: modules.toReversed() })).toBe(catalogue);
    expect(withSnapshot(catalogue, { syshost: 'ls6', day: 3, modules })).not.toBe(catalogue);
    expect(withSnapshot(catalogue, { syshost: 'ls6', day: 2, modules })).not.toBe(catalogue);
  });

  test('knows a module that has become the default as the one that was there, and one that came back as new', () => {
    const old = makeModule();
    const marked = makeModule({ isDefault: true });
    const catalogue = catalogueOf([
      [1, [old]],
      [2, [marked]],
      [3, []],
      [4, [marked]],
    ]);
    expect(modulesOn(catalogue, 2)).toEqual([{ ...marked, since: 1 }]);
    expect(modulesOn(catalogue, 4)).toEqual([{ ...marked, since: 4 }]);
    expect(presencesOf(catalogue)).toEqual([
      { path: old.path, firstDay: 1, lastDay: 2 },
      { path: old.path, firstDay: 4, lastDay: 4 },
    ]);
  });
});

/** The same object with its keys in one order, so that texts of it can be compared. */
function inOrder(object: object): object {
  return Object.fromEntries(Object.entries(object).sort(([one], [other]) => (one < other ? -1 : 1)));
}
