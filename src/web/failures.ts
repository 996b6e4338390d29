/** Failures that an address may have in a minute before it has to wait. */
const MOST_FAILURES = 10;
const WINDOW_MS = 60_000;
/** Addresses that are remembered: whoever has as many as this is not kept out by counting them. */
const MOST_ADDRESSES = 10_000;

/** Counts failed logins, so that nobody tries tokens one after the other. */
export class Failures {
  readonly #byAddress = new Map<string, { count: number; until: number }>();

  /** Seconds that an address has to wait; 0 where it may try. */
  secondsToWait(address: string, now: number): number {
    const failures = this.#byAddress.get(address);
    if (failures === undefined || failures.until <= now || failures.count < MOST_FAILURES) return 0;
    return Math.ceil((failures.until - now) / 1000);
  }

  add(address: string, now: number): void {
    const failures = this.#byAddress.get(address);
    if (failures !== undefined && failures.until > now) {
      failures.count++;
      return;
    }
    this.#byAddress.delete(address);
    this.#byAddress.set(address, { count: 1, until: now + WINDOW_MS });
    const [oldest] = this.#byAddress.keys();
    if (this.#byAddress.size > MOST_ADDRESSES && oldest !== undefined) this.#byAddress.delete(oldest);
  }
}
