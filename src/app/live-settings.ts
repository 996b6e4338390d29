import { join } from 'node:path';
import { readWholeNumber } from '../core/whole-number.ts';
import {
  badSetting,
  lookIn,
  type NamedSetting,
  readList,
  readNumber,
  readPlace,
  readYesNo,
  type TableRequest,
} from './named-setting.ts';
import { stateDirectory } from './settings.ts';
import { absolutePath } from './store-url.ts';

/** The settings of `modtally listen`: how each is called in the table [listen], and what it does. */
export const listenMeanings = {
  udp: 'receive datagrams there',
  tcp: 'receive over TCP there',
  tls: 'receive over TLS there',
  relp: 'receive over RELP there, with acknowledgements',
  unix: 'receive on this Unix stream socket',
  journal: 'the folder of the journal',
  journal_limit: 'how large the journal may become',
  feed_seconds: 'how long a message waits for the store, at the most',
  feed_messages: 'so many waiting messages are fed at once',
  sync_seconds: 'how often the journal is forced to the disk; 0: after each batch',
  allow: 'addresses and networks that may send; everybody, unless given',
  rate: 'messages a second that one sender may send; 0: any number',
  max_message: 'longer messages are left out',
  max_connections: 'more connections are refused',
  udp_buffer: 'the socket buffer that is asked for, for datagrams',
  tls_cert: 'the certificate, with its chain, as PEM',
  tls_key: 'its key, as PEM',
  tls_ca: 'senders must have a certificate of one of these authorities, as PEM',
  metrics: 'serve metrics there',
  all: 'keep every load as a row of its own',
} as const;

/** The settings of `modtally watch`, in the table [watch]. */
export const watchMeanings = {
  files: 'the log files',
  every: 'seconds from one look to the next',
  metrics: 'serve metrics there',
  all: 'keep every load as a row of its own',
} as const;

export type ListenSettingName = keyof typeof listenMeanings;
export type WatchSettingName = keyof typeof watchMeanings;

/** Where to listen. */
export interface Address {
  /** Null stands for all addresses of the machine. */
  readonly host: string | null;
  readonly port: number;
}

export interface ListenSettings {
  readonly udp: readonly Address[];
  readonly tcp: readonly Address[];
  readonly tls: readonly Address[];
  readonly relp: readonly Address[];
  readonly unix: string | null;
  readonly journal: string;
  readonly journalLimitBytes: number;
  readonly feedMs: number;
  readonly feedMessages: number;
  readonly syncMs: number;
  /** Addresses and networks; where there are none, everybody may send. */
  readonly allow: readonly string[];
  /** Messages a second of one sender; 0 stands for any number. */
  readonly rate: number;
  readonly maxMessageBytes: number;
  readonly maxConnections: number;
  readonly udpBufferBytes: number;
  readonly tlsCert: string | null;
  readonly tlsKey: string | null;
  readonly tlsCa: string | null;
  readonly metrics: Address | null;
  readonly keepsAll: boolean;
}

export interface WatchSettings {
  readonly files: readonly string[];
  readonly everyMs: number;
  readonly metrics: Address | null;
  readonly keepsAll: boolean;
}

/**
 * Reads the settings of `modtally listen`.
 * @throws AppError BAD_SETTING
 */
export function readListenSettings(request: TableRequest<ListenSettingName>): ListenSettings {
  const look = lookIn('listen', listenMeanings, request);
  const folder = look('journal')?.value;
  return {
    udp: readAddresses(look('udp'), null),
    tcp: readAddresses(look('tcp'), null),
    tls: readAddresses(look('tls'), null),
    relp: readAddresses(look('relp'), null),
    unix: pathOf(look('unix')),
    journal: folder === undefined ? join(stateDirectory(), 'journal') : absolutePath(folder),
    journalLimitBytes: readBytes(look('journal_limit'), '4G'),
    feedMs: readNumber(look('feed_seconds'), 60, 1) * 1000,
    feedMessages: readNumber(look('feed_messages'), 500_000, 1),
    syncMs: readNumber(look('sync_seconds'), 1, 0) * 1000,
    allow: readList(look('allow')),
    rate: readNumber(look('rate'), 0, 0),
    maxMessageBytes: readMessageBytes(look('max_message')),
    maxConnections: readNumber(look('max_connections'), 1000, 1),
    udpBufferBytes: readBytes(look('udp_buffer'), '32M'),
    tlsCert: pathOf(look('tls_cert')),
    tlsKey: pathOf(look('tls_key')),
    tlsCa: pathOf(look('tls_ca')),
    metrics: readAddresses(look('metrics'), '127.0.0.1')[0] ?? null,
    keepsAll: readYesNo(look('all')),
  };
}

/**
 * Reads the settings of `modtally watch`.
 * @throws AppError BAD_SETTING
 */
export function readWatchSettings(request: TableRequest<WatchSettingName>): WatchSettings {
  const look = lookIn('watch', watchMeanings, request);
  return {
    files: readList(look('files')).map(absolutePath),
    everyMs: readNumber(look('every'), 10, 1) * 1000,
    metrics: readAddresses(look('metrics'), '127.0.0.1')[0] ?? null,
    keepsAll: readYesNo(look('all')),
  };
}

/** @param host what a bare port stands for */
function readAddresses(setting: NamedSetting | null, host: string | null): Address[] {
  return readList(setting).map((text) => readPlace(setting, text, host));
}

const units: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

function readBytes(setting: NamedSetting | null, fallback: string): number {
  const text = setting?.value ?? fallback;
  const [, digits = '', unit = ''] = /^(\d+)([KMGT]?)$/i.exec(text) ?? [];
  const number = readWholeNumber(digits, 9);
  if (number !== null && number > 0) return number * (units[unit.toUpperCase()] ?? 1);
  throw badSetting(setting, `must be a size such as 64K, 32M or 4G, not ${text}`);
}

/** What the journal can hold in memory is more than one message. */
function readMessageBytes(setting: NamedSetting | null): number {
  const bytes = readBytes(setting, '64K');
  if (bytes <= 512 * 1024) return bytes;
  throw badSetting(setting, `must be 512K at the most, not ${setting?.value}`);
}

function pathOf(setting: NamedSetting | null): string | null {
  return setting === null || setting.value === '' ? null : absolutePath(setting.value);
}
