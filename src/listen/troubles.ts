/** Says what goes wrong once, at once, and then now and then, with how often it happened. */
export class Troubles {
  readonly #say: (message: string) => void;
  readonly #everyMs: number;
  readonly #seen = new Map<string, { count: number; message: string; timer: NodeJS.Timeout }>();

  /** @param everyMs how long the same trouble is only counted, in milliseconds */
  constructor(say: (message: string) => void, everyMs = 60_000) {
    this.#say = say;
    this.#everyMs = everyMs;
  }

  /**
   * Tells of a trouble.
   * @param kind what is the same trouble
   * @param message a sentence; the latest of a kind is said again
   */
  tell(kind: string, message: string, count = 1): void {
    const seen = this.#seen.get(kind);
    if (seen !== undefined) {
      seen.count += count;
      seen.message = message;
      return;
    }
    this.#say(message);
    const timer = setTimeout(() => this.#tellAgain(kind), this.#everyMs);
    timer.unref();
    this.#seen.set(kind, { count: 0, message, timer });
  }

  /** Says what has only been counted so far. */
  close(): void {
    for (const [kind, { timer }] of this.#seen) {
      clearTimeout(timer);
      this.#sum(kind);
    }
    this.#seen.clear();
  }

  #tellAgain(kind: string): void {
    const happened = this.#sum(kind);
    if (happened) this.#seen.get(kind)?.timer.refresh();
    else this.#seen.delete(kind);
  }

  #sum(kind: string): boolean {
    const seen = this.#seen.get(kind);
    if (seen === undefined || seen.count === 0) return false;
    this.#say(`${seen.message} (and ${seen.count} more times since)`);
    seen.count = 0;
    return true;
  }
}
