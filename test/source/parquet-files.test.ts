import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, createReadStream, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createSiteZone } from '../../src/core/site-zone.ts';
import type { UsageBatch } from '../../src/core/usage-batch.ts';
import { GrowingVocabulary } from '../../src/ingest/growing-vocabulary.ts';
import { createLoadList } from '../../src/ingest/usage-collector.ts';
import { openSpool } from '../../src/parquet/load-duckdb.ts';
import { fileSource, standardInputSource } from '../../src/source/files.ts';
import { runDuckdb } from '../support/duckdb-file.ts';
import { makeLoad } from '../support/make-loads.ts';
import { readContent } from '../support/read-content.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const loads = [
  makeLoad({ user: 'new\nline', path: '/apps/"x"\u001b', host: 'c1.ls6', jobid: '7', group: 'bio', direct: true }),
  makeLoad({ user: '😀', syshost: null, timeUs: Date.UTC(2024, 10, 12) * 1000 + 999_999 }),
];

/** The bytes of a Parquet file of the loads. */
async function parquetBytes(): Promise<Buffer> {
  const collector = createLoadList(new GrowingVocabulary(), createSiteZone('UTC'));
  for (const load of loads) collector.add(load);
  const batches = async function* (): AsyncGenerator<UsageBatch> {
    yield collector.take();
  };
  const spool = await openSpool(batches());
  const path = join(temporaryFolder(), 'usage.parquet');
  await spool.writeParquet(path);
  await spool.close();
  return readFileSync(path);
}

/** A file whose name DuckDB would take for a pattern, or for the end of a text. */
function writeFile(content: Uint8Array): string {
  const path = join(temporaryFolder(), "it's [a] *.parquet");
  writeFileSync(path, content);
  return path;
}

describe('a Parquet file that we have written', () => {
  test('is read as dump records, whatever its name', async () => {
    const expected = [
      {
        user: 'new\nline',
        path: '/apps/"x"\u001b',
        module: 'gcc/12.2',
        syshost: 'ls6',
        date: '1731326400',
        last: 1731326400,
        loads: 1,
        direct_loads: 1,
        dependency_loads: 0,
        job_loads: 1,
        group: 'bio',
        host: 'c1.ls6',
        jobid: '7',
      },
      {
        user: '😀',
        path: '/apps/gcc/12.2.lua',
        module: 'gcc/12.2',
        syshost: 'unknown',
        date: '1731369600',
        last: 1731369600,
        loads: 1,
        direct_loads: 0,
        dependency_loads: 0,
        job_loads: 0,
        group: null,
        host: null,
        jobid: null,
      },
    ];
    const path = writeFile(await parquetBytes());
    const source = fileSource(path);
    expect(source.format).toBe('json');
    const text = await readContent(source);
    expect(text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))).toEqual(expected);
    copyFileSync(path, `${path}.log`);
    expect(await readContent(fileSource(`${path}.log`))).toBe(text);
  });

  test('tells how much of it was read, and its state', async () => {
    const bytes = await parquetBytes();
    const path = writeFile(bytes);
    const opened = await fileSource(path).open();
    let read = 0;
    for await (const _ of opened.chunks((rawBytes) => (read += rawBytes))) expect(read).toBe(0);
    expect(read).toBe(statSync(path).size);
    expect(opened).toMatchObject({ isFinal: true, rawBytes: bytes.length });
    expect(opened.stamp).toMatch(/^\d+(:\d+){4}$/);
    await opened.close();
  });
});

describe('a Parquet file', () => {
  test('that is damaged or cut off is an error', async () => {
    const bytes = await parquetBytes();
    for (const part of [bytes.subarray(0, 4), bytes.subarray(0, -10), Buffer.concat([bytes, Buffer.from('x')])]) {
      await expect(readContent(fileSource(writeFile(part)))).rejects.toMatchObject({
        code: 'INPUT',
        message: expect.stringMatching(/^cannot read \S+/),
      });
    }
  });

  test('of something else is an error', async () => {
    const path = join(temporaryFolder(), 'other.parquet');
    await runDuckdb(':memory:', `COPY (SELECT 1 AS "user") TO '${path}' (FORMAT parquet)`);
    await expect(readContent(fileSource(path))).rejects.toMatchObject({
      code: 'INPUT',
      hint: expect.stringContaining('no Parquet file that modtally has written'),
    });
  });

  test('is not read from a pipe', async () => {
    const path = writeFile(await parquetBytes());
    const pipe = join(temporaryFolder(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    const writer = spawn('sh', ['-c', 'cat "$0" > "$1"', path, pipe]);
    const gone = new Promise((resolve) => writer.once('close', resolve));
    await expect(readContent(fileSource(pipe))).rejects.toMatchObject({ code: 'INPUT', hint: 'Name the file.' });
    await gone;
    const input = standardInputSource(createReadStream(path));
    await expect(readContent(input)).rejects.toMatchObject({ code: 'INPUT', hint: 'Name the file.' });
  });
});
