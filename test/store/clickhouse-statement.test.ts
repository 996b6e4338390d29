import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { ClickhouseConnection } from '../../src/store/clickhouse/clickhouse-connection.ts';
import { featuresOf } from '../../src/store/clickhouse/server-features.ts';
import { writeValues } from '../../src/store/clickhouse/statement.ts';
import { clickhousePassword, clickhouseUser } from '../support/clickhouse-cluster.ts';

let connection: ClickhouseConnection;

beforeAll(() => {
  connection = new ClickhouseConnection({
    kind: 'clickhouse',
    hosts: inject('clickhouse').ports.map((port) => ({ host: '127.0.0.1', port })),
    isSecure: false,
    user: clickhouseUser,
    password: clickhousePassword,
    database: 'default',
    cluster: null,
  });
});
afterAll(() => connection.close());

/** A text as the server has understood it, by its bytes and by both ways in which answers come. */
async function sent(text: string): Promise<unknown[]> {
  const statement = { sql: 'SELECT hex({text:String}), {text:String}', values: { text } };
  const [row = []] = await connection.query(statement);
  const streamed: unknown[] = [];
  for await (const rows of connection.stream(statement)) streamed.push(...rows);
  return [Buffer.from(String(row[0]), 'hex').toString(), row[1], ...streamed.flat().slice(1)];
}

describe('a text that is written into a statement', () => {
  test('arrives with each character as it is, alone and beside what is special', async () => {
    const bytes = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('');
    for (const text of [
      bytes,
      [...bytes].map((one) => `\\${one}'${one}`).join(''),
      "'; DROP TABLE x; --",
      '{text:String}',
    ]) {
      expect(await sent(text)).toEqual([text, text, text]);
    }
  });

  test('arrives as it is, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) => {
        expect(await sent(text)).toEqual([text, text, text]);
      }),
      { numRuns: 60 },
    );
  });

  test('is found in a list of thousands', async () => {
    const names = Array.from({ length: 60_000 }, (_, at) => `o'b\\${at}`);
    const statement = { sql: 'SELECT {one:String} IN {names:Array(String)}, {other:String} IN {names:Array(String)}' };
    expect(await connection.query({ ...statement, values: { one: "o'b\\59999", other: "o'b", names } })).toEqual([
      [1, 0],
    ]);
  });

  test('is not taken for a place of values where it stands in a statement already', async () => {
    const written = writeValues({
      sql: "SELECT {one:String}, '{one:String}\\'{two:String}' AS `{one:String}`",
      values: { one: 'x' },
    });
    expect(written).toBe("SELECT 'x', '{one:String}\\'{two:String}' AS `{one:String}`");
    expect(await connection.query(written)).toEqual([['x', "{one:String}'{two:String}"]]);
  });

  test('must have a value', () => {
    expect(() => writeValues({ sql: 'SELECT {x:String}', values: {} })).toThrow('{x:String}');
  });
});

test('what a server can do is known from its version', () => {
  expect(featuresOf('18.16.1')).toEqual({
    version: '18.16.1',
    hasQueryParameters: false,
    hasParallelQuorum: false,
    limitsPartitionsOfInsert: false,
    dropsLater: false,
  });
  expect(featuresOf('19.14.3.3')).toMatchObject({ hasQueryParameters: true, hasParallelQuorum: false });
  expect(featuresOf('26.3.1.100')).toMatchObject({
    hasQueryParameters: true,
    hasParallelQuorum: true,
    limitsPartitionsOfInsert: true,
    dropsLater: true,
  });
});
