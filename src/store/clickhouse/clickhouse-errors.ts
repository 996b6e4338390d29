import { AppError, describeCause } from '../../core/app-error.ts';
import type { ErrorCode } from '../../core/error-codes.ts';

interface Kind {
  /** Numbers of ClickHouse's errors, and names of Node's. */
  readonly signs: readonly string[];
  readonly code: ErrorCode;
  readonly hint: string;
  /** Whether it may be gone when it is tried again, here or at another server of the cluster. */
  readonly isPassing?: true;
}

/** Replicas that still have to get some of what was written. */
const behind: readonly string[] = ['289', '369'];

const kinds: readonly Kind[] = [
  {
    signs: ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'Timeout error.'],
    code: 'STORE_UNREACHABLE',
    hint: 'Is a server of the URL running, and are hosts and ports right? The port is that of HTTP, 8123 as a rule.',
    isPassing: true,
  },
  {
    signs: ['ECONNRESET', 'EPIPE', 'socket hang up'],
    code: 'STORE_UNREACHABLE',
    hint: 'The server broke the connection off. Run it again: what was not completed was not stored.',
    isPassing: true,
  },
  {
    // Of other servers: the end of what they send, their network, no answer, no connection.
    signs: ['32', '209', '210', '279'],
    code: 'STORE_UNREACHABLE',
    hint: 'No replica of some shard answers. Nothing is told of a part of the rows, and nothing was stored.',
    isPassing: true,
  },
  {
    signs: behind,
    code: 'STORE_UNREACHABLE',
    hint: 'The replicas of a shard that are up lack rows. Nothing is told of a part of them: ask again when they have caught up.',
    isPassing: true,
  },
  {
    // Replicas that are missing, busy with a write that waits for others, or gone while a write was made known.
    signs: ['244', '285', '286', '319', '395'],
    code: 'STORE_UNREACHABLE',
    hint: 'Too few replicas of a shard are up: an import needs most of them. Nothing was stored; run it again.',
    isPassing: true,
  },
  {
    signs: ['225', '242', '999'],
    code: 'STORE_UNREACHABLE',
    hint: 'The servers have lost their ZooKeeper, or have none. Nothing was stored; run it again when it is back.',
    isPassing: true,
  },
  {
    // Tasks of the cluster, and inserts that outran the merges.
    signs: ['159', '252'],
    code: 'STORE_BUSY',
    hint: 'Is a server of the cluster down? Run it again, or give it longer with the setting lease_seconds.',
    isPassing: true,
  },
  {
    signs: ['192', '193', '194', '195', '516'],
    code: 'STORE_DENIED',
    hint: 'Check the user and the password in MODTALLY_PASSWORD or the configuration file.',
  },
  {
    signs: ['164', '291', '497'],
    code: 'STORE_DENIED',
    hint: 'The user lacks a right, or may not change settings (readonly = 1; 2 lets it): see docs/clickhouse.md.',
  },
  {
    signs: ['60', '81'],
    code: 'STORE_MISSING',
    hint: 'modtally init, or an import, makes it. Or ?cluster=NAME is missing or wrong.',
  },
  {
    signs: ['170', '701'],
    code: 'STORE_MISSING',
    hint: 'The cluster must stand in remote_servers of each server; ?cluster=NAME names it.',
  },
  { signs: ['243', '76', 'ENOSPC'], code: 'STORE_FULL', hint: 'Free some space on the servers and run it again.' },
  {
    signs: ['241'],
    code: 'STORE_FULL',
    hint: 'The server has no memory for it: raise max_memory_usage of the user, or ask about a shorter span.',
  },
];

/** A failure of a server or of the way to it, in the user's words. */
export function explainClickhouseError(cause: unknown, name: string): AppError {
  if (cause instanceof AppError) return cause;
  const kind = kindOf(cause);
  // Servers add a stack, or their version, behind what they say.
  const text = describeCause(cause)
    .replace(/, e\.what\(\) = .*$|, Stack trace: .*$| \(version [^)]*\)\)?$/, '')
    .replace(/^Code: \d+[.,] (?:e\.displayText\(\) = )?(?:[\w:]*Exception: )?/, '');
  return new AppError(kind?.code ?? 'STORE_FAILED', `${name}: ${text || 'the server broke off'}`, {
    hint: kind?.hint ?? '',
    cause,
  });
}

/** Whether a failure may be gone when the same is tried again, here or at another server of the cluster. */
export function isPassing(cause: unknown): boolean {
  return kindOf(cause)?.isPassing === true;
}

/** Whether servers are there that only have to catch up. */
export function isBehind(cause: unknown): boolean {
  return behind.includes(signOf(originOf(cause)));
}

/** Whether a server has told of a failure, and not the way to it. */
export function isToldByServer(cause: unknown): boolean {
  return /^\d+$/.test(signOf(originOf(cause)));
}

/** Whether ZooKeeper was asked for what stands at a path that it does not have. */
export function isUnknownPath(cause: unknown): boolean {
  const origin = originOf(cause);
  return origin instanceof Error && signOf(origin) === '999' && /No node/i.test(origin.message);
}

function kindOf(cause: unknown): Kind | undefined {
  // That ZooKeeper has no such node is an answer.
  if (isUnknownPath(cause)) return undefined;
  const sign = signOf(originOf(cause));
  return kinds.find(({ signs }) => signs.includes(sign));
}

/** What was thrown before it was said in the user's words. */
function originOf(cause: unknown): unknown {
  return cause instanceof AppError ? cause.cause : cause;
}

/** The number that ClickHouse gives a failure, or what Node calls it. */
function signOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) return signOf(cause.errors[0]);
  if (!(cause instanceof Error)) return '';
  const told = /\bCode: (\d+)/.exec(cause.message)?.[1];
  if (told !== undefined) return told;
  return 'code' in cause && cause.code !== undefined ? String(cause.code) : cause.message;
}
