import type { Figure } from './benchmark.ts';
import type { Machine } from './measure/machine.ts';
import type { Size } from './sizes.ts';

/** What a run of the bench writes as JSON. */
export interface Results {
  readonly size: Size['name'];
  /** ISO 8601. */
  readonly measuredAt: string;
  readonly machine: Machine;
  readonly figures: readonly Figure[];
}
