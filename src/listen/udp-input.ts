import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from '../app/live-settings.ts';
import { explainSocketError } from './explain-socket-error.ts';
import type { Intake } from './intake.ts';
import { plainAddress, type Senders } from './senders.ts';

export interface UdpInputOptions {
  readonly intake: Intake;
  readonly senders: Senders;
  /** What to ask the kernel for. */
  readonly bufferBytes: number;
  readonly warn: (message: string) => void;
}

/** A socket that the service manager has opened. */
export interface InheritedSocket {
  readonly fd: number;
  readonly isIpv6: boolean;
}

/** Messages as datagrams, one in each. What is read is in the journal in the same turn of the event loop. */
export class UdpInput {
  readonly #socket: Socket;
  #lastMessageAt = 0;

  private constructor(socket: Socket, { intake, senders }: UdpInputOptions) {
    this.#socket = socket;
    socket.on('message', (message, { address }) => {
      this.#lastMessageAt = performance.now();
      if (!senders.isAllowed(address)) intake.drop('sender', plainAddress(address));
      else if (!senders.spend(address)) intake.drop('rate', plainAddress(address));
      else if (message.length > intake.maxMessageBytes) intake.drop('too long', plainAddress(address));
      else if (!intake.take(message, 'udp')) intake.drop('no room', plainAddress(address));
    });
  }

  /** @throws AppError SOCKET */
  static async open(at: Address | InheritedSocket, options: UdpInputOptions): Promise<UdpInput> {
    const socket = 'fd' in at ? await adopt(at) : await bind(at);
    askForBuffer(socket, options);
    // What goes wrong with a single datagram ends nothing.
    socket.on('error', (error) => options.warn(`UDP: ${error.message}`));
    return new UdpInput(socket, options);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  get place(): string {
    const { address, port } = this.#socket.address();
    return `udp ${address.includes(':') ? `[${address}]` : address}:${port}`;
  }

  /** Reads what has arrived, and closes. */
  async close(): Promise<void> {
    const deadline = performance.now() + 1000;
    this.#lastMessageAt = performance.now();
    while (performance.now() < deadline && performance.now() - this.#lastMessageAt < 50) await sleep(10);
    this.#socket.close();
  }
}

async function bind({ host, port }: Address): Promise<Socket> {
  const attempt = async (type: 'udp4' | 'udp6', address: string): Promise<Socket> => {
    const socket = createSocket({ type });
    try {
      socket.bind({ port, address, exclusive: true });
      await once(socket, 'listening');
      return socket;
    } catch (cause) {
      socket.close();
      throw cause;
    }
  };
  try {
    if (host !== null) return await attempt(host.includes(':') ? 'udp6' : 'udp4', host);
    // A kernel without IPv6 has no such address.
    return await attempt('udp6', '::').catch((cause: unknown) => {
      if (cause instanceof Error && 'code' in cause && cause.code === 'EAFNOSUPPORT') return attempt('udp4', '0.0.0.0');
      throw cause;
    });
  } catch (cause) {
    throw explainSocketError(cause, `UDP on ${host ?? '*'}:${port}`);
  }
}

async function adopt({ fd, isIpv6 }: InheritedSocket): Promise<Socket> {
  const socket = createSocket({ type: isIpv6 ? 'udp6' : 'udp4' });
  try {
    // It may listen at once, before anybody could wait for it.
    const listening = once(socket, 'listening');
    socket.bind({ fd });
    await listening;
    return socket;
  } catch (cause) {
    throw explainSocketError(cause, `the datagram socket ${fd} of the service manager`);
  }
}

/** Makes the socket buffer as large as it may become; one that a service manager has made larger is left alone. */
function askForBuffer(socket: Socket, { bufferBytes, warn }: UdpInputOptions): void {
  // The kernel counts its own room for each datagram, and says twice of what was asked for.
  const has = (): number => socket.getRecvBufferSize() / 2;
  const largest = largestBuffer();
  if (has() < Math.min(bufferBytes, largest)) socket.setRecvBufferSize(bufferBytes);
  if (has() >= bufferBytes) return;
  warn(
    `the socket buffer for datagrams has ${Math.floor(has())} of ${bufferBytes} bytes: bursts may be lost. ` +
      `Set net.core.rmem_max=${bufferBytes}, or ReceiveBuffer= in the socket unit`,
  );
}

function largestBuffer(): number {
  try {
    return Number(readFileSync('/proc/sys/net/core/rmem_max', 'latin1'));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
