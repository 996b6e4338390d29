import { execFileSync } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

/** A file system of its own that goes with the test. To mount one takes root; without, the test fails and says so. */
export interface SmallDisk {
  readonly folder: string;
  /** Gives it another size, `64m`, or makes it `ro` or `rw`. */
  remount(option: string): void;
}

/** @param size as tmpfs takes it, `2m` */
export function newSmallDisk(size: string): SmallDisk {
  const folder = temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', folder]);
  });
  return {
    folder,
    remount(option) {
      execFileSync('mount', ['-o', `remount,${option.includes('=') ? option : `size=${size},${option}`}`, folder]);
    },
  };
}
