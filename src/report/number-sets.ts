/** Ends a chain. */
const NONE = -1;

/** Sets of small numbers, each of an owner who is a number, too: chains through a few arrays, eight bytes a number. */
export class NumberSets {
  /** The entry that was added last, by owner. */
  #heads = new Int32Array(64).fill(NONE);
  /** The entry of the same owner before each, and its number. */
  #before = new Int32Array(64);
  #numbers = new Int32Array(64);
  #length = 0;

  /** Adds to the set of an owner; -1 adds nothing to it, but it is a set. */
  add(owner: number, number: number): void {
    if (owner >= this.#heads.length) this.#heads = grown(this.#heads, owner + 1);
    if (this.#length === this.#numbers.length) {
      this.#before = grown(this.#before, this.#length + 1);
      this.#numbers = grown(this.#numbers, this.#length + 1);
    }
    this.#before[this.#length] = this.#heads[owner] ?? NONE;
    this.#numbers[this.#length] = number;
    this.#heads[owner] = this.#length++;
  }

  /** Shows each set that is there, in an array that must not be kept. */
  each(use: (numbers: readonly number[]) => void): void {
    /** The owner that each number was seen with last: owners are visited one after the other. */
    const seenWith: number[] = [];
    const set: number[] = [];
    for (const [owner, head] of this.#heads.entries()) {
      if (head === NONE) continue;
      set.length = 0;
      for (let entry = head; entry !== NONE; entry = this.#before[entry] ?? NONE) {
        const number = this.#numbers[entry] ?? NONE;
        if (number === NONE || seenWith[number] === owner) continue;
        seenWith[number] = owner;
        set.push(number);
      }
      use(set);
    }
  }
}

function grown(array: Int32Array<ArrayBuffer>, least: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(least, array.length * 2)).fill(NONE);
  larger.set(array);
  return larger;
}
