import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Diagnosis } from '../core/diagnosis.ts';

const MIB = 1024 * 1024;
/** Below these parts of a file system, and below these sizes, there is too little left. */
const WARN = { share: 0.05, bytes: 1024 * MIB };
const FAIL = { share: 0.01, bytes: 64 * MIB };

/** Whether there is room where the chain writes. */
export function checkSpace(places: readonly { readonly what: string; readonly path: string }[]): Diagnosis[] {
  return places.map(({ what, path }) => {
    const folder = nearest(path);
    const { bavail, bsize, blocks, ffree, files } = statfsSync(folder);
    const free = bavail * bsize;
    const isBelow = ({ share, bytes }: typeof WARN): boolean =>
      (free < bytes && bavail < blocks * share * 2) || bavail < blocks * share || (files > 0 && ffree < files * share);
    const verdict = isBelow(FAIL) ? 'failed' : isBelow(WARN) ? 'warning' : 'ok';
    return {
      check: 'space',
      verdict,
      finding: `${shownSize(free)} free for ${what} (${folder})`,
      mend: verdict === 'ok' ? '' : 'Make room, or move it: modtally prune --archive, logrotate with fewer days.',
    };
  });
}

function nearest(path: string): string {
  let folder = path;
  while (!existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}

function shownSize(bytes: number): string {
  return bytes < 1024 * MIB ? `${Math.floor(bytes / MIB)} MiB` : `${(bytes / 1024 / MIB).toFixed(1)} GiB`;
}
