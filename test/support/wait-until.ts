import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something is so, and fails when it is not for too long. */
export async function waitUntil(
  isSo: () => boolean | Promise<boolean>,
  what: string | (() => string),
  withinMs = 60_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > deadline)
      throw new Error(`waited in vain until ${typeof what === 'string' ? what : what()}`);
    await sleep(20);
  }
}
