import { Temporal } from 'temporal-polyfill';
import { compareText } from '../../src/core/compare-text.ts';
import { groupBy } from '../../src/core/group-by.ts';
import { compileLike } from '../../src/core/like-pattern.ts';
import { compareNatural } from '../../src/core/natural-order.ts';
import type { ReportRequest } from '../../src/report/report.ts';
import { localTime, naiveSpan } from './naive-span.ts';
import type { NaiveRow, NaiveUsage } from './naive-usage.ts';

type Answer = Record<string, unknown>[];

/** What reports have to answer, worked out from all rows at once, each with its filter and its options. */
export const naiveReports: Readonly<Record<string, (usage: NaiveUsage, request: ReportRequest) => Answer>> = {
  'last-used': (usage, request) => {
    const span = naiveSpan(usage, request);
    const named = groupBy(span?.rows ?? [], nameBy(request, 'module'));
    return inOrder(
      [...named].map(([name, rows]) => ({
        [eachOf(request, 'module')]: name,
        last: lastOf(rows),
        idle_days: daysBetween(lastOf(rows), span?.lastDay, request),
        users: usersOf(rows),
        loads: sum(rows, 'loads'),
      })),
      ({ last }) => Number(last),
      (row) => row[eachOf(request, 'module')],
    );
  },

  retire: (usage, request) => {
    const span = naiveSpan(usage, request);
    if (span === null) return [];
    const { idle = '6', users = '5' } = request.options;
    const dayAfter = span.lastDay.add({ days: 1 });
    const idleSince = dayAfter.subtract({ months: Number(idle) }).toZonedDateTime(request.zone.name);
    const named = groupBy(span.rows, nameBy(request, 'module'));
    const candidates = [...named].filter(
      ([, rows]) => lastOf(rows) * 1000 < idleSince.epochMilliseconds && usersOf(rows) <= Number(users),
    );
    const hasMovedOn = (user: string, rows: readonly NaiveRow[]): boolean => {
      const own = rows.filter((row) => row.user === user);
      return own.every((row) => {
        const samePackage = span.rows.filter(
          (other) => other.user === user && packageOf(request, other) === packageOf(request, row),
        );
        const ofModulefile = own.filter(({ module, path }) => module === row.module && path === row.path);
        return lastOf(samePackage) > lastOf(ofModulefile);
      });
    };
    return inOrder(
      candidates.map(([name, rows]) => ({
        [eachOf(request, 'module')]: name,
        users: usersOf(rows),
        moved_on: namesOf(rows).filter((user) => hasMovedOn(user, rows)).length,
        last: lastOf(rows),
        idle_days: daysBetween(lastOf(rows), span.lastDay, request),
        user_names: namesOf(rows),
      })),
      (row) => Number(row['users']),
      (row) => Number(row['last']),
      (row) => row[eachOf(request, 'module')],
    );
  },

  versions: (usage, request) => {
    const rows = (naiveSpan(usage, request, 12)?.rows ?? []).filter((row) =>
      compileLike(request.options['package'] ?? '%')(packageOf(request, row)),
    );
    const packages = inOrder(
      [...groupBy(rows, (row) => packageOf(request, row))].map(([name, ofPackage]) => ({ name, ofPackage })),
      ({ ofPackage }) => -usersOf(ofPackage),
      ({ name }) => name,
    );
    return packages.flatMap(({ name, ofPackage }) =>
      [...groupBy(ofPackage, ({ module }) => request.packageOf(module).version)]
        .sort(([one], [other]) => compareNatural(other, one))
        .map(([version, alike]) => ({
          package: name,
          version,
          users: usersOf(alike),
          users_share: usersOf(alike) / usersOf(ofPackage),
          loads: sum(alike, 'loads'),
          loads_share: sum(alike, 'loads') / sum(ofPackage, 'loads'),
          last: lastOf(alike),
        })),
    );
  },

  trend: (usage, request) => {
    const span = naiveSpan(usage, request, 12);
    if (span === null || span.rows.length === 0) return [];
    const { by = 'month', each = 'all' } = request.options;
    const past = usage.rows.filter(({ first }) => first <= request.now);
    const from = Math.max(span.start, Math.min(...past.map(({ first }) => first)));
    const until = Temporal.PlainDate.from(localTime(lastOf(past), request));
    const labels = new Set(span.rows.map((row) => periodOf(dateOf(row.day), by)));
    for (
      let day = Temporal.PlainDate.from(localTime(from, request));
      Temporal.PlainDate.compare(day, until) <= 0 && Temporal.PlainDate.compare(day, span.lastDay) <= 0;
      day = day.add({ days: 1 })
    ) {
      labels.add(periodOf(day, by));
    }
    const periods = [...labels].sort();
    const inPeriod = (rows: readonly NaiveRow[], label: string): NaiveRow[] =>
      rows.filter((row) => periodOf(dateOf(row.day), by) === label);
    if (each === 'all') {
      return periods.map((label) => {
        const rows = inPeriod(span.rows, label);
        const modules = new Set(rows.map(({ module }) => module)).size;
        const counted = request.options['modules'] === 'yes' ? { modules } : {};
        return { period: label, users: usersOf(rows), loads: sum(rows, 'loads'), ...counted };
      });
    }
    return inOrder(
      [...groupBy(span.rows, nameBy(request, 'module'))].map(([name, rows]) => ({
        [each]: name,
        users: usersOf(rows),
        loads: sum(rows, 'loads'),
        users_series: periods.map((label) => usersOf(inPeriod(rows, label))),
      })),
      (row) => -Number(row['users']),
      (row) => row[each],
    );
  },

  movers: (usage, request) => {
    const span = naiveSpan(usage, request, 3);
    const each = eachOf(request, 'module');
    const now = groupBy(span?.rows ?? [], nameBy(request, 'module'));
    const before = groupBy(span?.rowsBefore ?? [], nameBy(request, 'module'));
    const changes = [...new Set([...now.keys(), ...before.keys()])].map((name) => {
      const [users, usersBefore] = [usersOf(now.get(name) ?? []), usersOf(before.get(name) ?? [])];
      return {
        [each]: name,
        change: usersBefore === 0 ? 'new' : users === 0 ? 'gone' : users > usersBefore ? 'rising' : 'falling',
        users_before: usersBefore,
        users,
        users_change: users - usersBefore,
        loads_before: sum(before.get(name) ?? [], 'loads'),
        loads: sum(now.get(name) ?? [], 'loads'),
      };
    });
    return inOrder(
      changes.filter((change) => change.users_change !== 0),
      (change) => -Math.abs(Number(change['users_change'])),
      (change) => -Math.abs(Number(change['loads']) - Number(change['loads_before'])),
      (change) => change[each],
    );
  },

  direct: (usage, request) => {
    const rows = naiveSpan(usage, request, 12)?.rows ?? [];
    const told = [...groupBy(rows, nameBy(request, 'module'))].map(([name, ofName]) => {
      const [direct, dependency] = [sum(ofName, 'direct'), sum(ofName, 'dependency')];
      return {
        [eachOf(request, 'module')]: name,
        users: usersOf(ofName),
        loads: sum(ofName, 'loads'),
        direct,
        dependency,
        direct_share: direct / (direct + dependency),
      };
    });
    return inOrder(
      told.filter((row) => row.direct_share * 100 <= Number(request.options['share'] ?? 100)),
      (row) => Number(row['direct_share']),
      (row) => -Number(row['dependency']),
      (row) => row[eachOf(request, 'module')],
    );
  },

  clusters: (usage, request) => {
    const rows = naiveSpan(usage, request, 12)?.rows ?? [];
    const each = eachOf(request, 'module');
    const named = each === 'all' ? groupBy(rows, () => 'all') : groupBy(rows, nameBy(request, 'module'));
    const found = inOrder(
      [...named].map(([name, ofName]) => ({ name, ofName })),
      ({ ofName }) => -usersOf(ofName),
      ({ name }) => name,
    );
    return found.flatMap(({ name, ofName }) =>
      [...new Set(ofName.map(({ syshost }) => syshost))].sort(compareText).map((syshost) => {
        const here = ofName.filter((row) => row.syshost === syshost);
        const elsewhere = namesOf(ofName.filter((row) => row.syshost !== syshost));
        return {
          ...(each === 'all' ? {} : { [each]: name }),
          syshost,
          users: usersOf(here),
          only_here: namesOf(here).filter((user) => !elsewhere.includes(user)).length,
          all_users: usersOf(ofName),
          users_share: usersOf(here) / usersOf(ofName),
          loads: sum(here, 'loads'),
          last: lastOf(here),
        };
      }),
    );
  },

  top: (usage, request) => {
    const rows = naiveSpan(usage, request, 12)?.rows ?? [];
    const named = [...groupBy(rows, nameBy(request, 'package'))].map(([name, ofName]) => ({
      [eachOf(request, 'package')]: name,
      users: usersOf(ofName),
      users_share: usersOf(ofName) / usersOf(rows),
      loads: sum(ofName, 'loads'),
      loads_share: sum(ofName, 'loads') / sum(rows, 'loads'),
    }));
    const [first, second] =
      request.options['by'] === 'loads' ? (['loads', 'users'] as const) : (['users', 'loads'] as const);
    return inOrder(
      named,
      (row) => -Number(row[first]),
      (row) => -Number(row[second]),
      (row) => row[eachOf(request, 'package')],
    )
      .slice(0, 20)
      .map((row, index) => ({ rank: index + 1, ...row }));
  },

  jobs: (usage, request) => {
    const span = naiveSpan(usage, request, 12);
    const telling = clustersWithJobs(usage, span);
    const rows = (span?.rows ?? []).filter(({ syshost }) => telling.has(syshost));
    return inOrder(
      [...groupBy(rows, nameBy(request, 'module'))].map(([name, ofName]) => ({
        [eachOf(request, 'module')]: name,
        loads: sum(ofName, 'loads'),
        in_jobs: sum(ofName, 'jobs'),
        outside: sum(ofName, 'loads') - sum(ofName, 'jobs'),
        jobs_share: sum(ofName, 'jobs') / sum(ofName, 'loads'),
      })),
      (row) => -Number(row['loads']),
      (row) => row[eachOf(request, 'module')],
    );
  },

  storms: (usage, request) => {
    const span = naiveSpan(usage, request, 3);
    const rows = span?.rows ?? [];
    const telling = clustersWithJobs(usage, span);
    const users = [...groupBy(rows, ({ user }) => user)].map(([user, own]) => {
      const days = [...groupBy(own, ({ day }) => day)]
        .map(([day, ofDay]) => ({ day, loads: sum(ofDay, 'loads') }))
        .sort((one, other) => other.loads - one.loads || one.day - other.day);
      const modules = [...groupBy(own, ({ module }) => module)].map(([module, alike]) => ({
        module,
        loads: sum(alike, 'loads'),
      }));
      modules.sort((one, other) => other.loads - one.loads || compareText(one.module, other.module));
      const told = own.filter(({ syshost }) => telling.has(syshost));
      const [low, high] = [days[Math.ceil(days.length / 2) - 1], days[Math.floor(days.length / 2)]];
      return {
        user,
        loads: sum(own, 'loads'),
        loads_share: sum(own, 'loads') / sum(rows, 'loads'),
        days: days.length,
        median: ((low?.loads ?? 0) + (high?.loads ?? 0)) / 2,
        peak: days[0]?.loads,
        peak_day: dateOf(days[0]?.day ?? 0).toString(),
        jobs_share: told.length > 0 ? sum(told, 'jobs') / sum(told, 'loads') : null,
        module: modules[0]?.module,
      };
    });
    return users.sort((one, other) => other.loads - one.loads || compareText(one.user, other.user)).slice(0, 20);
  },

  figures: (usage, request) => {
    const span = naiveSpan(usage, request, 12);
    if (span === null) return [];
    const countOf = (rows: readonly NaiveRow[], what: (row: NaiveRow) => unknown): number =>
      new Set(rows.map(what)).size;
    const figuresOf = (
      rows: readonly NaiveRow[],
      from: Temporal.PlainDate,
      to: Temporal.PlainDate,
    ): Answer[number] => ({
      span: `${from} to ${to}`,
      users: usersOf(rows),
      loads: sum(rows, 'loads'),
      packages: countOf(rows, (row) => packageOf(request, row)),
      modules: countOf(rows, ({ module }) => module),
      clusters: countOf(rows, ({ syshost }) => syshost),
      days: countOf(rows, ({ day }) => day),
    });
    const dayOf = (seconds: number): Temporal.PlainDate => localTime(seconds, request).toPlainDate();
    return [
      figuresOf(span.rows, dayOf(span.start), span.lastDay),
      figuresOf(span.rowsBefore, dayOf(span.startBefore), dayOf(span.start - 1)),
    ];
  },

  companions: (usage, request) => {
    const rows = naiveSpan(usage, request, 12)?.rows ?? [];
    const { of = '' } = request.options;
    const isSought = (row: NaiveRow): boolean => of === '' || row.module === of || packageOf(request, row) === of;
    const own = of === '' ? [] : rows.filter(isSought).map((row) => packageOf(request, row));
    const users = namesOf(rows.filter(isSought));
    const packages = [...groupBy(rows, (row) => packageOf(request, row))].filter(([name]) => !own.includes(name));
    const companions = packages.flatMap(([name, ofPackage]) => {
      const common = ofPackage.filter(({ user }) => users.includes(user));
      if (common.length === 0) return [];
      const share = usersOf(common) / users.length;
      return [
        {
          package: name,
          users: usersOf(common),
          users_share: share,
          lift: share / (usersOf(ofPackage) / usersOf(rows)),
          loads: sum(common, 'loads'),
          last: lastOf(common),
        },
      ];
    });
    return inOrder(
      companions,
      (row) => -row.users,
      (row) => -row.lift,
      (row) => row.package,
    ).map((row) => ({ ...row, lift: Math.round(row.lift * 100) / 100 }));
  },

  together: (usage, request) => {
    const rows = (naiveSpan(usage, request, 12)?.rows ?? []).filter((row) => {
      // Rows of every load on its own count together, as a tally does.
      return !everyLoadIsDependency(usage, request, row);
    });
    const userDays = [...groupBy(rows, ({ user, day }) => JSON.stringify([user, day])).values()].map(
      (ofDay) => new Set(ofDay.map(nameBy(request, 'package'))),
    );
    const names = [...new Set(rows.map(nameBy(request, 'package')))].sort(compareNatural);
    const count = (...all: string[]): number => userDays.filter((day) => all.every((name) => day.has(name))).length;
    const pairs = names.flatMap((one, place) =>
      names.slice(place + 1).map((other) => {
        const [rarer, more] = count(one) <= count(other) ? [one, other] : [other, one];
        const lift = (count(one, other) * userDays.length) / (count(one) * count(other));
        return {
          [eachOf(request, 'package')]: rarer,
          with: more,
          user_days: count(one, other),
          support: count(one, other) / userDays.length,
          confidence: count(one, other) / count(rarer),
          lift,
        };
      }),
    );
    const least = Number(request.options['support'] ?? 1) / 100;
    return inOrder(
      pairs.filter(({ lift, support }) => lift > 1 && support >= least),
      (pair) => -Number(pair['lift']),
      (pair) => -Number(pair['user_days']),
      (pair) => pair[eachOf(request, 'package')],
      (pair) => pair['with'],
    ).map((pair) => ({ ...pair, lift: Math.round(Number(pair['lift']) * 100) / 100 }));
  },
};

/** Whether all loads of a module or path that a user had on a day came along as a dependency. */
function everyLoadIsDependency(usage: NaiveUsage, request: ReportRequest, row: NaiveRow): boolean {
  const span = naiveSpan(usage, request, 12);
  const by = request.options['each'] === 'path' ? 'path' : 'module';
  const alike = (span?.rows ?? []).filter(
    (other) => other.user === row.user && other.day === row.day && other[by] === row[by],
  );
  return sum(alike, 'dependency') === sum(alike, 'loads');
}

function eachOf(request: ReportRequest, fallback: string): string {
  return request.options['each'] ?? fallback;
}

function nameBy(request: ReportRequest, fallback: 'package' | 'module'): (row: NaiveRow) => string {
  const each = eachOf(request, fallback);
  return (row) => (each === 'package' ? packageOf(request, row) : each === 'path' ? row.path : row.module);
}

function packageOf(request: ReportRequest, row: NaiveRow): string {
  return request.packageOf(row.module).package;
}

function sum(rows: readonly NaiveRow[], key: 'loads' | 'direct' | 'dependency' | 'jobs'): number {
  return rows.reduce((total, row) => total + row[key], 0);
}

function namesOf(rows: readonly NaiveRow[]): string[] {
  return [...new Set(rows.map(({ user }) => user))].sort(compareText);
}

function usersOf(rows: readonly NaiveRow[]): number {
  return namesOf(rows).length;
}

function lastOf(rows: readonly NaiveRow[]): number {
  return Math.max(...rows.map(({ last }) => last));
}

function daysBetween(seconds: number, day: Temporal.PlainDate | undefined, request: ReportRequest): number | undefined {
  return day === undefined ? undefined : localTime(seconds, request).toPlainDate().until(day).days;
}

function dateOf(day: number): Temporal.PlainDate {
  return Temporal.PlainDate.from('1970-01-01').add({ days: day });
}

function periodOf(date: Temporal.PlainDate, by: string): string {
  if (by === 'month') return date.toString().slice(0, 7);
  return (by === 'week' ? date.subtract({ days: date.dayOfWeek - 1 }) : date).toString();
}

/** Rows by numbers from the smallest on and by names in their natural order, one key after the other. */
function inOrder<T>(rows: readonly T[], ...keys: ((row: T) => unknown)[]): T[] {
  return [...rows].sort((one, other) => {
    for (const key of keys) {
      const [a, b] = [key(one), key(other)];
      const difference = typeof a === 'number' && typeof b === 'number' ? a - b : compareNatural(String(a), String(b));
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

/** Whatever is asked for: what a cluster's log tells does not depend on it. */
function clustersWithJobs(usage: NaiveUsage, span: ReturnType<typeof naiveSpan>): Set<string> {
  const inSpan = usage.rows.filter(({ first }) => span !== null && first >= span.start && first < span.end);
  return new Set(inSpan.filter(({ jobs }) => jobs > 0).map(({ syshost }) => syshost));
}
