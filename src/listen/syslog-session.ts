import { FrameReader } from './frame-reader.ts';
import type { Intake, Transport } from './intake.ts';
import type { Session } from './stream-input.ts';

/** A connection that sends plain syslog. */
export function createSyslogSession(intake: Intake, transport: Transport, sender: string): Session {
  let messages = 0;
  const reader = new FrameReader(() => intake.maxMessageBytes, {
    message(bytes) {
      if (!intake.take(bytes, transport)) return false;
      messages++;
      return true;
    },
    tooLong: () => intake.drop('too long', sender),
  });
  return {
    push: (chunk) => reader.push(chunk),
    resume: () => reader.resume(),
    end: () => reader.end(),
    close: () => {},
    get isPartial() {
      return reader.isPartial;
    },
    get messages() {
      return messages;
    },
  };
}
