import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { AppError, describeCause } from '../core/app-error.ts';

/** A dump file while it is written, under another name: it appears whole or not at all. All throw AppError OUTPUT. */
export class DumpFile {
  readonly #path: string;
  readonly #draft: string;
  readonly #handle: FileHandle;

  private constructor(path: string, draft: string, handle: FileHandle) {
    this.#path = path;
    this.#draft = draft;
    this.#handle = handle;
  }

  static async create(path: string): Promise<DumpFile> {
    const draft = `${path}.new-${process.pid}`;
    // Names of users are in it: only the owner and the group may read.
    const handle = await explaining(path, () => open(draft, 'w', 0o640));
    return new DumpFile(path, draft, handle);
  }

  write(chunk: Uint8Array): Promise<void> {
    return explaining(this.#path, () => this.#handle.writeFile(chunk));
  }

  /** Sees that all is on the disk, and gives it its name. What does not succeed is discarded. */
  async publish(): Promise<void> {
    try {
      await explaining(this.#path, async () => {
        await this.#handle.sync();
        await this.#handle.close();
        await rename(this.#draft, this.#path);
      });
    } catch (error) {
      await this.discard();
      throw error;
    }
  }

  async discard(): Promise<void> {
    await this.#handle.close().catch(() => {});
    await rm(this.#draft, { force: true });
  }
}

async function explaining<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    throw new AppError('OUTPUT', `cannot write ${path}: ${describeCause(cause)}`, {
      hint: 'Files of earlier days are complete; run it again when there is room.',
      cause,
    });
  }
}
