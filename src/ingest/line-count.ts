import type { RejectReason, SkipReason } from '../core/line-outcome.ts';

/** Counts of lines, each of which has exactly one place. */
export interface LineTotals {
  /** The sum of all the others. */
  readonly lines: number;
  readonly loads: number;
  readonly ignored: number;
  readonly skipped: Readonly<Partial<Record<SkipReason, number>>>;
  readonly rejected: Readonly<Partial<Record<RejectReason, number>>>;
}

/** Counts what became of lines. */
export class LineCount {
  loads = 0;
  ignored = 0;
  readonly #skipped: Partial<Record<SkipReason, number>> = {};
  readonly #rejected: Partial<Record<RejectReason, number>> = {};

  skip(reason: SkipReason, lines = 1): void {
    this.#skipped[reason] = (this.#skipped[reason] ?? 0) + lines;
  }

  reject(reason: RejectReason, lines = 1): void {
    this.#rejected[reason] = (this.#rejected[reason] ?? 0) + lines;
  }

  add({ loads, ignored, skipped, rejected }: LineTotals): void {
    this.loads += loads;
    this.ignored += ignored;
    for (const [reason, lines] of Object.entries(skipped)) this.skip(reason as SkipReason, lines);
    for (const [reason, lines] of Object.entries(rejected)) this.reject(reason as RejectReason, lines);
  }

  get totals(): LineTotals {
    const { loads, ignored } = this;
    const others = [...Object.values(this.#skipped), ...Object.values(this.#rejected)];
    const lines = others.reduce((sum, n) => sum + n, loads + ignored);
    return { lines, loads, ignored, skipped: { ...this.#skipped }, rejected: { ...this.#rejected } };
  }
}
