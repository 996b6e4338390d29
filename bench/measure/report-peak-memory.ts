/** Loaded into a measured process ahead of its own code: at its end writes its peak of resident memory into a file. */
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const path = process.env['BENCH_PEAK_FILE'];

if (isMainThread && path !== undefined) {
  process.once('exit', () => {
    // Not getrusage: what it tells includes the process that started this one.
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '0';
    writeFileSync(path, String(Number(kibibytes) * 1024));
  });
}
