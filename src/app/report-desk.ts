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

/** Bytes of tables, about, and rows of a store's answers, that are kept. */
const TABLE_ROOM = 48_000_000;
const ROW_ROOM = 1_500_000;
/** How often a report is asked again where the store changes under it. */
const ATTEMPTS = 3;

/**
 * Answers questions on a store for as long as a server runs, each role as much as it may know. While the store is as
 * it was, what was asked before is not worked out again.
 */
export class ReportDesk {
  readonly #settings: Settings;
  readonly #names: PersonNames;
  readonly #leastUsers: number;
  readonly #store: LiveStore;
  readonly #tables = new KeptAnswers<ResultTable>(TABLE_ROOM, sizeOfTable);
  readonly #rows = new KeptAnswers<readonly object[]>(ROW_ROOM, (rows) => rows.length + 1);
  readonly #cells = new KeptAnswers<PublicCells>(1, () => 1);
  readonly #known = new KeptAnswers<KnownNames>(3, () => 1);
  #state = '';

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
   * What answers depend on beside the question: the store, and the day.
   * @throws AppError STORE_ codes
   */
  async readState(): Promise<string> {
    const store = await this.#store.use((each) => each.readState());
    const state = JSON.stringify([store, this.#settings.zone.dayOf(Date.now() / 1000)]);
    if (state !== this.#state) {
      this.#tables.clear();
      this.#rows.clear();
      this.#state = state;
    }
    return state;
  }

  /**
   * The answer to a question, as a role may see it.
   * @throws AppError USAGE where the role may not ask that; STORE_ codes
   */
  async answer(question: Question, role: Role): Promise<ResultTable> {
    for (const option of question.report.options ?? []) optionValue(question.options, option);
    for (let attempt = 1; ; attempt++) {
      const state = await this.readState();
      const { report, filter, limit, options } = question;
      const key = JSON.stringify([state, role, report.name, filter, limit, options]);
      const table = await this.#tables.answer(key, () => this.#work(question, role, state));
      // A report asks several times: where an import came in between, its figures would not be of one moment.
      if (attempt === ATTEMPTS || (await this.readState()) === state) return table;
    }
  }

  /** What can be searched for. */
  async readNames(role: Role): Promise<KnownNames> {
    const state = await this.readState();
    return this.#known.answer(JSON.stringify([state, role]), () =>
      this.#store.use(async (store) => {
        const seen = await this.#seenStore(store, role, state);
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
      }),
    );
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  async #work(question: Question, role: Role, state: string): Promise<ResultTable> {
    return this.#store.use(async (store) => {
      const seen = await this.#seenStore(store, role, state);
      if (role !== 'public') return this.#run(question, seen, role);
      const cells = await this.#readCells(store, state);
      const { zone } = this.#settings;
      return answerPublic(question, { store, cells, leastUsers: this.#leastUsers, zone, now: Date.now() / 1000 });
    });
  }

  #run({ report, filter, limit, options }: Question, store: Store, role: Role): Promise<ResultTable> {
    const { zone, toolchainsFile } = this.#settings;
    return report.run(store, {
      filter,
      limit,
      options,
      zone,
      allPaths: [],
      now: Date.now() / 1000,
      packageOf: this.#packageRule(role),
      directory: role === 'staff' ? directoryOf(this.#settings) : null,
      toolchainRules: () => readToolchainFile(toolchainsFile),
    });
  }

  /** The public knows no modules, only packages. */
  #packageRule(role: Role): PackageRule {
    return role === 'public' ? (name) => ({ package: name, version: null }) : this.#settings.packageOf;
  }

  /** The store as a role sees it. */
  async #seenStore(store: Store, role: Role, state: string): Promise<Store> {
    if (role === 'public') return publicStore(store, await this.#readCells(store, state), this.#settings.zone);
    const remembering = rememberingStore(store, this.#rows, state);
    return role === 'staff' ? remembering : pseudonymousStore(remembering, this.#names);
  }

  #readCells(store: Store, state: string): Promise<PublicCells> {
    const { zone, packageOf } = this.#settings;
    const now = Date.now() / 1000;
    return this.#cells.answer(state, () =>
      readPublicCells(store, { leastUsers: this.#leastUsers, packageOf, zone, now }),
    );
  }
}

async function listNames(store: Store, by: 'user' | 'module' | 'syshost'): Promise<string[]> {
  const rows = await store.select({ by: [by], measures: [], filter: {} });
  return rows.map((row) => row[by]).sort(compareText);
}

/** Bytes that a table takes, about. */
function sizeOfTable({ columns, rows }: ResultTable): number {
  const text = rows.slice(0, 50).reduce((sum, row) => sum + JSON.stringify(row).length, 0);
  return 500 + rows.length * (columns.length * 16 + (text / Math.min(50, rows.length || 1)) * 2);
}
