import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { TAG } from '../setup/setup-choices.ts';
import type { Store } from '../store/store.ts';
import { loadTestModule, type ModuleSystem } from './module-system.ts';

/** The cluster and the user of test loads: so they are known, and can be removed again, wherever they arrive. */
export const TEST_CLUSTER = 'modtally-doctor';

/** A module's name that no other test load has. */
export function newTestModule(): string {
  return `${TEST_CLUSTER}/${randomBytes(6).toString('hex')}`;
}

/**
 * Loads a module as a user does, so that its hook says so; without a module system, syslog is told directly.
 * @param socket syslog's, for the latter
 * @returns why it could not be sent, or null
 */
export function sendTestLoad(module: string, system: ModuleSystem | null, socket: string): string | null {
  const env = { USER: TEST_CLUSTER, LMOD_SYSHOST: TEST_CLUSTER, MODTALLY_TRACKING: 'yes' };
  if (system !== null) {
    const { status, stderr } = loadTestModule(system, module, env);
    return status === 0 ? null : (stderr.trim().split('\n', 1)[0] ?? 'it failed');
  }
  return sayToSyslog(module, socket);
}

/**
 * Says a line to syslog as the hook does, by itself.
 * @param rest the module, and what else the line is to hold
 * @returns why it could not be said, or null
 */
export function sayToSyslog(rest: string, socket: string): string | null {
  const line = `user=${TEST_CLUSTER} cluster=${TEST_CLUSTER} module=${rest} time=${(Date.now() / 1000).toFixed(6)}`;
  const { status, stderr, error } = spawnSync('logger', ['-u', socket, '-t', TAG, '-p', 'local0.info', line], {
    encoding: 'utf8',
    timeout: 10_000,
  });
  if (error !== undefined) return error.message;
  return status === 0 && stderr === '' ? null : stderr.trim();
}

/**
 * Waits until something is so.
 * @returns how long it took, in seconds; null where it never was
 */
export async function secondsUntil(
  isSo: () => boolean | Promise<boolean>,
  waitMs: number,
  pauseMs: number,
): Promise<number | null> {
  const startedAt = performance.now();
  for (;;) {
    if (await isSo()) return (performance.now() - startedAt) / 1000;
    if (performance.now() - startedAt > waitMs) return null;
    await sleep(pauseMs);
  }
}

/** Whether a text stands in what has come into a file since it had a size. */
export function hasArrived(text: string, file: string, sizeBefore: number): boolean {
  if (!existsSync(file)) return false;
  const { size } = statSync(file);
  // A log that was rotated meanwhile begins anew.
  const start = size < sizeBefore ? 0 : sizeBefore;
  const rest = Buffer.alloc(Math.min(size - start, 64 * 1024 * 1024));
  const handle = openSync(file, 'r');
  try {
    readSync(handle, rest, 0, rest.length, start);
  } finally {
    closeSync(handle);
  }
  return rest.includes(text);
}

/** Whether a test load is in the store. */
export async function isStored(store: Store, module: string): Promise<boolean> {
  const filter = { syshosts: [TEST_CLUSTER], modules: [module] };
  return (await store.select({ by: ['module'], measures: ['loads'], filter })).length > 0;
}
