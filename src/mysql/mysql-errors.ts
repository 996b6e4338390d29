import { AppError, describeCause } from '../core/app-error.ts';
import type { ErrorCode } from '../core/error-codes.ts';

interface Kind {
  readonly codes: readonly string[];
  readonly code: ErrorCode;
  readonly hint: string;
}

const kinds: readonly Kind[] = [
  {
    codes: ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT'],
    code: 'STORE_UNREACHABLE',
    hint: 'Is the server running, and are host, port or socket right?',
  },
  {
    codes: ['PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE', 'ER_SERVER_SHUTDOWN', 'ER_CON_COUNT_ERROR'],
    code: 'STORE_UNREACHABLE',
    hint: 'The server broke the connection off. Run it again: what was not completed was not stored.',
  },
  {
    codes: ['ER_ACCESS_DENIED_ERROR', 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR', 'ER_NOT_SUPPORTED_AUTH_MODE'],
    code: 'STORE_DENIED',
    hint: 'Check the user and the password in the conf file, MODTALLY_PASSWORD or the configuration file.',
  },
  {
    codes: [
      'ER_DBACCESS_DENIED_ERROR',
      'ER_TABLEACCESS_DENIED_ERROR',
      'ER_COLUMNACCESS_DENIED_ERROR',
      'ER_SPECIFIC_ACCESS_DENIED_ERROR',
      'ER_OPTION_PREVENTS_STATEMENT',
    ],
    code: 'STORE_DENIED',
    hint: 'The user lacks a right: GRANT ALL ON the database TO the user.',
  },
  { codes: ['ER_BAD_DB_ERROR'], code: 'STORE_MISSING', hint: 'createDB, or an import, makes the database.' },
  { codes: ['ER_NO_SUCH_TABLE'], code: 'STORE_MISSING', hint: 'createDB, or an import, makes the tables.' },
  {
    codes: ['ER_RECORD_FILE_FULL', 'ER_DISK_FULL', 'ER_DISK_FULL_NOWAIT', 'ER_ERROR_ON_WRITE', 'ENOSPC'],
    code: 'STORE_FULL',
    hint: 'Free some space on the server and run it again: what was not completed was not stored.',
  },
  {
    codes: ['ER_LOCK_WAIT_TIMEOUT', 'ER_LOCK_DEADLOCK'],
    code: 'STORE_BUSY',
    hint: 'Another program holds rows of the table. Run it again: what was not completed was not stored.',
  },
];

/** A failure of the server or of the way to it, in the user's words. The driver's messages hold no password. */
export function explainMysqlError(cause: unknown, name: string): AppError {
  if (cause instanceof AppError) return cause;
  const sign = codeOf(cause);
  const kind = kinds.find(({ codes }) => codes.includes(sign));
  const text = describeCause(cause) || sign;
  return new AppError(kind?.code ?? 'STORE_FAILED', `${name}: ${text}`, { hint: kind?.hint ?? '', cause });
}

/** The driver's name for a failure; of several attempts to connect, that of the first. */
function codeOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) return codeOf(cause.errors[0]);
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

/** By number, as the driver has no name for MariaDB's own: not allowed, and disabled on MySQL and on MariaDB. */
const refusalsOfLocalInfile: readonly unknown[] = [1148, 3948, 4166];

/** Whether a server does not take LOAD DATA LOCAL at all. */
export function isLocalInfileRefused(cause: unknown): boolean {
  return cause instanceof Error && 'errno' in cause && refusalsOfLocalInfile.includes(cause.errno);
}
