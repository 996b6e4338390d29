import type { SettingsRequest } from '../app/settings.ts';
import { AppError, describeCause } from '../core/app-error.ts';
import type { ErrorCode } from '../core/error-codes.ts';
import type { Cell, ResultTable } from '../core/result-table.ts';
import { type FaultCode, HttpFault } from './http-fault.ts';
import type { Done, Job } from './job.ts';

/** What a process that does jobs has to know first. */
export interface JobSetting {
  readonly settings: SettingsRequest;
  /** The folder of the dashboard's keys. */
  readonly folder: string;
  readonly leastUsers: number;
  /** How people reach the dashboard; null where that is where it listens. */
  readonly url: string | null;
}

/** What goes to such a process: first the setting, then one job after the other. */
export type JobRequest = { readonly setting: JobSetting } | { readonly job: Job };

/** What comes back of each job: rows, as often as there are more, then the rest, or why there is nothing. */
export type JobAnswer = { readonly rows: readonly Row[] } | { readonly done: Done } | { readonly failure: Failure };

type Row = readonly Cell[];

/** An error on its way from one process to another. */
export interface Failure {
  readonly name: 'AppError' | 'HttpFault' | 'Error';
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly status: number;
}

/** Rows of a message: whoever gets them is at the service of others in between. */
const ROWS_AT_ONCE = 4000;

/** An answer as messages, none of them long. */
export function* splitAnswer({ state, product }: Done): Generator<JobAnswer> {
  if (!('rows' in product) || product.rows.length <= ROWS_AT_ONCE) {
    yield { done: { state, product } };
    return;
  }
  const { rows } = product;
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) yield { rows: rows.slice(at, at + ROWS_AT_ONCE) };
  yield { done: { state, product: { ...product, rows: [] } } };
}

/** Puts together again what was split. */
export function joinAnswer({ state, product }: Done, rows: readonly Row[]): Done {
  if (rows.length === 0) return { state, product };
  return { state, product: { ...(product as ResultTable), rows } };
}

export function packFailure(error: unknown): Failure {
  const plain = { code: '', hint: '', status: 0, message: describeCause(error) };
  if (error instanceof AppError) {
    return { ...plain, name: 'AppError', code: error.code, message: error.message, hint: error.hint };
  }
  if (error instanceof HttpFault) {
    return { name: 'HttpFault', code: error.code, message: error.message, hint: error.hint, status: error.status };
  }
  return { ...plain, name: 'Error' };
}

export function unpackFailure({ name, code, message, hint, status }: Failure): Error {
  if (name === 'AppError') return new AppError(code as ErrorCode, message, { hint });
  if (name === 'HttpFault') return new HttpFault(status, code as FaultCode, message, hint);
  return new Error(message);
}
