import { type LineOutcome, TOO_LONG } from '../core/line-outcome.ts';
import { eachLine } from '../ingest/each-line.ts';
import { readSource } from '../ingest/read-source.ts';
import type { Clock } from '../parse/line-time.ts';
import { parseLine } from '../parse/parse-line.ts';
import { stringifySafely } from '../view/json.ts';
import { openableSource } from './run-import.ts';
import { writeOutput } from './standard-output.ts';

/**
 * Prints what the parser makes of each line of some files, a JSON line each: `{"n":1,"load":{…}}`,
 * `{"n":2,"skip":"…"}` or `{"n":3,"reject":"…"}`.
 * @throws AppError INPUT
 */
export async function parseFiles(files: readonly string[], clock: Clock): Promise<void> {
  for (const file of files) {
    const source = openableSource(file);
    const opened = await source.open();
    let output: string[] = [];
    const read = (line: string): LineOutcome => parseLine(line, source.format, clock);
    const takeLine = (line: string | null, n: number): void => {
      const outcome = line === null ? TOO_LONG : read(line);
      const record = files.length > 1 ? { file, n, ...printable(outcome) } : { n, ...printable(outcome) };
      output.push(`${stringifySafely(record)}\n`);
    };
    const write = async (): Promise<void> => {
      const text = output.join('');
      output = [];
      await writeOutput(text);
    };
    try {
      await readSource(
        // Nobody will read on from here, so that the last line is the last.
        { ...opened, isFinal: true },
        async () => [],
        {
          read,
          takeLine,
          takeLines: (bytes, first) => eachLine(bytes, (line, index) => takeLine(line, first + index)),
          drain: write,
          scanner: null,
        },
        clock.now,
        () => {},
      );
      await write();
    } finally {
      await opened.close();
    }
  }
}

function printable(outcome: LineOutcome): Record<string, unknown> {
  if (outcome.kind === 'skip') return { skip: outcome.reason };
  if (outcome.kind === 'reject') return { reject: outcome.reason };
  const { timeUs, counts, ...load } = outcome.load;
  const record = { ...load, time: timeUs / 1e6 };
  if (counts === null) return { load: record };
  const { lastUs, loads, direct, dependency, jobs } = counts;
  const ofTally = { last: lastUs / 1e6, loads, direct_loads: direct, dependency_loads: dependency, job_loads: jobs };
  return { load: { ...record, ...ofTally } };
}
