import { mkdirSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { hrtime, kill, pid } from 'node:process';

/**
 * Whose turn it is to open a store file. DuckDB's own lock keeps a writer apart from everybody else, but whoever
 * asks most often gets it: readers that follow each other without a pause would keep a writer out for ever. So
 * each process that wants the file draws a ticket, an empty file in `STORE.queue/`, and waits until no older
 * ticket is left. The tickets of processes that have died do not count. Should a ticket be misjudged (another
 * machine, another container), only the order suffers: the lock is DuckDB's.
 */
export interface Turn {
  /** Whether nobody who came earlier is still waiting. */
  hasCome(): boolean;
  /** Makes way for those who came later. */
  end(): void;
}

/** Draws a ticket. Where the directory is not writable, everybody's turn has always come. */
export function drawTicket(storePath: string): Turn {
  const directory = `${storePath}.queue`;
  // The monotonic clock: it orders the tickets of all processes since boot, whatever is done to the time of day.
  const ticket = `${String(hrtime.bigint()).padStart(20, '0')}-${pid}-${startOf(pid)}`;
  try {
    mkdirSync(directory, { recursive: true });
    writeFileSync(`${directory}/${ticket}`, '', { flag: 'wx' });
  } catch {
    return { hasCome: () => true, end: () => {} };
  }
  return {
    hasCome: () => listOlder(directory, ticket).every((other) => isForgotten(directory, other)),
    end: () => removeTicket(directory, ticket),
  };
}

function listOlder(directory: string, ticket: string): string[] {
  try {
    return readdirSync(directory).filter((other) => other < ticket);
  } catch {
    return [];
  }
}

/** Whether a ticket's process is gone; its ticket goes too. */
function isForgotten(directory: string, ticket: string): boolean {
  const [, owner, start] = ticket.split('-');
  if (isAlive(Number(owner)) && startOf(Number(owner)) === start) return false;
  removeTicket(directory, ticket);
  return true;
}

function removeTicket(directory: string, ticket: string): void {
  try {
    unlinkSync(`${directory}/${ticket}`);
  } catch {
    // Somebody else has cleared it away, or may not: either way it is not ours to mend.
  }
}

function isAlive(owner: number): boolean {
  try {
    return kill(owner, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** When a process began, in the kernel's ticks since boot: a process number may have been given out again. */
function startOf(owner: number): string {
  try {
    const stat = readFileSync(`/proc/${owner}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
  } catch {
    return '0';
  }
}
