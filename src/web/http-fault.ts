import { AppError } from '../core/app-error.ts';
import type { ErrorCode } from '../core/error-codes.ts';

/** Ways to fail that only a server has; docs/api.md lists them. */
export type FaultCode =
  | 'NOT_FOUND'
  | 'NOT_SIGNED_IN'
  | 'NOT_ALLOWED'
  | 'TOO_MANY_FAILURES'
  | 'BAD_REQUEST'
  | 'PROVIDER'
  | 'TOO_BUSY'
  | 'INTERNAL';

/** A request that cannot be answered, as whoever asked is told. */
export class HttpFault extends Error {
  readonly status: number;
  readonly code: FaultCode | ErrorCode;
  /** What to do about it; empty where the message says it all. */
  readonly hint: string;

  constructor(status: number, code: FaultCode | ErrorCode, message: string, hint = '', cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'HttpFault';
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

/** The statuses of errors that are not the server's fault, nor that of whoever asked. */
const statusOf: Readonly<Partial<Record<ErrorCode, number>>> = {
  USAGE: 400,
  BAD_DATE: 400,
  STORE_BUSY: 503,
  STORE_MISSING: 503,
  STORE_UNREACHABLE: 503,
};

/** What is told of an error. Of one that nobody foresaw, nothing but that: its text may hold anything. */
export function faultOf(error: unknown): HttpFault {
  if (error instanceof HttpFault) return error;
  if (error instanceof AppError) {
    const status = statusOf[error.code] ?? 500;
    // The store's URL and paths of the server are nobody's business but its administrator's, who finds them in the log.
    if (status >= 500)
      return new HttpFault(status, error.code, shortened(error.code), 'The log of the server says more.', error);
    return new HttpFault(status, error.code, error.message.replace(/^--/, ''), error.hint, error);
  }
  if (isClientError(error)) return new HttpFault(error.statusCode, 'BAD_REQUEST', error.message, '', error);
  return new HttpFault(500, 'INTERNAL', 'internal error', 'The log of the server says more.', error);
}

function shortened(code: ErrorCode): string {
  const texts: Readonly<Partial<Record<ErrorCode, string>>> = {
    STORE_BUSY: 'another process holds the store',
    STORE_MISSING: 'there is no store yet',
    STORE_UNREACHABLE: 'the store cannot be reached',
  };
  return texts[code] ?? 'the store failed';
}

/** An error that the server's framework makes of a request that it does not understand. */
function isClientError(error: unknown): error is Error & { readonly statusCode: number } {
  if (!(error instanceof Error && 'statusCode' in error)) return false;
  return typeof error.statusCode === 'number' && error.statusCode >= 400 && error.statusCode < 500;
}
