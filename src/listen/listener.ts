import type { Address, ListenSettings } from '../app/live-settings.ts';
import type { FeedRequest } from '../app/run-feed.ts';
import { readSettings } from '../app/settings.ts';
import { AppError } from '../core/app-error.ts';
import { FeedTotals } from './feed-totals.ts';
import { Feeder } from './feeder.ts';
import { type ActivatedSocket, countKernelDrops, inheritedSockets } from './inherited-sockets.ts';
import { Intake, type Transport } from './intake.ts';
import { Journal } from './journal.ts';
import { lockJournal } from './journal-lock.ts';
import { createRelpSession } from './relp-session.ts';
import { ResentMessages } from './resent-messages.ts';
import { Senders } from './senders.ts';
import {
  type Connection,
  drainConnections,
  StreamInput,
  type StreamInputOptions,
  type StreamPlace,
} from './stream-input.ts';
import { createSyslogSession } from './syslog-session.ts';
import { readTlsFiles } from './tls-files.ts';
import { Troubles } from './troubles.ts';
import { UdpInput } from './udp-input.ts';

export interface ListenerOptions {
  readonly settings: ListenSettings;
  /** How the store is found; read anew by each feed. */
  readonly feed: Pick<FeedRequest, 'settings' | 'mode'>;
  /** Says what an operator should know, a sentence at a time. */
  readonly say: (message: string) => void;
}

/** A message that was begun and not ended for so long ends its connection, in milliseconds. */
const STALLED_MS = 60_000;
/** How long the last feed may take. */
const LAST_FEED_MS = 10_000;

/**
 * Where names are not to be kept, a segment of the journal, which has them, gets no older, once the store has taken it
 * in. The ledger gets an entry a segment: with fewer of them it is faster.
 */
const NAMES_MS = 3_600_000;

/** Receives messages, keeps them in the journal, and feeds them into the store. */
export class Listener {
  readonly intake: Intake;
  readonly totals: FeedTotals = new FeedTotals();
  readonly connections: Set<Connection> = new Set();
  /** Where messages can be sent. */
  readonly places: string[] = [];
  #settings: ListenSettings;
  readonly #feedRequest: ListenerOptions['feed'];
  readonly #say: (message: string) => void;
  readonly #troubles: Troubles;
  readonly #senders: Senders;
  readonly #feeder: Feeder;
  readonly #resent = new ResentMessages();
  readonly #unlock: () => void;
  readonly #udp: UdpInput[] = [];
  readonly #streams: StreamInput[] = [];
  readonly #sweep: NodeJS.Timeout;
  #kernelDrops = 0;
  #isStopping = false;

  private constructor({ settings, feed, say }: ListenerOptions, unlock: () => void, journal: Journal) {
    this.#settings = settings;
    this.#feedRequest = feed;
    this.#say = say;
    this.#unlock = unlock;
    this.#troubles = new Troubles(say);
    this.#senders = new Senders(settings.allow, settings.rate);
    this.intake = new Intake(journal, settings.maxMessageBytes, this.#troubles);
    this.#resent.load(settings.journal);
    for (const line of journal.latestLines()) this.#resent.remember(line);
    journal.onRoom = () => this.#goOn();
    journal.sync.watch({
      onSynced: () => {},
      onFailed: (cause) => this.#troubles.tell('sync', `the journal cannot be forced to the disk: ${String(cause)}`),
    });
    this.#feeder = new Feeder({
      journal,
      totals: this.totals,
      request: () => ({ ...this.#feedRequest, waitMs: null }),
      limits: () => this.#settings,
      onTrouble: (message) => this.#troubles.tell('feed', message),
    });
    this.#sweep = setInterval(() => this.#look(), 1000);
  }

  /**
   * Starts to receive.
   * @throws AppError
   */
  static async start(options: ListenerOptions): Promise<Listener> {
    const { settings } = options;
    const activated = inheritedSockets();
    const named = [settings.udp, settings.tcp, settings.tls, settings.relp].flat().length;
    if (activated.length === 0 && named === 0 && settings.unix === null) {
      throw new AppError('USAGE', 'nothing to listen on', {
        hint: 'Give --udp, --tcp, --tls, --relp or --unix, or let a socket unit of systemd start it.',
      });
    }
    const { journal: folder, journalLimitBytes: limitBytes, syncMs } = settings;
    const unlock = lockJournal(folder);
    const hidesNames = readSettings(options.feed.settings).pseudonymsFile !== null;
    const segment = hidesNames ? { segmentMs: NAMES_MS } : {};
    const listener = new Listener(options, unlock, new Journal({ folder, limitBytes, syncMs, ...segment }));
    try {
      await listener.#open(activated);
    } catch (error) {
      await listener.stop();
      throw error;
    }
    return listener;
  }

  /** Everything that can change without opening a socket anew does. */
  reload(settings: ListenSettings): void {
    const fixed = (of: ListenSettings): string =>
      JSON.stringify([of.udp, of.tcp, of.tls, of.relp, of.unix, of.journal]);
    if (fixed(settings) !== fixed(this.#settings)) {
      this.#say('sockets and journal stay as they are until the next start');
    }
    this.#senders.configure(settings.allow, settings.rate);
    this.intake.maxMessageBytes = settings.maxMessageBytes;
    this.intake.journal.options.limitBytes = settings.journalLimitBytes;
    this.intake.journal.options.syncMs = settings.syncMs;
    this.#settings = settings;
    if (this.#streams.some(({ place }) => place.startsWith('tls '))) {
      const files = readTlsFiles(settings);
      for (const stream of this.#streams) stream.renewTls(files);
    }
  }

  /** Feeds what is there now. */
  feed(): Promise<boolean> {
    return this.#feeder.feed();
  }

  /** Datagrams that never came to us, since the socket buffer was full. */
  get kernelDrops(): number {
    const drops = countKernelDrops(this.#udp.map(({ port }) => port));
    if (drops > this.#kernelDrops) {
      this.intake.drop('socket buffer', 'all senders', drops - this.#kernelDrops);
      this.#kernelDrops = drops;
    }
    return drops;
  }

  /** Takes no more, keeps what has arrived, feeds it if that is quick, and ends. */
  async stop(): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    clearInterval(this.#sweep);
    for (const stream of this.#streams) stream.stop();
    await Promise.all([...this.#udp.map((udp) => udp.close()), drainConnections(this.connections)]);
    const { journal } = this.intake;
    journal.flush();
    await journal.sync.finish();
    for (const connection of this.connections) connection.end();
    const isWritten = await journal.close();
    if (!isWritten) this.#say(`messages are lost: the journal has no room: ${journal.trouble}`);
    const isStored = await this.#feeder.finish(LAST_FEED_MS);
    if (isStored) journal.removeDone();
    else this.#say(`${journal.waiting} messages wait in the journal for the next start`);
    this.#resent.save(this.#settings.journal);
    this.#troubles.close();
    this.#unlock();
  }

  async #open(activated: readonly ActivatedSocket[]): Promise<void> {
    const { udp, tcp, tls, relp, unix } = this.#settings;
    for (const socket of activated) await this.#openActivated(socket);
    for (const address of udp) await this.#openUdp(address);
    for (const address of tcp) await this.#openStream('tcp', address);
    for (const address of tls) await this.#openStream('tls', address);
    for (const address of relp) await this.#openStream('relp', address);
    if (unix !== null) await this.#openStream('unix', { path: unix });
  }

  async #openActivated(socket: ActivatedSocket): Promise<void> {
    if (socket.kind === 'datagram') return this.#openUdp(socket);
    const transport = (['tls', 'relp'] as const).find((name) => socket.name.includes(name));
    await this.#openStream(transport ?? 'tcp', { fd: socket.fd });
  }

  async #openUdp(at: Address | ActivatedSocket): Promise<void> {
    const input = await UdpInput.open(at, {
      intake: this.intake,
      senders: this.#senders,
      bufferBytes: this.#settings.udpBufferBytes,
      warn: (message) => this.#troubles.tell(message, message),
    });
    this.#udp.push(input);
    this.places.push(input.place);
  }

  async #openStream(transport: Exclude<Transport, 'udp'>, at: StreamPlace): Promise<void> {
    const { intake } = this;
    const createSession: StreamInputOptions['createSession'] = (socket, sender) =>
      transport === 'relp'
        ? createRelpSession(intake, this.#resent, {
            sender,
            write: (text) => socket.write(text),
            end: () => socket.end(),
          })
        : createSyslogSession(intake, transport, sender);
    const input = await StreamInput.open(at, {
      transport,
      intake,
      senders: this.#senders,
      connections: this.connections,
      mostConnections: () => this.#settings.maxConnections,
      tls: transport === 'tls' ? readTlsFiles(this.#settings) : null,
      createSession,
      onTrouble: (kind, message) => this.#troubles.tell(kind, message),
    });
    this.#streams.push(input);
    this.places.push(input.place);
  }

  #look(): void {
    const { journal } = this.intake;
    if (journal.trouble !== null) {
      this.#troubles.tell('journal', `the journal cannot be written, and senders have to wait: ${journal.trouble}`);
    }
    void this.kernelDrops;
    for (const connection of this.connections) connection.endIfStalled(STALLED_MS);
  }

  /** There is room again: whoever had to wait goes on. */
  #goOn(): void {
    for (const connection of this.connections) if (connection.isBlocked) connection.resume();
  }
}
