import type { UsageBatch } from '../../core/usage-batch.ts';
import { RowBinary } from './row-binary.ts';

/** What rows of one insert have in common. */
export interface RowOrigin {
  readonly batch: number;
  readonly chunk: number;
  readonly source: number;
  readonly isTally: boolean;
}

/** Turns the batches of one import into rows of the usage table. Each name is made into bytes once. */
export class UsageRows {
  readonly #users: Uint8Array[] = [];
  readonly #modulefiles: { readonly syshost: Uint8Array; readonly module: Uint8Array; readonly path: Uint8Array }[] =
    [];
  readonly #groups: Uint8Array[] = [];

  /** To be called before the rows of a batch are asked for. */
  takeIn({ vocabulary: { users, modulefiles, groups } }: UsageBatch): void {
    for (const user of users.slice(this.#users.length)) this.#users.push(bytesOf(user));
    for (const { syshost, module, path } of modulefiles.slice(this.#modulefiles.length)) {
      this.#modulefiles.push({ syshost: bytesOf(syshost), module: bytesOf(module), path: bytesOf(path) });
    }
    for (const group of groups.slice(this.#groups.length)) this.#groups.push(bytesOf(group));
  }

  /** Some rows of a batch, in the order of `usageColumns`. */
  write(
    batch: UsageBatch,
    from: number,
    rows: number,
    { batch: number, chunk, source, isTally }: RowOrigin,
  ): Uint8Array {
    const { day, first, last, loads, direct, dependency, jobs, detail } = batch;
    const bytes = new RowBinary();
    for (let row = from; row < from + rows; row++) {
      const { syshost, module, path } = this.#modulefiles[batch.modulefile[row] ?? 0] ?? outside();
      bytes.uint32(number).uint32(chunk).uint32(source);
      bytes.uint8(isTally ? 1 : 0);
      bytes.int32(day[row] ?? 0);
      bytes.text(this.#users[batch.user[row] ?? 0] ?? outside());
      bytes.text(syshost).text(module).text(path);
      bytes.uint32(first[row] ?? 0).uint32((last[row] ?? 0) - (first[row] ?? 0));
      bytes.uint32(loads[row] ?? 0).uint32(direct[row] ?? 0);
      bytes.uint32(dependency[row] ?? 0).uint32(jobs[row] ?? 0);
      bytes.nullableText(this.#groups[batch.group[row] ?? -1]);
      // A tally is of many nodes and jobs.
      bytes.nullableText(isTally ? null : detail?.host[row]).nullableText(isTally ? null : detail?.jobid[row]);
    }
    return bytes.take();
  }
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}

function outside(): never {
  throw new RangeError('a row names what is not in its vocabulary');
}
