/** A number as people read it: 12,345; from a million on 1.2 M. */
export function shortNumber(number: number): string {
  const units: readonly (readonly [number, string])[] = [
    [1e9, 'bn'],
    [1e6, 'M'],
  ];
  for (const [size, unit] of units) {
    if (Math.abs(number) >= size) return `${(number / size).toFixed(Math.abs(number) >= 100 * size ? 0 : 1)} ${unit}`;
  }
  return fullNumber(number);
}

/** A number with all its digits. */
export function fullNumber(number: number): string {
  return number.toLocaleString('en-US', { maximumFractionDigits: 2 });
}

/** How a number has changed: +12 %, −3 %; null where it was nothing before. */
export function changeText(now: number, before: number): string | null {
  if (before === 0) return null;
  const percent = ((now - before) / before) * 100;
  const rounded = Math.abs(percent) >= 10 ? Math.round(percent) : Math.round(percent * 10) / 10;
  return `${rounded > 0 ? '+' : rounded < 0 ? '−' : '±'}${Math.abs(rounded)} %`;
}
