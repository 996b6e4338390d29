/** Whether a value from JSON is an object, and no array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects in an array from JSON; null where it is no array, or holds something else. */
export function recordsIn(value: unknown): readonly Readonly<Record<string, unknown>>[] | null {
  return Array.isArray(value) && value.every(isRecord) ? value : null;
}
