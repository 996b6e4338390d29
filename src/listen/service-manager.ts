import { execFile } from 'node:child_process';

/**
 * Tells systemd how a service is. It listens on a datagram socket, which Node cannot write to: systemd's own program
 * does it, so that the unit needs NotifyAccess=all. Nothing is done where no service manager asks.
 */
export class ServiceManager {
  readonly #isThere: boolean;
  #watchdog: NodeJS.Timeout | null = null;
  #isMissing = false;
  readonly #warn: (message: string) => void;

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
    this.#isThere = (process.env['NOTIFY_SOCKET'] ?? '') !== '';
  }

  /** The service is ready; from here on, it is alive. */
  async ready(status: string): Promise<void> {
    await this.#notify('READY=1', `STATUS=${status}`, `MAINPID=${process.pid}`);
    const watchdogUs = Number(process.env['WATCHDOG_USEC'] ?? 0);
    const isOurs = (process.env['WATCHDOG_PID'] ?? String(process.pid)) === String(process.pid);
    if (!this.#isThere || !(watchdogUs > 0) || !isOurs) return;
    this.#watchdog = setInterval(() => void this.#notify('WATCHDOG=1'), Math.max(100, watchdogUs / 2000));
  }

  async say(status: string): Promise<void> {
    await this.#notify(`STATUS=${status}`);
  }

  async stopping(): Promise<void> {
    if (this.#watchdog !== null) clearInterval(this.#watchdog);
    await this.#notify('STOPPING=1');
  }

  #notify(...variables: readonly string[]): Promise<void> {
    if (!this.#isThere) return Promise.resolve();
    return new Promise((resolve) => {
      execFile('systemd-notify', variables, { timeout: 10_000 }, (error) => {
        if (error !== null && !this.#isMissing) {
          this.#isMissing = true;
          this.#warn(`cannot tell the service manager how it is: ${error.message.split('\n', 1)[0]}`);
        }
        resolve();
      });
    });
  }
}
