/**
 * Answers that were worked out before, by their question, as long as there is room: what was asked longest ago goes
 * first. Who asks for what is being worked out waits for that, instead of having it worked out twice.
 */
export class KeptAnswers<T> {
  readonly #room: number;
  readonly #sizeOf: (answer: T) => number;
  readonly #answers = new Map<string, { readonly answer: Promise<T>; size: number }>();
  #held = 0;

  /** @param room how much may be kept, in the measure of `sizeOf` */
  constructor(room: number, sizeOf: (answer: T) => number) {
    this.#room = room;
    this.#sizeOf = sizeOf;
  }

  /** The answer to a question, worked out where it is not known. One that fails is not kept. */
  async answer(question: string, work: () => Promise<T>): Promise<T> {
    const known = this.#answers.get(question);
    if (known !== undefined) {
      this.#answers.delete(question);
      this.#answers.set(question, known);
      return known.answer;
    }
    const entry = { answer: work(), size: 0 };
    this.#answers.set(question, entry);
    try {
      const answer = await entry.answer;
      if (this.#answers.get(question) === entry) {
        entry.size = this.#sizeOf(answer);
        this.#held += entry.size;
        this.#makeRoom();
      }
      return answer;
    } catch (error) {
      if (this.#answers.get(question) === entry) this.#answers.delete(question);
      throw error;
    }
  }

  /** Forgets all. */
  clear(): void {
    this.#answers.clear();
    this.#held = 0;
  }

  #makeRoom(): void {
    for (const [question, { size }] of this.#answers) {
      if (this.#held <= this.#room) return;
      if (size === 0) continue;
      this.#answers.delete(question);
      this.#held -= size;
    }
  }
}
