/** A list in which each item has a key and is there once; a key's place is where its item stands. It only ever grows. */
export class Places<K, T> {
  readonly items: T[] = [];
  readonly #places = new Map<K, number>();

  /** @param make the item of a key that is new */
  placeOf(key: K, make: () => T): number {
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = this.items.push(make()) - 1;
    this.#places.set(key, place);
    return place;
  }
}
