import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';

/** A file as it is now. */
export interface SeenFile {
  readonly path: string;
  /** Device and inode: which file it is, whatever it is called. */
  readonly id: string;
  /** Tells this very state from all others. */
  readonly stamp: string;
  /** Milliseconds since 1970. */
  readonly writtenAt: number;
}

/**
 * A log and what rotation has made of it, as far as it lies beside it: `LOG.1`, `LOG-20250101.gz`, `LOG.2025-01-01`, and
 * `NAME-20250101.log` of NAME.log. The oldest comes first.
 */
export async function findRotated(log: string): Promise<SeenFile[]> {
  const names = await readdir(dirname(log)).catch(() => []);
  const isOurs = rotationOf(basename(log));
  const seen = await Promise.all(names.filter(isOurs).map((name) => seeFile(join(dirname(log), name))));
  return seen.filter((file) => file !== null).sort((one, other) => one.writtenAt - other.writtenAt);
}

/** A regular file, or null where there is none. */
export async function seeFile(path: string): Promise<SeenFile | null> {
  const stats = await stat(path, { bigint: true }).catch(() => null);
  if (!stats?.isFile()) return null;
  const id = `${stats.dev}:${stats.ino}`;
  return { path, id, stamp: `${id}:${stats.size}:${stats.mtimeNs}`, writtenAt: Number(stats.mtimeMs) };
}

/** Whether a name is that of a log, or of what became of it. */
export function rotationOf(log: string): (name: string) => boolean {
  const extension = extname(log);
  const [whole, stem, ending] = [log, basename(log, extension), extension].map(escaped);
  const mark = '[.-]\\d[\\w:-]*(?:\\.\\d+)?';
  const pattern = new RegExp(`^(?:${whole}|${whole}${mark}|${stem}${mark}${ending})(?:\\.(?:gz|zst|xz))?$`);
  return (name) => pattern.test(name);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
