import { readFileSync, readlinkSync } from 'node:fs';
import { AppError } from '../core/app-error.ts';

/** A socket that the service manager has opened for us (sd_listen_fds). */
export interface ActivatedSocket {
  readonly fd: number;
  readonly kind: 'datagram' | 'stream';
  readonly isIpv6: boolean;
  /** FileDescriptorName= of its unit. */
  readonly name: string;
}

const FIRST_FD = 3;

/**
 * The sockets that were handed over at the start. What each is, the kernel's tables tell.
 * @throws AppError SOCKET where one is of no use
 */
export function inheritedSockets(): ActivatedSocket[] {
  if (process.env['LISTEN_PID'] !== String(process.pid)) return [];
  const count = Number(process.env['LISTEN_FDS'] ?? 0);
  const names = (process.env['LISTEN_FDNAMES'] ?? '').split(':');
  // Children must not think that these are theirs.
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete process.env[name];
  return Array.from({ length: count }, (_, index) => ({ ...kindOf(FIRST_FD + index), name: names[index] ?? '' }));
}

function kindOf(fd: number): Omit<ActivatedSocket, 'name'> {
  const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1];
  if (inode === undefined) throw useless(fd, 'is no socket');
  for (const table of ['udp', 'udp6', 'tcp', 'tcp6'] as const) {
    if (inodesIn(table, 9).includes(inode)) {
      return { fd, kind: table.startsWith('udp') ? 'datagram' : 'stream', isIpv6: table.endsWith('6') };
    }
  }
  const [, type] =
    rowsOf('unix')
      .map((row) => [row[6], row[4]])
      .find(([number]) => number === inode) ?? [];
  if (type === '0001') return { fd, kind: 'stream', isIpv6: false };
  throw useless(fd, type === undefined ? 'is of no known kind' : 'is a Unix datagram socket');
}

function useless(fd: number, what: string): AppError {
  return new AppError('SOCKET', `socket ${fd} of the service manager ${what}, which cannot be received from`, {
    hint: 'A .socket unit may have ListenDatagram= with a port, and ListenStream= with a port or a path.',
  });
}

function inodesIn(table: string, column: number): (string | undefined)[] {
  return rowsOf(table).map((row) => row[column]);
}

function rowsOf(table: string): string[][] {
  try {
    const [, ...lines] = readFileSync(`/proc/self/net/${table}`, 'latin1').split('\n');
    return lines.map((line) => line.trim().split(/\s+/));
  } catch {
    return [];
  }
}

/** Datagrams for these ports that the kernel had no room for. */
export function countKernelDrops(ports: readonly number[]): number {
  const isOurs = (row: readonly string[]): boolean => ports.includes(Number.parseInt(row[1]?.split(':')[1] ?? '', 16));
  const rows = [...rowsOf('udp'), ...rowsOf('udp6')].filter(isOurs);
  return rows.reduce((sum, row) => sum + Number(row[12] ?? 0), 0);
}
