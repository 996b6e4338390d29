import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';

/**
 * Questions to the user, one after the other, on standard output; answers come from standard input, be it a
 * terminal or a pipe. Whoever makes it closes it.
 */
export class Questions {
  readonly #lines: Interface;
  readonly #answers: string[] = [];
  readonly #waiting: ((answer: string) => void)[] = [];
  #isHidden = false;
  #hasEnded = false;

  constructor() {
    const echo = new Writable({
      write: (chunk, _encoding, done) => {
        if (!this.#isHidden) process.stdout.write(chunk);
        done();
      },
    });
    this.#lines = createInterface({ input: process.stdin, output: echo, terminal: process.stdin.isTTY === true });
    // All lines of a pipe come at once: those not yet asked for are kept.
    this.#lines.on('line', (line) => {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#answers.push(line);
      else waiting(line);
    });
    this.#lines.on('close', () => {
      this.#hasEnded = true;
      for (const waiting of this.#waiting.splice(0)) waiting('');
    });
  }

  /** Asks; the end of the input is an empty answer. */
  async ask(question: string): Promise<string> {
    process.stdout.write(question);
    const known = this.#answers.shift();
    if (known !== undefined) return known;
    if (this.#hasEnded) return '';
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Asks for something that nobody shall see on the terminal. */
  async askHidden(question: string): Promise<string> {
    this.#isHidden = true;
    const answer = await this.ask(question);
    this.#isHidden = false;
    process.stdout.write('\n');
    return answer;
  }

  close(): void {
    this.#lines.close();
  }
}
