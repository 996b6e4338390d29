import { hash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** So many messages are remembered: what some hundred senders have under way at a time. */
const MOST = 30_000;

/**
 * The latest messages that came over RELP. Where a connection breaks, or this process dies, between the journal and the
 * sender's reading of the acknowledgement, the sender sends again what is in the journal. It does so at the beginning of
 * its next session, and there such messages are known again.
 */
export class ResentMessages {
  /** How often each print is among the latest; a print goes when a newer one has pushed it out. */
  readonly #counts = new Map<string, number>();
  readonly #latest: string[] = [];
  #next = 0;

  remember(line: Buffer): void {
    this.#add(printOf(line));
  }

  /** Whether a message is among the latest; it counts for one that is sent again, and is known no longer. */
  takeBack(line: Buffer): boolean {
    const print = printOf(line);
    const count = this.#counts.get(print);
    if (count === undefined) return false;
    this.#lower(print, count);
    return true;
  }

  /** Takes back what `save` has kept; the file goes. */
  load(folder: string): void {
    const path = join(folder, 'recent');
    try {
      for (const print of readFileSync(path, 'latin1').split('\n')) if (print !== '') this.#add(print);
      rmSync(path);
    } catch {
      // There is none as a rule: a listener that was killed leaves its segments instead.
    }
  }

  /** Keeps them for the next process, where the journal itself will not tell. */
  save(folder: string): void {
    if (this.#counts.size === 0) return;
    const prints = [...this.#counts].flatMap(([print, count]) => Array<string>(count).fill(print));
    try {
      writeFileSync(join(folder, 'recent'), `${prints.join('\n')}\n`, { mode: 0o600 });
    } catch {
      // A full disk: a message that is sent again will count twice then, which is the lesser evil.
    }
  }

  #add(print: string): void {
    const pushedOut = this.#latest[this.#next];
    if (pushedOut !== undefined) this.#lower(pushedOut, this.#counts.get(pushedOut) ?? 0);
    this.#latest[this.#next] = print;
    this.#next = (this.#next + 1) % MOST;
    this.#counts.set(print, (this.#counts.get(print) ?? 0) + 1);
  }

  #lower(print: string, count: number): void {
    if (count > 1) this.#counts.set(print, count - 1);
    else this.#counts.delete(print);
  }
}

function printOf(line: Buffer): string {
  return hash('sha256', line, 'base64').slice(0, 24);
}
