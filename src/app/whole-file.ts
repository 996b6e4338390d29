import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError, describeCause } from '../core/app-error.ts';

/**
 * A file while it is written, under another name: it appears whole, and safely on the disk, or not at all. Names of
 * users are in it: only its owner and the group may read it. All methods throw AppError OUTPUT.
 */
export class WholeFile {
  /** The name by which it is written. */
  readonly draft: string;
  readonly #path: string;
  readonly #hint: string;
  readonly #handle: FileHandle;

  private constructor(path: string, draft: string, { hint, handle }: { hint: string; handle: FileHandle }) {
    this.draft = draft;
    this.#path = path;
    this.#hint = hint;
    this.#handle = handle;
  }

  /** @param hint what to do where it cannot be written */
  static async create(path: string, hint: string): Promise<WholeFile> {
    const draft = `${path}.new-${process.pid}`;
    const handle = await explaining(path, hint, async () => {
      await rm(draft, { force: true });
      return open(draft, 'wx', 0o640);
    });
    return new WholeFile(path, draft, { hint, handle });
  }

  write(chunk: Uint8Array): Promise<void> {
    return explaining(this.#path, this.#hint, () => this.#handle.writeFile(chunk));
  }

  /** Sees that all is on the disk, and gives it its name. What does not succeed is discarded. */
  async publish(): Promise<void> {
    try {
      await explaining(this.#path, this.#hint, async () => {
        await this.#handle.sync();
        await this.#handle.close();
        await rename(this.draft, this.#path);
        await synchronize(dirname(this.#path));
      });
    } catch (error) {
      await this.discard();
      throw error;
    }
  }

  async discard(): Promise<void> {
    await this.#handle.close().catch(() => {});
    await rm(this.draft, { force: true }).catch(() => {});
  }
}

/**
 * Writes a whole file that something else fills.
 * @param write fills the draft of that name, which is there and empty
 * @throws AppError OUTPUT
 */
export async function writeWholeFile(path: string, write: (draft: string) => Promise<void>, hint = ''): Promise<void> {
  const file = await WholeFile.create(path, hint);
  try {
    await explaining(path, hint, () => write(file.draft));
  } catch (error) {
    await file.discard();
    throw error;
  }
  await file.publish();
}

async function explaining<T>(path: string, hint: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('OUTPUT', `cannot write ${path}: ${describeCause(cause)}`, { hint, cause });
  }
}

async function synchronize(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  await handle.sync().finally(() => handle.close());
}
