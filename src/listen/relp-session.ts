import { asLogLine } from './as-log-line.ts';
import type { Intake } from './intake.ts';
import type { ResentMessages } from './resent-messages.ts';
import type { Session } from './stream-input.ts';

/** What a RELP session needs of its connection. */
export interface RelpPeer {
  readonly sender: string;
  write(text: string): void;
  end(): void;
}

interface Frame {
  readonly txnr: string;
  readonly command: string;
  readonly data: Buffer;
  /** Where the next one begins. */
  readonly next: number;
}

const LF = 10;
/** `TXNR SP COMMAND SP DATALEN`, as long as it can be. */
const HEADER_BYTES = 64;
const OFFER = 'relp_version=0\nrelp_software=modtally\ncommands=syslog';

/**
 * A connection that speaks RELP, rsyslog's protocol in which each message is acknowledged: here, once it is in the
 * journal and the journal is on the disk. What was not, the sender sends again.
 */
export function createRelpSession(intake: Intake, resent: ResentMessages, peer: RelpPeer): Session {
  const { journal } = intake;
  /** Acknowledgements that are owed, each with the message of the journal that has to be on the disk first. */
  let owed: { readonly position: number; readonly txnr: string }[] = [];
  let held: Buffer = Buffer.alloc(0);
  /** Bytes of a message that is too long, still to come, and the number by which it is acknowledged. */
  let skip = 0;
  let messages = 0;
  let isOpen = false;
  /** Whether all messages so far have been in the journal before: a session begins with what is sent again. */
  let isResending = true;
  let isOver = false;

  const answer = (txnr: string, text: string): void => peer.write(`${txnr} rsp ${Buffer.byteLength(text)} ${text}\n`);
  const acknowledge = (): void => {
    const { synced } = journal.sync;
    const done = owed.findIndex(({ position }) => position > synced);
    const ready = done < 0 ? owed : owed.slice(0, done);
    if (ready.length === 0) return;
    owed = done < 0 ? [] : owed.slice(done);
    peer.write(ready.map(({ txnr }) => `${txnr} rsp 6 200 OK\n`).join(''));
  };
  const fail = (): void => {
    isOver = true;
    owed = [];
    peer.end();
  };
  const leave = journal.sync.watch({ onSynced: acknowledge, onFailed: fail });

  /** Takes a frame; false where the journal has no room. */
  function take({ txnr, command, data }: Frame): boolean {
    if (command === 'open') {
      isOpen = true;
      answer(txnr, `200 OK\n${OFFER}`);
    } else if (command === 'close') {
      answer(txnr, '');
      peer.write('0 serverclose 0\n');
      isOver = true;
      peer.end();
    } else if (command !== 'syslog' || !isOpen) {
      answer(txnr, '500 this is not understood');
    } else {
      if (!takeMessage(asLogLine(data, Date.now()))) return false;
      messages++;
      owed.push({ position: journal.appended, txnr });
    }
    return true;
  }

  function takeMessage(line: Buffer): boolean {
    isResending &&= resent.takeBack(line);
    if (isResending) intake.resent++;
    else if (!intake.takeLine(line, 'relp')) return false;
    resent.remember(line);
    return true;
  }

  function resume(): boolean {
    let at = 0;
    let isTaken = true;
    while (at < held.length && !isOver) {
      if (skip > 0) {
        const skipped = Math.min(skip, held.length - at);
        skip -= skipped;
        at += skipped;
        continue;
      }
      const frame = frameAt(held, at, intake.maxMessageBytes);
      if (frame === 'partial') break;
      if (frame === 'garbage') {
        intake.drop('cut off', peer.sender);
        fail();
        break;
      }
      if ('tooLong' in frame) {
        // It would be sent again for ever if it were not acknowledged.
        intake.drop('too long', peer.sender);
        owed.push({ position: journal.appended, txnr: frame.txnr });
        skip = frame.tooLong;
        continue;
      }
      isTaken = take(frame);
      if (!isTaken) break;
      at = frame.next;
    }
    held = isOver ? Buffer.alloc(0) : held.subarray(at);
    if (owed.length > 0) {
      journal.sync.hurry();
      acknowledge();
    }
    return isTaken;
  }

  return {
    push(chunk) {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      return resume();
    },
    resume,
    end: () => {},
    bye() {
      acknowledge();
      peer.write('0 serverclose 0\n');
    },
    close: leave,
    get isPartial() {
      return held.length > 0 || skip > 0;
    },
    get messages() {
      return messages;
    },
  };
}

function frameAt(
  bytes: Buffer,
  start: number,
  maxBytes: number,
): Frame | { readonly txnr: string; readonly tooLong: number } | 'partial' | 'garbage' {
  const header = bytes.toString('latin1', start, start + HEADER_BYTES);
  const match = /^(\d{1,9}) ([a-zA-Z]{1,32}) (\d{1,9})([ \n])/.exec(header);
  if (match === null) {
    const isBegun = /^\d{0,9}( ([a-zA-Z]{0,32}( (\d{0,9})?)?)?)?$/.test(header);
    return isBegun ? 'partial' : 'garbage';
  }
  const [whole, txnr = '', command = '', length = '', separator] = match;
  const octets = Number(length);
  // Where there are no data, the newline follows at once.
  if (octets === 0) {
    const newline = separator === '\n' ? start + whole.length - 1 : start + whole.length;
    if (newline >= bytes.length) return 'partial';
    return bytes[newline] === LF ? { txnr, command, data: Buffer.alloc(0), next: newline + 1 } : 'garbage';
  }
  if (separator === '\n') return 'garbage';
  const from = start + whole.length;
  if (octets > maxBytes) return { txnr, tooLong: whole.length + octets + 1 };
  if (from + octets + 1 > bytes.length) return 'partial';
  if (bytes[from + octets] !== LF) return 'garbage';
  return { txnr, command, data: bytes.subarray(from, from + octets), next: from + octets + 1 };
}
