import { statSync } from 'node:fs';
import { compareText } from '../core/compare-text.ts';
import { groupBy } from '../core/group-by.ts';
import type { PackageRule } from '../core/module-name.ts';
import type { ResultTable } from '../core/result-table.ts';
import { includesRole, type Role } from '../core/role.ts';
import type { UsageFilter } from '../core/usage-query.ts';
import { type PersonNames, pseudonymousStore } from '../privacy/pseudonymous-store.ts';
import { type PublicCells, readPublicCells } from '../privacy/public-cells.ts';
import { publicStore } from '../privacy/public-store.ts';
import type { Report } from '../report/report.ts';
import { type OptionTexts, optionValue } from '../report/report-option.ts';
import type { Store } from '../store/store.ts';
import { KeptAnswers } from './kept-answers.ts';
import { LiveStore } from './live-store.ts';
import { answerPublic } from './public-view.ts';
import { rememberingStore } from './remembering-store.ts';
import { directoryOf } from './run-report.ts';
import type { Settings } from './settings.ts';
import { readToolchainFile } from './toolchain-file.ts';

/** A report that is asked for. */
export interface Question {
  readonly report: Report;
  readonly filter: UsageFilter;
  readonly limit: number | null;
  readonly options: OptionTexts;
}

/** Names that can be searched for, as a role knows them, each list in order. */
export interface KnownNames {
  /** The modules of each package. */
  readonly modulesOf: ReadonlyMap<string, readonly string[]>;
  readonly packages: readonly string[];
  readonly modules: readonly string[];
  readonly users: readonly string[];
  readonly syshosts: readonly string[];
  /** Of all loads, seconds since 1970 UTC; null where there are none. */
  readonly first: number | null;
  readonly last: number | null;
}

/** Rows of a store's answers that are kept. */
const ROW_ROOM = 1_500_000;

/** What a role may know of a store at one moment. */
export interface Moment {
  /** Another text for each moment at which answers may differ. */
  readonly state: string;
  /** @throws AppError USAGE where the role may not ask that; STORE_ codes */
  ask(question: Question): Promise<ResultTable>;
  /** What can be searched for. */
  readNames(): Promise<KnownNames>;
}

/**
 * Answers questions on a store for as long as a server runs, each role as much as it may know. While the store is as
 * it was, it is not asked again for the rows of which answers are made.
 */
export class ReportDesk {
  readonly #settings: Settings;
  readonly #names: PersonNames;
  readonly #leastUsers: number;
  readonly #store: LiveStore;
  readonly #rows = new KeptAnswers<readonly object[]>(ROW_ROOM, (rows) => rows.length + 1);
  readonly #cells = new KeptAnswers<PublicCells>(1, () => 1);
  readonly #known = new KeptAnswers<KnownNames>(3, () => 1);
  #state = '';
  /** Who asks is served one after the other: a connection to a database has one transaction at a time. */
  #lastTurn: Promise<unknown> = Promise.resolve();

  /**
   * @param names gives analysts their pseudonyms
   * @param leastUsers the public sees no number of people below
   */
  constructor(settings: Settings, { names, leastUsers }: { readonly names: PersonNames; readonly leastUsers: number }) {
    this.#settings = settings;
    this.#names = names;
    this.#leastUsers = leastUsers;
    this.#store = new LiveStore(settings);
  }

  /**
   * What answers depend on beside the question: the store, the day, and the files that tell of people and toolchains.
   * @throws AppError STORE_ codes
   */
  async readState(): Promise<string> {
    return this.#stateOf(await this.#store.use((store) => store.readState()));
  }

  /**
   * Asks as a role, as often as one likes, and all of one moment.
   * @throws AppError STORE_ codes
   */
  atOnce<T>(role: Role, use: (moment: Moment) => Promise<T>): Promise<T> {
    const turn = this.#lastTurn.then(() =>
      this.#store.use((store) =>
        store.atOnce(async (held, storeState) => use(await this.#momentOf(held, this.#stateOf(storeState), role))),
      ),
    );
    this.#lastTurn = turn.catch(() => {});
    return turn;
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  #stateOf(storeState: string): string {
    const { zone, directory, toolchainsFile } = this.#settings;
    const files = [directory === 'getent' ? null : directory, toolchainsFile].map(stampOf);
    return JSON.stringify([storeState, zone.dayOf(Date.now() / 1000), ...files]);
  }

  async #momentOf(store: Store, state: string, role: Role): Promise<Moment> {
    if (state !== this.#state) {
      this.#rows.clear();
      this.#state = state;
    }
    const now = Date.now() / 1000;
    const { zone } = this.#settings;
    const cells = role === 'public' ? await this.#readCells(store, state, now) : null;
    const remembering = rememberingStore(store, this.#rows, state);
    const seen =
      cells !== null
        ? publicStore(store, cells, zone)
        : role === 'staff'
          ? remembering
          : pseudonymousStore(remembering, this.#names);
    return {
      state,
      ask: (question) => {
        for (const option of question.report.options ?? []) optionValue(question.options, option);
        return cells === null
          ? this.#run(question, seen, role, now)
          : answerPublic(question, { store, cells, leastUsers: this.#leastUsers, zone, now });
      },
      readNames: () => this.#known.answer(JSON.stringify([state, role]), () => this.#readNames(seen, role)),
    };
  }

  async #readNames(seen: Store, role: Role): Promise<KnownNames> {
    const modules = await listNames(seen, 'module');
    const packageOf = this.#packageRule(role);
    const [extent] = await seen.select({ by: [], measures: ['first', 'last'], filter: {} });
    const modulesOf = groupBy(modules, (module) => packageOf(module).package);
    return {
      modulesOf,
      packages: [...modulesOf.keys()].sort(compareText),
      modules,
      users: includesRole(role, 'analyst') ? await listNames(seen, 'user') : [],
      syshosts: await listNames(seen, 'syshost'),
      first: extent?.first ?? null,
      last: extent?.last ?? null,
    };
  }

  #run({ report, filter, limit, options }: Question, store: Store, role: Role, now: number): Promise<ResultTable> {
    const { zone, toolchainsFile } = this.#settings;
    return report.run(store, {
      filter,
      limit,
      options,
      zone,
      allPaths: [],
      now,
      packageOf: this.#packageRule(role),
      directory: role === 'staff' ? directoryOf(this.#settings) : null,
      toolchainRules: () => readToolchainFile(toolchainsFile),
    });
  }

  /** The public knows no modules, only packages. */
  #packageRule(role: Role): PackageRule {
    return role === 'public' ? (name) => ({ package: name, version: null }) : this.#settings.packageOf;
  }

  #readCells(store: Store, state: string, now: number): Promise<PublicCells> {
    const { zone, packageOf } = this.#settings;
    return this.#cells.answer(state, () =>
      readPublicCells(store, { leastUsers: this.#leastUsers, packageOf, zone, now }),
    );
  }
}

/** Another text when a file has changed; null where there is none that can be looked at. */
function stampOf(path: string | null): string | null {
  if (path === null) return null;
  try {
    const { ino, size, mtimeMs } = statSync(path);
    return `${ino} ${size} ${mtimeMs}`;
  } catch {
    // Whoever needs it is told.
    return null;
  }
}

async function listNames(store: Store, by: 'user' | 'module' | 'syshost'): Promise<string[]> {
  const rows = await store.select({ by: [by], measures: [], filter: {} });
  return rows.map((row) => row[by]).sort(compareText);
}
