const NEWLINE = 10;

/** Hands out each line without its newline, with its place from 0; the last may lack one. Returns their number. */
export function eachLine(bytes: Uint8Array, take: (line: string, index: number) => void): number {
  let index = 0;
  for (let at = 0; at < bytes.length; index++) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline < 0 ? bytes.length : newline;
    take(Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString('utf8'), index);
    at = end + 1;
  }
  return index;
}
