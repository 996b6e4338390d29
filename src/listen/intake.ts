import { asLogLine } from './as-log-line.ts';
import type { Journal } from './journal.ts';
import type { Troubles } from './troubles.ts';

/** How messages come in. */
export const transports = ['udp', 'tcp', 'tls', 'relp', 'unix'] as const;

export type Transport = (typeof transports)[number];

/** Why a message, or a connection, was not taken. For people: what each means. */
export const dropMeanings = {
  sender: 'the sender is not allowed to send',
  rate: 'the sender sent more than it may',
  'too long': 'the message is longer than it may be',
  'no room': 'the journal has no room',
  'socket buffer': 'the socket buffer was full',
  'cut off': 'the connection broke off within a message',
  stalled: 'a message was begun and not ended for a minute',
  connections: 'there are too many connections',
} as const;

export type DropReason = keyof typeof dropMeanings;

/** Takes messages from all sockets into the journal, and counts what becomes of each. */
export class Intake {
  readonly journal: Journal;
  readonly received: Record<Transport, number> = { udp: 0, tcp: 0, tls: 0, relp: 0, unix: 0 };
  readonly dropped: Partial<Record<DropReason, number>> = {};
  /** Messages that were sent again, and were in the journal. */
  resent = 0;
  maxMessageBytes: number;
  readonly #troubles: Troubles;

  constructor(journal: Journal, maxMessageBytes: number, troubles: Troubles) {
    this.journal = journal;
    this.maxMessageBytes = maxMessageBytes;
    this.#troubles = troubles;
  }

  /** Takes a message in; false where the journal has no room for it. An empty one is none. */
  take(message: Buffer, transport: Transport): boolean {
    return this.takeLine(asLogLine(message, Date.now()), transport);
  }

  /** Takes a message in that is a line of a log already. */
  takeLine(line: Buffer, transport: Transport): boolean {
    if (line.length === 0) return true;
    if (!this.journal.append(line)) return false;
    this.received[transport]++;
    return true;
  }

  /** Counts what was not taken, and says so. */
  drop(reason: DropReason, sender: string, count = 1): void {
    this.dropped[reason] = (this.dropped[reason] ?? 0) + count;
    this.#troubles.tell(reason, `dropped: ${dropMeanings[reason]} (${sender})`, count);
  }
}
