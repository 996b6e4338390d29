/** What a stream's bytes turn out to be. */
export interface FrameSink {
  /** Takes a message; false where there is no room for it now. */
  message(bytes: Buffer): boolean;
  /** Hears of a message that was too long and is left out. */
  tooLong(): void;
}

const LF = 10;
const BLANK = 32;
const LESS = 60;
/** A count with more digits than this is none. */
const MOST_DIGITS = 9;

type Frame =
  | { readonly kind: 'whole'; readonly from: number; readonly to: number; readonly next: number }
  /** The next `bytes` belong to a message that is too long. */
  | { readonly kind: 'skip'; readonly bytes: number }
  /** More has to come: so many bytes from here on, or a newline where that is not known. */
  | { readonly kind: 'partial'; readonly needed: number | null };

/**
 * Tells messages in a stream of syslog (RFC 6587): with an octet count before each, or with a newline behind it. Each
 * message is looked at by itself, since relays mix them.
 */
export class FrameReader {
  readonly #sink: FrameSink;
  readonly #maxBytes: () => number;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** What the held bytes need to be looked at again: so many, or a newline. */
  #needed: number | null = 0;
  /** Bytes of a message that is too long, still to come; infinite where its newline tells the end. */
  #skip = 0;

  constructor(maxBytes: () => number, sink: FrameSink) {
    this.#maxBytes = maxBytes;
    this.#sink = sink;
  }

  /** Whether a message has begun that is not complete. */
  get isPartial(): boolean {
    return this.#heldBytes > 0 || this.#skip > 0;
  }

  /**
   * Takes the next bytes in.
   * @returns false where the sink has refused a message: all that is left is kept, and `resume` goes on
   */
  push(chunk: Buffer): boolean {
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    const isEnough = this.#needed === null ? chunk.includes(LF) : this.#heldBytes >= this.#needed;
    if (!isEnough && this.#heldBytes <= this.#maxBytes() && this.#skip === 0) return true;
    return this.resume();
  }

  /** Goes on where the sink has refused a message. */
  resume(): boolean {
    const bytes = this.#held.length === 1 ? (this.#held[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#held);
    let at = 0;
    let isTaken = true;
    this.#needed = 0;
    while (at < bytes.length) {
      if (this.#skip > 0) {
        at = this.#skipFrom(bytes, at);
        continue;
      }
      const frame = this.#frameAt(bytes, at);
      if (frame.kind === 'partial') {
        this.#needed = frame.needed;
        break;
      }
      if (frame.kind === 'skip') {
        this.#sink.tooLong();
        this.#skip = frame.bytes;
        continue;
      }
      if (frame.to > frame.from && !this.#sink.message(bytes.subarray(frame.from, frame.to))) {
        isTaken = false;
        break;
      }
      at = frame.next;
    }
    this.#held = at < bytes.length ? [at === 0 ? bytes : bytes.subarray(at)] : [];
    this.#heldBytes = bytes.length - at;
    return isTaken;
  }

  /** Takes a last message without its newline in: the sender has ended the stream in good order. */
  end(): void {
    if (this.#skip > 0 || this.#heldBytes === 0) return;
    const rest = Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    if (!/^[1-9]\d{0,8} </.test(rest.toString('latin1', 0, 12))) this.#sink.message(rest);
  }

  #skipFrom(bytes: Buffer, at: number): number {
    if (this.#skip === Number.POSITIVE_INFINITY) {
      const newline = bytes.indexOf(LF, at);
      if (newline < 0) return bytes.length;
      this.#skip = 0;
      return newline + 1;
    }
    const skipped = Math.min(this.#skip, bytes.length - at);
    this.#skip -= skipped;
    return at + skipped;
  }

  #frameAt(bytes: Buffer, start: number): Frame {
    const count = countAt(bytes, start);
    const maxBytes = this.#maxBytes();
    if (count === 'unknown') return { kind: 'partial', needed: bytes.length - start + 1 };
    if (count !== null) {
      const { digits, octets } = count;
      const from = start + digits + 1;
      if (octets > maxBytes) return { kind: 'skip', bytes: digits + 1 + octets };
      const to = from + octets;
      return to <= bytes.length
        ? { kind: 'whole', from, to, next: to }
        : { kind: 'partial', needed: digits + 1 + octets };
    }
    const newline = bytes.indexOf(LF, start);
    if (newline < 0 && bytes.length - start <= maxBytes) return { kind: 'partial', needed: null };
    if (newline < 0 || newline - start > maxBytes) return { kind: 'skip', bytes: Number.POSITIVE_INFINITY };
    return { kind: 'whole', from: start, to: newline, next: newline + 1 };
  }
}

/** `MSG-LEN SP <`, or null where a message begins otherwise; unknown where too little of it is there. */
function countAt(
  bytes: Buffer,
  start: number,
): { readonly digits: number; readonly octets: number } | null | 'unknown' {
  let octets = 0;
  let digits = 0;
  while (digits < MOST_DIGITS) {
    const digit = (bytes[start + digits] ?? 0) - 48;
    if (digit < 0 || digit > 9 || (digits === 0 && digit === 0)) break;
    octets = octets * 10 + digit;
    digits++;
  }
  if (digits === 0) return null;
  const blank = start + digits;
  if (blank >= bytes.length) return digits < MOST_DIGITS ? 'unknown' : null;
  if (bytes[blank] !== BLANK) return null;
  if (blank + 1 >= bytes.length) return 'unknown';
  return bytes[blank + 1] === LESS ? { digits, octets } : null;
}
