import type { WriteStream } from 'node:tty';
import { noScreen, type Screen } from '../view/table.ts';

/** What a stream is shown on. Colours only on a terminal that has them, and never with NO_COLOR (no-color.org). */
export function screenOf(stream: Pick<WriteStream, 'isTTY' | 'columns'>): Screen {
  if (stream.isTTY !== true) return noScreen;
  const hasColours = !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  // A terminal that does not know its width says 0.
  return { width: stream.columns || null, hasColours };
}
