import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../core/app-error.ts';
import type { Diagnosis } from '../core/diagnosis.ts';
import { checkClock } from '../doctor/check-clock.ts';
import { checkHook } from '../doctor/check-hook.ts';
import { checkRotation } from '../doctor/check-rotation.ts';
import { checkSetup } from '../doctor/check-setup.ts';
import { checkSpace } from '../doctor/check-space.ts';
import { checkStore } from '../doctor/check-store.ts';
import { findInstalledPieces, type InstalledPiece } from '../doctor/installed-piece.ts';
import { findModuleSystems, type ModuleSystem } from '../doctor/module-system.ts';
import {
  hasArrived,
  isStored,
  newTestModule,
  sayToSyslog,
  secondsUntil,
  sendTestLoad,
  TEST_CLUSTER,
} from '../doctor/test-load.ts';
import { usualLog, usualSocket } from '../setup/setup-choices.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { runImport } from './run-import.ts';
import type { Settings } from './settings.ts';

export interface DoctorRequest {
  readonly settings: Settings;
  /** The log that rsyslog writes; null where the files of this host tell, or there is none. */
  readonly log: string | null;
  /** Where a hook may be besides the usual places. */
  readonly folders: readonly string[];
  /** The folder that stands for `/` when files are looked for. */
  readonly root: string;
  /** How long a test load may take from one place to the next. */
  readonly waitMs: number;
  /** Whether a test load is sent. */
  readonly sendsLoad: boolean;
}

/** Walks the chain on this host, from the hook to the store, and says what it finds. */
export async function runDoctor(request: DoctorRequest): Promise<Diagnosis[]> {
  const { settings, root } = request;
  const pieces = findInstalledPieces(root, request.folders);
  const systems = findModuleSystems();
  const log = logOf(request, pieces);
  const found: Diagnosis[] = [...checkSetup(pieces), ...systems.flatMap((system) => checkHook(system))];
  for (const warning of settings.warnings) {
    const [finding = '', mend = ''] = warning.split(/: (?=chmod )/);
    found.push({ check: 'secrets', verdict: 'warning', finding, mend });
  }
  if (log !== null) found.push(...checkRotation(log, root));
  found.push(...checkClock(), ...checkSpace(placesOf(settings, log)));
  // A node that only sends has no store to look at.
  const isSender = pieces.some(({ name, choices }) => name === 'rsyslog' && choices.to !== undefined);
  if (isSender && settings.storeOrigin === 'default') {
    return request.sendsLoad ? [...found, sendOnly(socketOf(pieces))] : found;
  }
  found.push(...(await checkWithStore(request, pieces, systems, log)));
  return found;
}

/** A node cannot see how far a load gets. What it sends is no load, so that it need not be taken out anywhere. */
function sendOnly(socket: string): Diagnosis {
  const failure = sayToSyslog(`${newTestModule()} mode=test`, socket);
  if (failure !== null) {
    return { check: 'travel', verdict: 'failed', finding: `syslog takes nothing: ${failure}`, mend: SYSLOG };
  }
  const finding = 'syslog takes lines; how far they get is told by doctor on the host that collects';
  return { check: 'travel', verdict: 'ok', finding, mend: '' };
}

async function checkWithStore(
  request: DoctorRequest,
  pieces: readonly InstalledPiece[],
  systems: readonly ModuleSystem[],
  log: string | null,
): Promise<Diagnosis[]> {
  const { settings } = request;
  const store = await openStore(settings.store, { waitMs: settings.waitMs, zone: settings.zone });
  const found: Diagnosis[] = [];
  try {
    found.push(...(await checkStore(store, settings.zone, Date.now() / 1000)));
    if (request.sendsLoad) {
      found.push(...(await sendThrough(request, systems[0] ?? null, socketOf(pieces), log, store)));
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    found.push({ check: 'store', verdict: 'failed', finding: error.message, mend: error.hint });
  } finally {
    await store.close();
  }
  return found;
}

/** Sends a test load, follows it into the log and the store, and takes it out again. */
async function sendThrough(
  { settings, waitMs }: DoctorRequest,
  system: ModuleSystem | null,
  socket: string,
  log: string | null,
  store: Store,
): Promise<Diagnosis[]> {
  const check = 'travel';
  const module = newTestModule();
  const sizeBefore = log !== null && existsSync(log) ? statSync(log).size : 0;
  const failure = sendTestLoad(module, system, socket);
  if (failure !== null) {
    return [{ check, verdict: 'failed', finding: `a test load could not be sent: ${failure}`, mend: SYSLOG }];
  }
  const found: Diagnosis[] = [];
  if (log !== null) {
    const received = await secondsUntil(() => hasArrived(module, log, sizeBefore), waitMs, 50);
    if (received === null) {
      const finding = `a test load did not come into ${log} within ${waitMs / 1000} s`;
      return [{ check, verdict: 'failed', finding, mend: `${SYSLOG} modtally setup rsyslog --install` }];
    }
    found.push({ check, verdict: 'ok', finding: `a test load was in ${log} after ${received.toFixed(1)} s`, mend: '' });
    // As cron does at night; what the log held before comes in with it, and once.
    const { failures } = await runImport({
      settings,
      files: [log],
      mode: 'tally',
      deleteFiles: false,
      strict: false,
      onProgress: () => {},
    });
    for (const { name, message, hint } of failures) {
      found.push({ check, verdict: 'failed', finding: `${name}: ${message}`, mend: hint });
    }
  }
  const stored = await secondsUntil(() => isStored(store, module), log === null ? waitMs : 0, 1000);
  await store.remove({ syshosts: [TEST_CLUSTER] });
  if (stored !== null) {
    found.push({ check, verdict: 'ok', finding: 'it was in the store, and is out of it again', mend: '' });
  } else if (log !== null) {
    found.push({
      check,
      verdict: 'failed',
      finding: 'an import did not bring it into the store',
      mend: `modtally parse ${log}`,
    });
  } else {
    const finding = `a test load was not in the store after ${waitMs / 1000} s`;
    found.push({
      check,
      verdict: 'warning',
      finding,
      mend: 'Name the log by --log, wait for longer by --wait, or see whether modtally listen runs.',
    });
  }
  return found;
}

const SYSLOG = 'See whether rsyslog runs, and what it complains of: journalctl -u rsyslog.';

/** The log of the files of this host, if they speak of one that is there; else the usual one, if it is there. */
function logOf({ log }: DoctorRequest, pieces: readonly InstalledPiece[]): string | null {
  if (log !== null) return log;
  const collecting = pieces.find(({ name, choices }) => name === 'rsyslog' && choices.to === undefined);
  if (collecting !== undefined) return collecting.choices.log ?? usualLog;
  return existsSync(usualLog) ? usualLog : null;
}

/** Where the hook of this host finds syslog. */
function socketOf(pieces: readonly InstalledPiece[]): string {
  return pieces.find(({ choices }) => choices.socket !== undefined)?.choices.socket ?? usualSocket;
}

function placesOf({ store }: Settings, log: string | null): { what: string; path: string }[] {
  return [
    ...(store.kind === 'duckdb' ? [{ what: 'the store', path: dirname(store.path) }] : []),
    ...(log === null ? [] : [{ what: 'the log', path: dirname(log) }]),
  ];
}
