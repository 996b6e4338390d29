import { parentPort, workerData } from 'node:worker_threads';
import { createSiteZone } from '../../core/site-zone.ts';
import { GrowingVocabulary } from '../growing-vocabulary.ts';
import { ignoreMatching } from '../ignore-list.ts';
import { LoadReader } from '../load-reader.ts';
import { countStretches, OVERLAP_BYTES, scanStretch } from './file-stretch.ts';
import { type ScanJob, Shared, type StretchReject, type WorkerMessage, type WorkerSetup } from './scan-messages.ts';

/** A thread of an import: scans stretches of a file until none is left, and tells what it has found. */

/** Rows that a worker holds before it sends them. */
const ROWS_HELD = 200_000;

const { zone, now, ignore, stretchBytes } = workerData as WorkerSetup;
// Names are cut where all threads' come together, so that each is counted once.
const vocabulary = new GrowingVocabulary({ name: Number.POSITIVE_INFINITY, path: Number.POSITIVE_INFINITY });
const reader = new LoadReader({
  mode: 'tally',
  zone: createSiteZone(zone),
  now,
  ignore: ignoreMatching(ignore),
  vocabulary,
  scanBytes: stretchBytes + OVERLAP_BYTES,
});
const told = { users: 0, modulefiles: 0, groups: 0 };

parentPort?.on('message', (job: ScanJob) => scan(job));

function scan({ range, writtenAt, shared }: ScanJob): void {
  let rejects: StretchReject[] = [];
  reader.begin({
    format: 'log',
    writtenAt,
    onReject: (lineIndex, reason, line) => rejects.push({ lineIndex, reason, line }),
  });
  const stretches = countStretches(range);
  while (Atomics.load(shared, Shared.stop) === 0) {
    const index = Atomics.add(shared, Shared.next, 1);
    if (index >= stretches) break;
    const reading = scanStretch(reader, range, index);
    if (reading === null) {
      Atomics.store(shared, Shared.stop, 1);
      send({ kind: 'odd' });
      break;
    }
    send({ kind: 'stretch', index, rejects, ...reading }, [reading.blocks.buffer]);
    rejects = [];
    if (reader.rows > ROWS_HELD) sendRows(shared);
  }
  sendRows(shared);
  send({ kind: 'done', totals: reader.count.totals });
}

function sendRows(shared: Int32Array<SharedArrayBuffer>): void {
  const { vocabulary: _, ...batch } = reader.take();
  const names = {
    users: vocabulary.users.slice(told.users),
    modulefiles: vocabulary.modulefiles.slice(told.modulefiles),
    groups: vocabulary.groups.slice(told.groups),
  };
  told.users = vocabulary.users.length;
  told.modulefiles = vocabulary.modulefiles.length;
  told.groups = vocabulary.groups.length;
  for (let waiting = Atomics.load(shared, Shared.waiting); waiting > 1; ) {
    Atomics.wait(shared, Shared.waiting, waiting);
    waiting = Atomics.load(shared, Shared.waiting);
  }
  Atomics.add(shared, Shared.waiting, 1);
  send({ kind: 'rows', batch, names });
}

function send(message: WorkerMessage, transfer: readonly ArrayBufferLike[] = []): void {
  parentPort?.postMessage(message, transfer as ArrayBuffer[]);
}
