/** How much is measured. Only the full size is that of the goals; the others show that all works, and trends. */
export interface Size {
  readonly name: 'full' | 'quick' | 'tiny';
  /** Runs of what is repeated. */
  readonly runs: number;
  /** Lines of the log; a hundred come to one tally. */
  readonly lines: number;
  /** Lines of the streams whose import's memory is measured. */
  readonly streams: readonly number[];
  /** Days and tallies a day of the smaller store; the larger one has five times the tallies. */
  readonly days: number;
  readonly talliesADay: number;
  /** Tallies of a day that is imported into it. */
  readonly talliesOfNewDay: number;
  /** Loads of the gen_1 database. */
  readonly gen1Loads: number;
  /** For how long people look at the dashboard. */
  readonly crowdSeconds: number;
}

const LINES_A_GIGABYTE = 5_400_000;

export const sizes: Readonly<Record<Size['name'], Size>> = {
  full: {
    name: 'full',
    runs: 5,
    lines: LINES_A_GIGABYTE,
    streams: [1, 4, 10].map((gigabytes) => gigabytes * LINES_A_GIGABYTE),
    days: 365,
    talliesADay: 27_400,
    talliesOfNewDay: 30_000,
    gen1Loads: 5_400_000,
    crowdSeconds: 60,
  },
  quick: {
    name: 'quick',
    runs: 3,
    lines: 270_000,
    streams: [270_000, 1_080_000],
    days: 60,
    talliesADay: 3_000,
    talliesOfNewDay: 3_000,
    gen1Loads: 500_000,
    crowdSeconds: 10,
  },
  tiny: {
    name: 'tiny',
    runs: 1,
    lines: 5_000,
    streams: [5_000],
    days: 35,
    talliesADay: 1_500,
    talliesOfNewDay: 100,
    gen1Loads: 5_000,
    crowdSeconds: 2,
  },
};
