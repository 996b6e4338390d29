import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError, describeCause } from '../core/app-error.ts';
import type { Role } from '../core/role.ts';
import { stringifySafely } from '../view/json.ts';

/** That somebody has seen what is known of persons. */
export interface AuditEntry {
  readonly who: string;
  readonly role: Role;
  /** The address of whoever asked. */
  readonly from: string;
  /** What was asked for: the path of the view, or `login`, `logout`. */
  readonly what: string;
  /** The persons whose names were in the answer. */
  readonly users: readonly string[];
}

/** Where the audit log of a folder lies. */
export function auditLogIn(folder: string): string {
  return join(folder, 'audit.jsonl');
}

/**
 * Adds a line to the audit log, which only its owner may read. What cannot be written down must not be shown.
 * @throws AppError OUTPUT
 */
export function addToAuditLog(path: string, entry: AuditEntry): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    appendFileSync(path, `${stringifySafely({ time: new Date().toISOString(), ...entry })}\n`, { mode: 0o600 });
  } catch (cause) {
    throw new AppError('OUTPUT', `cannot write the audit log ${path}: ${describeCause(cause)}`, {
      hint: 'Nothing about persons is shown before it can be written again.',
      cause,
    });
  }
}
