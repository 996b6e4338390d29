import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** So many messages are under way at a time, as with rsyslog. */
const WINDOW = 128;

/**
 * A sender that speaks RELP as rsyslog does: what was not acknowledged when a connection breaks is sent again, in order,
 * at the beginning of the next.
 */
export class RelpSender {
  acknowledged = 0;
  readonly #port: number;
  readonly #queue: string[] = [];
  /** Sent, and not acknowledged. */
  #underWay: string[] = [];
  #isOver = false;
  readonly #running: Promise<void>;

  constructor(port: number) {
    this.#port = port;
    this.#running = this.#run();
  }

  /** Messages that are not acknowledged. */
  get waiting(): number {
    return this.#queue.length + this.#underWay.length;
  }

  send(messages: readonly string[]): void {
    this.#queue.push(...messages);
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      const socket = createConnection({ port: this.#port, host: '127.0.0.1' });
      try {
        await once(socket, 'connect');
        await this.#speak(socket);
      } catch {
        await sleep(20);
      } finally {
        socket.destroy();
      }
    }
  }

  async #speak(socket: Socket): Promise<void> {
    let txnr = 0;
    let answers = '';
    let isOpen = false;
    let isClosed = false;
    const put = (command: string, data: string): void => {
      txnr++;
      socket.write(`${txnr} ${command} ${Buffer.byteLength(data)} ${data}\n`);
    };
    socket.on('error', () => {});
    socket.on('close', () => {
      isClosed = true;
    });
    socket.on('data', (chunk: Buffer) => {
      answers += chunk.toString('latin1');
      for (let found = /^(\d+) (rsp|serverclose) (\d+)[ \n]/.exec(answers); found !== null; ) {
        const length = found[0].length + (Number(found[3]) > 0 ? Number(found[3]) + 1 : 0);
        if (answers.length < length) return;
        answers = answers.slice(length).replace(/^\n/, '');
        if (found[2] === 'serverclose') socket.destroy();
        else if (!isOpen) isOpen = true;
        else {
          this.#underWay.shift();
          this.acknowledged++;
        }
        found = /^(\d+) (rsp|serverclose) (\d+)[ \n]/.exec(answers);
      }
    });
    put('open', 'relp_version=0\nrelp_software=test\ncommands=syslog');
    while (!isOpen && !isClosed) await sleep(1);
    for (const message of this.#underWay) put('syslog', message);
    while (!isClosed && !this.#isOver) {
      while (this.#underWay.length < WINDOW && this.#queue.length > 0) {
        const message = this.#queue.shift() ?? '';
        this.#underWay.push(message);
        put('syslog', message);
      }
      await sleep(1);
    }
  }
}
