import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Bench } from '../benchmark.ts';
import { createCentre } from './centre.ts';
import { dataVersion, FIRST_DAY, SEED } from './data-version.ts';
import { type LogShape, logChunks } from './log-chunks.ts';
import { createRandom } from './random.ts';

const LINES_A_TALLY = 100;
const LINES_A_DAY = 163_000;

/** The log file that is imported. */
export function madeLog({ size, data, say }: Bench): Promise<string> {
  return data.keep(`${size.name}-log`, [dataVersion, size.lines], async (path) => {
    say(`making a log of ${size.lines} lines`);
    await pipeline(logStream(size.lines), createWriteStream(path));
  });
}

/** The same, as logrotate compresses it. */
export async function madeGzippedLog(bench: Bench): Promise<string> {
  const log = await madeLog(bench);
  return bench.data.keep(`${bench.size.name}-gzip`, [dataVersion, bench.size.lines], async (path) => {
    bench.say('compressing it');
    await pipeline(createReadStream(log), createGzip(), createWriteStream(path));
  });
}

/** A log that is not kept. */
export function logStream(lines: number): Readable {
  const days = Math.max(1, Math.round(lines / LINES_A_DAY));
  const shape: LogShape = { lines, days, firstDay: FIRST_DAY, tallies: Math.ceil(lines / LINES_A_TALLY) };
  return Readable.from(logChunks(createCentre(1, SEED), shape, createRandom(SEED)));
}
