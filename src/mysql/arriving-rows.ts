import type { Connection } from 'mysql2';

/** Rows that wait before the server is held up. */
const ROWS_WAITING = 32_768;

/**
 * The rows of a query, gathered as they arrive: a stream that hands on single rows would cost more than all else that
 * is done with them.
 */
export class ArrivingRows {
  readonly #connection: Connection;
  #rows: unknown[][] = [];
  #isPaused = false;
  #isOver = false;
  #failure: unknown = null;
  #wake: () => void = () => {};

  constructor(connection: Connection, sql: string, values: readonly unknown[]) {
    this.#connection = connection;
    const query = connection.query({ sql, values: [...values], rowsAsArray: true });
    query.on('result', (row: unknown) => {
      if (!Array.isArray(row)) return;
      const waiting = this.#rows.push(row);
      if (waiting === 1) this.#wake();
      if (waiting === ROWS_WAITING) {
        this.#isPaused = true;
        connection.pause();
      }
    });
    const end = (): void => {
      connection.off('error', fail);
      this.#isOver = true;
      this.#wake();
    };
    const fail = (error: unknown): void => {
      this.#failure = error;
      end();
    };
    query.on('end', end);
    query.on('error', fail);
    // That the connection has broken is told to it alone.
    connection.on('error', fail);
  }

  /** What has arrived since the last call, at least a row; null at the end. */
  async take(): Promise<unknown[][] | null> {
    while (this.#rows.length === 0) {
      if (this.#failure !== null) throw this.#failure;
      if (this.#isOver) return null;
      await this.#next();
    }
    const rows = this.#rows;
    this.#rows = [];
    this.#resume();
    return rows;
  }

  /** Passes over what has not arrived yet, so that the connection is free. What fails is not told any more. */
  async end(): Promise<void> {
    while (!this.#isOver) await this.take().catch(() => null);
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#connection.resume();
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
