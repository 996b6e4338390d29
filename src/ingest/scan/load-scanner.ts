import type { SiteZone } from '../../core/site-zone.ts';
import { EARLIEST, latestPlausible } from '../../parse/line-time.ts';
import { parseLine } from '../../parse/parse-line.ts';
import type { GrowingVocabulary } from '../growing-vocabulary.ts';
import type { IgnoreList } from '../ignore-list.ts';
import type { LineCount } from '../line-count.ts';
import type { DailyTally } from '../usage-collector.ts';
import { Countable, type KernelHost, LineKernel, ROW_WORDS, RowWord } from './line-kernel.ts';

export interface LoadScannerOptions {
  readonly zone: SiteZone;
  /** Seconds since 1970 UTC. */
  readonly now: number;
  readonly ignore: IgnoreList;
  readonly vocabulary: GrowingVocabulary;
  /** How many bytes can be scanned at a time. */
  readonly inputBytes: number;
  /** Takes a line that needs the parser. */
  readonly slow: KernelHost['slow'];
}

/** What all lines of a key have in common. */
interface KeyUse {
  readonly user: number;
  readonly modulefile: number;
  readonly group: number;
  readonly direct: boolean | null;
  readonly isIgnored: boolean;
}

/** What is known of a key, and which of its lines may be counted. */
interface Verdict {
  readonly use: KeyUse | null;
  readonly countable: Countable;
}

const NEWLINE = 10;

/** A key begins with a user. One of these characters alone is a user to the parser, whatever follows. */
const plainUser = /^user=([\w.-]{1,64})(?= )/;

/**
 * The fast way from log lines to tallies: loads that were met before are counted byte for byte (line-kernel.ts), and
 * everything else is left to the parser. Both give the same answer for every line, see test/ingest/load-scanner.test.ts.
 */
export class LoadScanner {
  readonly kernel: LineKernel;
  readonly #options: LoadScannerOptions;
  readonly #uses: (KeyUse | null)[] = [];
  /** Verdicts by what stands behind a plain user: keys that differ in their user alone are parsed once. */
  readonly #verdicts = new Map<string, Verdict>();

  constructor(options: LoadScannerOptions) {
    const { zone, now, inputBytes, slow } = options;
    this.#options = options;
    this.kernel = new LineKernel(inputBytes, latestPlausible(now), {
      slow,
      resolve: (key, text) => this.#resolve(key, text),
      daySpanAt: zone.daySpanAt,
    });
  }

  /**
   * Scans lines; returns their number. The last may lack its newline.
   * @param onScan called before each scan with the number of lines before it: `slow` counts from there
   */
  scan(bytes: Uint8Array, onScan: (linesBefore: number) => void): number {
    let lines = 0;
    for (let at = 0; at < bytes.length; ) {
      onScan(lines);
      const room = bytes.subarray(at, at + this.kernel.inputBytes - 1);
      const end = at + room.length === bytes.length ? room.length : room.lastIndexOf(NEWLINE) + 1;
      if (end === 0) {
        // Longer than the kernel's input.
        const newline = bytes.indexOf(NEWLINE, at);
        const lineEnd = newline < 0 ? bytes.length : newline;
        this.#options.slow(bytes.subarray(at, lineEnd), 0);
        lines++;
        at = lineEnd + 1;
        continue;
      }
      const { input } = this.kernel;
      input.set(room.subarray(0, end));
      const isWhole = room[end - 1] === NEWLINE;
      if (!isWhole) input[end] = NEWLINE;
      lines += this.kernel.scan(0, isWhole ? end : end + 1);
      at += end;
    }
    return lines;
  }

  /** Moves what was counted into a tally, and its lines into the account. */
  flush(tally: DailyTally, count: LineCount): void {
    const rows = this.kernel.takeRows();
    for (let row = 0; row < rows.length; row += ROW_WORDS) {
      // Seconds and counts of the kernel have no sign.
      const word = (place: number): number => (rows[row + place] ?? 0) >>> 0;
      const use = this.#uses[word(RowWord.key)];
      if (use === null || use === undefined) throw new Error('the kernel has counted lines of a key that it must not');
      const loads = word(RowWord.loads);
      if (use.isIgnored) {
        count.ignored += loads;
        continue;
      }
      count.loads += loads;
      tally.addCounts({
        user: use.user,
        modulefile: use.modulefile,
        group: use.group,
        day: rows[row + RowWord.day] ?? 0,
        first: word(RowWord.first),
        last: word(RowWord.last),
        loads,
        direct: use.direct === true ? loads : 0,
        dependency: use.direct === false ? loads : 0,
        jobs: word(RowWord.jobs),
      });
    }
  }

  #resolve(key: number, text: Uint8Array): Countable {
    const keyText = Buffer.from(text.buffer, text.byteOffset, text.length).toString('latin1');
    const [prefix, user] = plainUser.exec(keyText) ?? [];
    if (prefix === undefined || user === undefined) {
      const { use, countable } = this.#parse(keyText);
      this.#uses[key] = use;
      return countable;
    }
    const rest = keyText.slice(prefix.length);
    let verdict = this.#verdicts.get(rest);
    if (verdict === undefined) {
      verdict = this.#parse(keyText);
      this.#verdicts.set(rest, verdict);
    }
    const { use, countable } = verdict;
    const isNamed = use !== null && !use.isIgnored;
    this.#uses[key] = isNamed ? { ...use, user: this.#options.vocabulary.placeOfUser(user) } : use;
    return countable;
  }

  /** Has the parser read a line that is nothing but the key, at a time and on a node of which we know. */
  #parse(keyText: string): Verdict {
    const label = keyText.slice(keyText.lastIndexOf(' ') + 1);
    const line = `${keyText.slice(0, -label.length)}host=probe.${label} time=${EARLIEST}`;
    const clock = { zone: this.#options.zone, now: this.#options.now };
    const outcome = parseLine(line, 'log', clock);
    if (outcome.kind !== 'load') return { use: null, countable: Countable.none };
    const { load } = outcome;
    // Another field of the key stands for the time, the node, the job, or tells of several loads.
    const isItsOwn = load.timeUs !== EARLIEST * 1e6 || load.host !== `probe.${label}`;
    if (isItsOwn || load.jobid !== null || load.counts !== null) return { use: null, countable: Countable.none };
    const { vocabulary, ignore } = this.#options;
    const isIgnored = ignore(load.module);
    const use = {
      user: isIgnored ? -1 : vocabulary.placeOfUser(load.user),
      modulefile: isIgnored ? -1 : vocabulary.placeOfModulefile(load),
      group: isIgnored ? -1 : vocabulary.placeOfGroup(load.group),
      direct: load.direct,
      isIgnored,
    };
    const inJob = parseLine(`${line} jobid=1`, 'log', clock);
    // A job's field in the key that says "none" goes before one behind it.
    const isFreeOfJobs = inJob.kind === 'load' && inJob.load.jobid === '1';
    return { use, countable: isFreeOfJobs ? Countable.all : Countable.outsideOfJobs };
  }
}
