import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Data that takes long to make, in a folder where the next run finds it. */
export class DataFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /**
   * The path of some data; where it is not there yet it is made.
   * @param kind what it is; other versions of the same kind and size go
   * @param version whatever its content depends on
   * @param make writes the data to a path
   */
  async keep(kind: string, version: readonly unknown[], make: (path: string) => Promise<void>): Promise<string> {
    const digest = createHash('sha256').update(JSON.stringify(version)).digest('hex').slice(0, 12);
    const path = join(this.#folder, `${kind}.${digest}`);
    if (existsSync(path)) return path;
    for (const other of readdirSync(this.#folder)) {
      if (other.startsWith(`${kind}.`)) rmSync(join(this.#folder, other), { recursive: true });
    }
    const draft = join(this.#folder, `${kind}.draft`);
    await make(draft);
    renameSync(draft, path);
    return path;
  }
}

/** A digest of all files in a folder, so that what a program has made is made anew when the program has changed. */
export function digestOfFolder(folder: string): string {
  const hash = createHash('sha256');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const path of files.map((entry) => join(entry.parentPath, entry.name)).sort()) {
    hash.update(relative(folder, path)).update(readFileSync(path));
  }
  return hash.digest('hex');
}
