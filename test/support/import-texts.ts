import type { RejectReason } from '../../src/core/line-outcome.ts';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { ignoreNothing } from '../../src/ingest/ignore-list.ts';
import {
  type ImportOptions,
  type ImportResult,
  importSources,
  type RejectSink,
} from '../../src/ingest/import-sources.ts';
import type { LineSource } from '../../src/source/source.ts';
import type { Store } from '../../src/store/store.ts';

/** The rejected lines of one import. */
export class RejectList implements RejectSink {
  /** `SOURCE:LINE REASON` */
  kept: string[] = [];
  restarts = 0;
  #added: string[] = [];
  #begun = 0;

  restart(): void {
    this.restarts++;
    this.kept = [];
    this.#added = [];
  }

  begin(): void {
    this.#begun = this.#added.length;
  }

  discard(): void {
    this.#added.length = this.#begun;
  }

  add(source: string, lineNumber: number, reason: RejectReason): void {
    this.#added.push(`${source}:${lineNumber} ${reason}`);
  }

  async keep(): Promise<void> {
    this.kept = this.#added;
  }
}

const utc = createSiteZone('UTC');

/** 22 November 2024: some days after the loads of `loadLine`. */
export const now: number = Date.UTC(2024, 10, 22) / 1000;

/** Imports sources with options of which only some are said. */
export function importInto(
  store: Store,
  sources: readonly LineSource[],
  options: Partial<ImportOptions> = {},
): Promise<ImportResult> {
  return importSources(store, sources, {
    mode: 'tally',
    zone: utc,
    ignore: ignoreNothing,
    threads: 1,
    disguise: null,
    now,
    strict: false,
    rejects: new RejectList(),
    onProgress: () => {},
    ...options,
  });
}

/** The line of a load that is told from all others by its number, as Lmod's hook writes it, made longer if need be. */
export function loadLine(number: number, padding = 0): string {
  const time = `1731283200.${String(number % 1_000_000).padStart(6, '0')}`;
  const note = padding === 0 ? '' : ` note=${'x'.repeat(padding)}`;
  return `Nov 11 00:00:00 c1 lmod: user=u module=m path=${pathOf(number)}${note} host=c1 time=${time}`;
}

/** The path in such a line. */
export function pathOf(number: number): string {
  return `/${number}`;
}
