import { once } from 'node:events';
import { chmodSync, rmSync } from 'node:fs';
import { createConnection, createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import type { Address } from '../app/live-settings.ts';
import { explainSocketError } from './explain-socket-error.ts';
import type { Intake, Transport } from './intake.ts';
import { plainAddress, type Senders } from './senders.ts';
import type { TlsFiles } from './tls-files.ts';

/** What is done with the bytes of one connection. */
export interface Session {
  /** Takes bytes in; false where there is no room: what is left is kept for `resume`. */
  push(chunk: Buffer): boolean;
  resume(): boolean;
  /** The sender has ended the stream in good order. */
  end(): void;
  /** We are about to end the stream. */
  bye?(): void;
  /** Nothing more comes or goes. */
  close(): void;
  /** Whether a message has begun that is not complete. */
  readonly isPartial: boolean;
  /** Messages so far. */
  readonly messages: number;
}

export interface StreamInputOptions {
  readonly transport: Exclude<Transport, 'udp'>;
  readonly intake: Intake;
  readonly senders: Senders;
  /** Connections of all inputs. */
  readonly connections: Set<Connection>;
  readonly mostConnections: () => number;
  readonly tls: TlsFiles | null;
  readonly createSession: (socket: Socket, sender: string) => Session;
  readonly onTrouble: (kind: string, message: string) => void;
}

/** Where a stream socket is: an address, a path, or one that the service manager has opened. */
export type StreamPlace = Address | { readonly path: string } | { readonly fd: number };

export interface Connection {
  readonly transport: Transport;
  readonly session: Session;
  /** Whether it waits for room in the journal. */
  isBlocked: boolean;
  /** Goes on where it has waited. */
  resume(): void;
  /** Ends it if a message has not come on for so long. */
  endIfStalled(stalledMs: number): void;
  /** When bytes came last (performance.now). */
  lastBytesAt: number;
  end(): void;
}

/** A TLS handshake takes no longer, in milliseconds. */
const HANDSHAKE_MS = 20_000;

/** Messages as a stream: TCP, TLS, RELP, or a Unix socket. A sender is not read from while the journal has no room. */
export class StreamInput {
  readonly place: string;
  readonly #server: Server;
  readonly #options: StreamInputOptions;

  private constructor(server: Server, place: string, options: StreamInputOptions) {
    this.#server = server;
    this.place = place;
    this.#options = options;
  }

  /** @throws AppError SOCKET */
  static async open(at: StreamPlace, options: StreamInputOptions): Promise<StreamInput> {
    const server = createServerFor(options);
    try {
      await listen(server, at);
    } catch (cause) {
      throw explainSocketError(cause, `${options.transport} on ${describePlace(at)}`);
    }
    const input = new StreamInput(server, `${options.transport} ${placeOf(server, at)}`, options);
    server.on(options.tls === null ? 'connection' : 'secureConnection', (socket: Socket) => input.#accept(socket));
    server.on('error', (error) => options.onTrouble('server', `${input.place}: ${error.message}`));
    return input;
  }

  /** New connections get the certificates that the files hold now. */
  renewTls(tls: TlsFiles): void {
    if ('setSecureContext' in this.#server) (this.#server as TlsServer).setSecureContext({ ...tls });
  }

  /** Takes no more connections. */
  stop(): void {
    this.#server.close();
  }

  #accept(socket: Socket): void {
    const { transport, intake, senders, connections, createSession } = this.#options;
    const sender = plainAddress(socket.remoteAddress ?? 'local');
    const session = createSession(socket, sender);
    let isEnded = false;
    const connection: Connection = {
      transport,
      session,
      isBlocked: false,
      lastBytesAt: performance.now(),
      resume() {
        connection.isBlocked = false;
        afterTaking(session.resume());
      },
      endIfStalled(stalledMs) {
        if (!session.isPartial || connection.isBlocked || socket.isPaused()) return;
        if (performance.now() - messageAt < stalledMs) return;
        isEnded = true;
        intake.drop('stalled', sender);
        socket.destroy();
      },
      end() {
        isEnded = true;
        session.bye?.();
        socket.end();
        setTimeout(() => socket.destroy(), 500).unref();
      },
    };
    let messages = 0;
    let messageAt = performance.now();
    const afterTaking = (isTaken: boolean): void => {
      const taken = session.messages - messages;
      messages = session.messages;
      if (taken > 0 || !session.isPartial) messageAt = performance.now();
      if (!isTaken) {
        connection.isBlocked = true;
        socket.pause();
        return;
      }
      const waitMs = senders.waitMs(sender, taken);
      if (waitMs > 0) {
        socket.pause();
        setTimeout(() => socket.resume(), waitMs);
      } else if (socket.isPaused()) socket.resume();
    };
    connections.add(connection);
    socket.on('data', (chunk: Buffer) => {
      connection.lastBytesAt = performance.now();
      // One that was idle begins anew.
      if (!session.isPartial) messageAt = connection.lastBytesAt;
      afterTaking(session.push(chunk));
    });
    socket.on('end', () => {
      if (!isEnded) session.end();
      isEnded = true;
      socket.end();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      connections.delete(connection);
      session.close();
      if (!isEnded && session.isPartial) intake.drop('cut off', sender);
    });
  }
}

/** Reads what has arrived on connections, and ends them. */
export async function drainConnections(connections: ReadonlySet<Connection>): Promise<void> {
  const deadline = performance.now() + 2000;
  const startedAt = performance.now();
  const isQuiet = (): boolean => {
    const latest = Math.max(startedAt, ...[...connections].map(({ lastBytesAt }) => lastBytesAt));
    return performance.now() - latest > 50;
  };
  while (connections.size > 0 && performance.now() < deadline && !isQuiet()) await sleep(10);
}

function createServerFor(options: StreamInputOptions): Server {
  const { tls, intake, senders, connections, mostConnections, onTrouble } = options;
  const refuse = (socket: Socket): void => {
    // Of a Unix socket there is no address: who may open it, may send.
    const sender = socket.remoteAddress;
    if (sender !== undefined && !senders.isAllowed(sender)) {
      intake.drop('sender', plainAddress(sender));
      socket.destroy();
    } else if (connections.size >= mostConnections()) {
      intake.drop('connections', plainAddress(sender ?? 'local'));
      socket.destroy();
    }
  };
  if (tls === null) {
    const server = createServer({ allowHalfOpen: true });
    return server.on('connection', refuse);
  }
  const server = createTlsServer({ ...tls, allowHalfOpen: true, handshakeTimeout: HANDSHAKE_MS });
  server.prependListener('connection', refuse);
  server.on('tlsClientError', (error, socket) => {
    onTrouble('handshake', `a TLS handshake failed: ${error.message} (${plainAddress(socket.remoteAddress ?? '')})`);
  });
  return server;
}

async function listen(server: Server, at: StreamPlace): Promise<void> {
  if ('path' in at) {
    await removeStale(at.path);
    await listenOn(server, { path: at.path });
    // As /dev/log: whoever is on the machine may say what happens there.
    chmodSync(at.path, 0o666);
  } else if ('fd' in at) await listenOn(server, { fd: at.fd });
  else if (at.host === null) await listenOn(server, { port: at.port });
  else await listenOn(server, { port: at.port, host: at.host });
}

async function listenOn(server: Server, where: ListenOptions & { readonly fd?: number }): Promise<void> {
  server.listen({ ...where, exclusive: true });
  await once(server, 'listening');
}

/** Removes a Unix socket that nobody answers on any more. */
async function removeStale(path: string): Promise<void> {
  const socket = createConnection({ path });
  try {
    await once(socket, 'connect');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED') rmSync(path, { force: true });
  } finally {
    socket.destroy();
  }
}

function describePlace(at: StreamPlace): string {
  if ('path' in at) return at.path;
  return 'fd' in at ? `socket ${at.fd} of the service manager` : `${at.host ?? '*'}:${at.port}`;
}

function placeOf(server: Server, at: StreamPlace): string {
  const address = server.address();
  if (address === null || typeof address === 'string') return address ?? describePlace(at);
  return `${address.address.includes(':') ? `[${address.address}]` : address.address}:${address.port}`;
}
