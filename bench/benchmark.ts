import type { MariadbServer } from '../test/support/mariadb-server.ts';
import type { DataFolder } from './data/data-folder.ts';
import type { Spread } from './measure/spread.ts';
import type { Size } from './sizes.ts';

/** What benchmarks share. */
export interface Bench {
  readonly size: Size;
  /** Made data, kept for the next time. */
  readonly data: DataFolder;
  /** For what is not kept. */
  readonly scratch: string;
  /** A MariaDB as it comes, started when it is first asked for. */
  mariadb(): Promise<MariadbServer>;
  /** Tells what is going on. */
  say(message: string): void;
}

/** Some goals that are measured together. */
export interface Benchmark {
  readonly name: string;
  run(bench: Bench): Promise<readonly Figure[]>;
}

/** One goal, and what was measured. */
export interface Figure {
  readonly what: string;
  readonly unit: Unit;
  readonly measured: Spread;
  /** In the same unit. */
  readonly goal: { readonly kind: 'at most' | 'at least'; readonly value: number };
  /** More figures of the same run, by what they are. */
  readonly notes: Readonly<Record<string, string | number>>;
}

export type Unit = 'times' | 's' | 'ms' | 'MB' | 'bytes' | 'loads/s' | '%';

export function isMet({ measured, goal }: Figure): boolean {
  return goal.kind === 'at most' ? measured.median <= goal.value : measured.median >= goal.value;
}
