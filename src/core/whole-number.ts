/**
 * A number as an option or a setting gives it: decimal digits and nothing else. An empty text is none: a variable
 * that a script forgot to set must not mean 0 months to keep.
 * @param digits how many there may be at the most
 * @returns null where it is no such number
 */
export function readWholeNumber(text: string, digits: number): number | null {
  return /^\d+$/.test(text) && text.length <= digits ? Number(text) : null;
}

/** A number of calendar months, up to some 800 years. */
export function readMonths(text: string): number | null {
  return readWholeNumber(text, 4);
}
