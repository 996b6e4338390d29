import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { ClickhouseTarget } from '../store-target.ts';
import { explainClickhouseError, isBehind, isPassing, isToldByServer } from './clickhouse-errors.ts';
import { featuresOf, type ServerFeatures } from './server-features.ts';
import { plain, type SqlValue, type Statement, writeValues } from './statement.ts';

/** Settings of a server that hold for one statement. */
export type Settings = Readonly<Record<string, string | 1>>;

/** Statements may name thousands of users or paths. */
const roomForNames = {
  max_query_size: '1000000000',
  max_ast_elements: '100000000',
  max_expanded_ast_elements: '100000000',
};

/**
 * Settings of every question: an answer is whole or an error, whatever the user's profile says, and is not begun
 * before it is complete, so that an error is never taken for a row.
 */
const settingsOfQuestions: Settings = {
  wait_end_of_query: 1,
  skip_unavailable_shards: '0',
  max_parallel_replicas: '1',
  extremes: '0',
  output_format_json_quote_64bit_integers: '0',
  ...roomForNames,
  ...Object.fromEntries(
    ['read', 'group_by', 'sort', 'result', 'timeout', 'set', 'join', 'transfer', 'distinct'].map((what) => [
      `${what}_overflow_mode`,
      'throw',
    ]),
  ),
};

/** Longer values do not travel in a URL. */
const LONGEST_PARAMETERS = 4096;
/** How often a question is asked again, at one server after the other, where something seems to pass. */
const ROUNDS = 3;
const PAUSE_MS = 250;
/** For how long it is asked again while servers have to catch up, as after their start. */
const CATCH_UP_MS = 10_000;
const CONNECT_MS = 5000;

/** How servers are asked, one after the other when one fails. They are not spoken to before there is something to say. */
export class ClickhouseConnection {
  /** The target as a URL without its password. */
  readonly name: string;
  readonly database: string;
  readonly cluster: string | null;
  readonly #target: ClickhouseTarget;
  readonly #clients: ClickHouseClient[];
  #servers: readonly ClickhouseConnection[] | null = null;
  #current = 0;
  #features: Promise<ServerFeatures> | null = null;

  constructor(target: ClickhouseTarget) {
    const { hosts, isSecure, user, password, database, cluster } = target;
    this.#target = target;
    const places = hosts.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`);
    this.name = `clickhouse://${user}@${places.join(',')}/${database}`;
    this.database = database;
    this.cluster = cluster;
    this.#clients = places.map((place) =>
      createClient({
        url: `${isSecure ? 'https' : 'http'}://${place}`,
        username: user,
        password,
        // An import of a large file may wait for long: what is over is told by the server.
        request_timeout: 3_600_000,
        http_agent: impatientAgent(isSecure),
        log: { level: ClickHouseLogLevel.OFF },
      }),
    );
  }

  /** What the servers can do, by the one that is asked first. */
  features(): Promise<ServerFeatures> {
    this.#features ??= this.#ask('SELECT version()', {}, {}).then(([row]) => featuresOf(String(row?.[0])));
    this.#features.catch(() => {
      this.#features = null;
    });
    return this.#features;
  }

  /** Rows of a question, each an array of numbers, texts, arrays and nulls. */
  async query(statement: Statement | string, settings: Settings = {}): Promise<unknown[][]> {
    const { sql, parameters } = await this.#prepare(statement);
    return this.#ask(sql, parameters, settings);
  }

  /**
   * Rows of a question as texts, some hundreds or thousands at once, however many there are in all.
   * @param sql ends before the FORMAT
   */
  async *stream(statement: Statement, settings: Settings = {}): AsyncGenerator<(string | null)[][]> {
    const { sql, parameters } = await this.#prepare(statement);
    const query = `${sql} FORMAT TabSeparated`;
    const all = { ...settingsOfQuestions, ...settings };
    const { stream } = await this.#anywhere((client) =>
      client.exec({ query, query_params: parameters, clickhouse_settings: all }),
    );
    try {
      for await (const lines of linesOf(stream)) yield lines.map(readFields);
    } catch (cause) {
      throw this.#explain(cause);
    } finally {
      stream.destroy();
    }
  }

  /**
   * Runs a statement that gives no rows, once: who calls knows whether it may be run again.
   * @throws AppError; isPassing tells whether to try again
   */
  async run(statement: Statement | string, settings: Settings = {}): Promise<void> {
    const { sql, parameters } = await this.#prepare(statement);
    await this.#once((client) =>
      client.command({
        query: sql,
        query_params: parameters,
        clickhouse_settings: { ...roomForNames, ...settings },
      }),
    );
  }

  /** Inserts rows of bytes in the format RowBinary, once. */
  async insert(into: string, bytes: Uint8Array, settings: Settings): Promise<void> {
    await this.#once(async (client) => {
      const { stream } = await client.exec({
        query: `INSERT INTO ${into} FORMAT RowBinary`,
        values: Readable.from([bytes]),
        clickhouse_settings: { wait_end_of_query: 1, ...settings },
      });
      for await (const _ of stream);
    });
  }

  /**
   * Does something that may be done again until it succeeds or fails for good.
   * @param waitMs how long to go on
   */
  async persist<T>(waitMs: number, attempt: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + waitMs;
    while (true) {
      try {
        return await attempt();
      } catch (error) {
        if (!isPassing(error) || performance.now() > deadline) throw error;
        await sleep(PAUSE_MS);
      }
    }
  }

  /** A connection to each of the servers alone; they are closed with this one. */
  servers(): readonly ClickhouseConnection[] {
    this.#servers ??= this.#target.hosts.map((host) => new ClickhouseConnection({ ...this.#target, hosts: [host] }));
    return this.#servers;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients, ...(this.#servers ?? [])].map((one) => one.close()));
  }

  async #prepare(statement: Statement | string): Promise<{ sql: string; parameters: Record<string, SqlValue> }> {
    const whole = typeof statement === 'string' ? plain(statement) : statement;
    const { hasQueryParameters } = await this.features();
    const length = Object.values(whole.values).reduce<number>((sum, value) => sum + String(value).length, 0);
    return hasQueryParameters && length <= LONGEST_PARAMETERS
      ? { sql: whole.sql, parameters: { ...whole.values } }
      : { sql: writeValues(whole), parameters: {} };
  }

  async #ask(sql: string, parameters: Record<string, unknown>, settings: Settings): Promise<unknown[][]> {
    return this.#anywhere(async (client) => {
      const answer = await client.query({
        query: sql,
        format: 'JSONCompact',
        query_params: parameters,
        clickhouse_settings: { ...settingsOfQuestions, ...settings },
      });
      const { data } = await answer.json<unknown[]>();
      return data;
    });
  }

  /** Asks one server after the other until one answers. */
  async #anywhere<T>(ask: (client: ClickHouseClient) => Promise<T>): Promise<T> {
    let told: unknown;
    const deadline = performance.now() + CATCH_UP_MS;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(ask);
      } catch (error) {
        // What is wrong is known to a server that answers rather than to one that does not.
        if (isToldByServer(error)) told = error;
        const isOver = attempt >= ROUNDS * this.#clients.length && !(isBehind(told) && performance.now() < deadline);
        if (!isPassing(error) || isOver) throw told ?? error;
        if (attempt % this.#clients.length === 0) await sleep(PAUSE_MS);
      }
    }
  }

  /** Asks one server; where it fails in a way that may pass, the next call asks the next one. */
  async #once<T>(ask: (client: ClickHouseClient) => Promise<T>): Promise<T> {
    const client = this.#clients[this.#current];
    if (client === undefined) throw new RangeError('a store URL without a host');
    try {
      return await ask(client);
    } catch (cause) {
      if (isPassing(cause)) this.#current = (this.#current + 1) % this.#clients.length;
      throw this.#explain(cause);
    }
  }

  #explain(cause: unknown): Error {
    return explainClickhouseError(cause, this.name);
  }
}

/** What makes connections; one that does not come about is given up, as behind a machine that is off nobody says no. */
function impatientAgent(isSecure: boolean): HttpAgent {
  const agent = isSecure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, done) => {
    const socket = connect(options, done);
    if (!(socket instanceof Socket)) return socket;
    const timer = setTimeout(() => {
      socket.destroy(Object.assign(new Error('no connection within 5 s'), { code: 'ETIMEDOUT' }));
    }, CONNECT_MS);
    for (const event of ['connect', 'close']) socket.once(event, () => clearTimeout(timer));
    return socket.setKeepAlive(true, CONNECT_MS);
  };
  return agent;
}

/** The whole lines of a stream, as many at once as have come. */
async function* linesOf(stream: AsyncIterable<unknown>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of stream) {
    if (!(bytes instanceof Uint8Array)) throw new TypeError('a server sends something that is no bytes');
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) yield lines;
  }
}

/** The fields of a line of TabSeparated; \N is NULL. */
function readFields(line: string): (string | null)[] {
  return line.split('\t').map((field) => {
    if (!field.includes('\\')) return field;
    if (field === '\\N') return null;
    return field.replace(/\\(.)/g, (_, letter: string) => unescaped[letter] ?? letter);
  });
}

const unescaped: Readonly<Record<string, string>> = { 0: '\0', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
