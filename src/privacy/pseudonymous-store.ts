import type { ClusterCatalogue } from '../core/catalogue.ts';
import { compileNameFilter } from '../core/name-filter.ts';
import { replacePersons } from '../core/personal-path.ts';
import type { Modulefile, UserDayBatch } from '../core/usage-batch.ts';
import type { Dimension, Measure, NameKind, UsageFilter, UsageQuery, UsageRow } from '../core/usage-query.ts';
import type { Store } from '../store/store.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { restrictStore } from './restrict-store.ts';

/** What gives users and groups their pseudonyms. A group may bear the name of its only member. */
export interface PersonNames {
  readonly ofUser: Pseudonyms;
  readonly ofGroup: Pseudonyms;
}

/** What is shown instead of names that may hold those of persons. */
interface Disguises {
  path(path: string): string;
  module(module: string): string;
}

/** No name is this one: it stands for "nothing", as a filter without a name lets everything through. */
const NOTHING = '\u0000';

/**
 * A store, as it is now, in which users and groups have pseudonyms instead of names, wherever they are told or asked
 * for: reports neither see a name nor sort or filter by one. A part of a path or module that is the name of a user has
 * their pseudonym, too, and of a path what stands where home directories do: who has loaded nothing, or is forgotten,
 * has one as well.
 */
export function pseudonymousStore(store: Store, names: PersonNames): Store {
  const users = remember(async () => {
    const rows = await store.select({ by: ['user'], measures: [], filter: {} });
    return new Set(rows.map(({ user }) => user));
  });
  const paths = remember(async () => (await store.select({ by: ['path'], measures: [], filter: {} })).map(pathOf));
  const modules = remember(async () =>
    (await store.select({ by: ['module'], measures: [], filter: {} })).map(moduleOf),
  );

  const disguiser = async (): Promise<Disguises> => {
    const known = await users();
    const ofPart = (part: string): string => (known.has(part) ? names.ofUser(part) : part);
    return {
      path: (path) => replacePersons(path, (part) => known.has(part), names.ofUser),
      module: (module) => module.split('/').map(ofPart).join('/'),
    };
  };

  /** A filter on what is shown as one on what is stored. */
  const revealFilter = async (filter: UsageFilter): Promise<UsageFilter> => {
    const reveal = async (
      kind: NameKind,
      stored: () => Promise<Iterable<string>>,
      show: (text: string) => string,
    ): Promise<readonly string[]> => {
      const isWanted = compileNameFilter(filter, kind);
      if (isWanted === null) return [];
      const found = [...(await stored())].filter((text) => isWanted(show(text)));
      return found.length === 0 ? [NOTHING] : found;
    };
    const disguise = await disguiser();
    const { start, end, syshosts = [], exact = {} } = filter;
    return {
      ...(start === undefined ? {} : { start }),
      ...(end === undefined ? {} : { end }),
      syshosts,
      exact: {
        users: await reveal('users', users, names.ofUser),
        modules: await reveal('modules', modules, disguise.module),
        paths: await reveal('paths', paths, disguise.path),
        syshosts: exact.syshosts ?? [],
      },
    };
  };

  async function select<D extends Dimension, M extends Measure>(query: UsageQuery<D, M>): Promise<UsageRow<D, M>[]> {
    const rows = await store.select({ ...query, filter: await revealFilter(query.filter) });
    const disguise = await disguiser();
    const shownValue: Readonly<Record<string, (value: unknown) => unknown>> = {
      user: (user) => names.ofUser(String(user)),
      group: (group) => (group === null ? null : names.ofGroup(String(group))),
      module: (module) => disguise.module(String(module)),
      path: (path) => disguise.path(String(path)),
      modules: (texts) => (Array.isArray(texts) ? texts.map((module) => disguise.module(String(module))) : []),
    };
    const shown = [...query.by, ...query.measures].filter((name) => Object.hasOwn(shownValue, name));
    if (shown.length === 0) return rows;
    return rows.map((row) => {
      const values = Object.fromEntries(shown.map((name) => [name, shownValue[name]?.(row[name])]));
      return { ...row, ...values };
    });
  }

  return restrictStore(store, {
    select,
    count: async (filter) => store.count(await revealFilter(filter)),
    readUserDays: async (filter, use) => {
      const disguise = await disguiser();
      const shown = await revealFilter(filter);
      return store.readUserDays(shown, (days) => use(disguiseDays(days, names.ofUser, disguise)));
    },
    readCatalogues: async () => disguiseCatalogues(await store.readCatalogues(), await disguiser()),
    readHistory: () => store.readHistory(),
  });
}

/** The same, with a vocabulary that grows along with theirs. */
async function* disguiseDays(
  days: AsyncIterable<UserDayBatch>,
  ofUser: Pseudonyms,
  disguise: Disguises,
): AsyncGenerator<UserDayBatch> {
  const vocabulary: { users: string[]; modulefiles: Modulefile[]; groups: string[] } = {
    users: [],
    modulefiles: [],
    groups: [],
  };
  for await (const batch of days) {
    const { users, modulefiles } = batch.vocabulary;
    for (const user of users.slice(vocabulary.users.length)) vocabulary.users.push(ofUser(user));
    for (const { syshost, module, path } of modulefiles.slice(vocabulary.modulefiles.length)) {
      vocabulary.modulefiles.push({ syshost, module: disguise.module(module), path: disguise.path(path) });
    }
    yield { ...batch, vocabulary };
  }
}

function disguiseCatalogues(catalogues: readonly ClusterCatalogue[], disguise: Disguises): ClusterCatalogue[] {
  return catalogues.map((catalogue) => ({
    ...catalogue,
    stays: catalogue.stays.map((stay) => ({
      ...stay,
      path: disguise.path(stay.path),
      module: disguise.module(stay.module),
    })),
  }));
}

/** Reads once what is asked for again and again. */
function remember<T>(read: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null;
  return () => {
    answer ??= read();
    return answer;
  };
}

function pathOf({ path }: { readonly path: string }): string {
  return path;
}

function moduleOf({ module }: { readonly module: string }): string {
  return module;
}
