import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, onTestFinished, test } from 'vitest';
import { MysqlConnection } from '../../src/mysql/mysql-connection.ts';
import { mariadbPassword, mariadbUser } from '../support/mariadb-server.ts';

const ROWS = 200_000;
const allRows = `SELECT seq FROM mysql.seq_1_to_${ROWS}`;

test('rows of a stream come in order and all of them, however slowly they are taken', async () => {
  const connection = newConnection();
  const numbers: number[] = [];
  for await (const rows of connection.stream(allRows)) {
    for (const [number] of rows) numbers.push(Number(number));
    // Long enough for more to arrive than may wait.
    if (numbers.length < ROWS / 2) await sleep(50);
  }
  expect(numbers).toEqual(Array.from({ length: ROWS }, (_, index) => index + 1));
});

test('a stream that is left in the middle leaves the connection free', async () => {
  const connection = newConnection();
  for await (const rows of connection.stream(allRows)) {
    expect(rows.length).toBeGreaterThan(0);
    await sleep(50);
    break;
  }
  expect(await connection.query('SELECT 7')).toEqual([[7]]);
});

test('a stream without rows ends, and one that fails tells why', async () => {
  const connection = newConnection();
  for await (const rows of connection.stream('SELECT 1 FROM dual WHERE FALSE')) expect(rows).toEqual([]);
  const failing = connection.stream('SELECT seq / (SELECT 1 UNION SELECT 2) FROM mysql.seq_1_to_9');
  await expect(failing.next()).rejects.toMatchObject({ code: 'STORE_FAILED', message: /more than 1 row/ });
  expect(await connection.query('SELECT 7')).toEqual([[7]]);
});

test('a stream whose connection breaks says so', async () => {
  const [connection, other] = [newConnection(), newConnection()];
  const [[id] = []] = await connection.query('SELECT CONNECTION_ID()');
  const taking = (async () => {
    for await (const _ of connection.stream('SELECT seq FROM mysql.seq_1_to_1000000000')) await sleep(20);
  })();
  await Promise.all([
    expect(taking).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' }),
    other.run(`KILL ${Number(id)}`),
  ]);
});

test('a connection that breaks while nothing is asked is told to whoever asks next', async () => {
  const [connection, other] = [newConnection(), newConnection()];
  const [[id] = []] = await connection.query('SELECT CONNECTION_ID()');
  await other.run(`KILL ${Number(id)}`);
  await sleep(200);
  for (const ask of [() => connection.query('SELECT 1'), () => connection.run('DO 1')]) {
    await expect(ask()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  }
});

function newConnection(): MysqlConnection {
  const { port } = inject('mariadb');
  const connection = new MysqlConnection({
    kind: 'mysql',
    host: '127.0.0.1',
    port,
    socket: null,
    user: mariadbUser,
    password: mariadbPassword,
    database: 'mysql',
  });
  onTestFinished(() => connection.close());
  return connection;
}
