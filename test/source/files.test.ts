import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileExists, fileSource, formatOfName, standardInputSource } from '../../src/source/files.ts';
import { asNobody } from '../support/as-nobody.ts';
import { compress, compressors } from '../support/compress.ts';
import { readContent } from '../support/read-content.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Some content that does not compress to almost nothing. */
function makeContent(lines: number): string {
  let state = 1;
  const next = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state;
  };
  return Array.from({ length: lines }, () => `user=u${next() % 999} module=m/${next()} time=${next()}\n`).join('');
}

const content = makeContent(2000);

function writeTemporary(name: string, bytes: string | Uint8Array): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, bytes);
  return path;
}

/** A folder that everybody may look into. */
function openFolder(): string {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  return folder;
}

async function readFile(name: string, bytes: string | Uint8Array): Promise<string> {
  return readContent(fileSource(writeTemporary(name, bytes)));
}

describe('a file', () => {
  test('is read as it is', async () => {
    expect(await readFile('a.log', content)).toBe(content);
  });

  test('is read whole where it is larger than a chunk', async () => {
    const large = content.repeat(40);
    expect(large.length).toBeGreaterThan(3 * 1024 * 1024);
    expect(await readFile('a.log', large)).toBe(large);
  });

  test('may be empty, or shorter than the mark of any compression', async () => {
    for (const text of ['', 'B', '\x1f', 'x\n']) expect(await readFile('a.log', text)).toBe(text);
  });

  test.each(compressors)('that %s made is known by its content, whatever its name', async (program) => {
    for (const name of ['a.log', 'a.gz', 'a.zst', 'a.xz', 'a.json', 'a']) {
      expect(await readFile(name, compress(program, content))).toBe(content);
    }
  });

  test.each(compressors)('that %s made of nothing is empty', async (program) => {
    expect(await readFile('a', compress(program, ''))).toBe('');
  });

  test.each(compressors)('may be several that %s made, one behind the other', async (program) => {
    const members = [content, '', 'middle\n', content].map((part) => compress(program, part));
    expect(await readFile('a', Buffer.concat(members))).toBe(`${content}middle\n${content}`);
  });

  test('may be compressed as hard as it goes', async () => {
    expect(await readFile('a', compress('zstd', content, '--ultra', '-22'))).toBe(content);
    expect(await readFile('a', compress('xz', content, '-9e'))).toBe(content);
  });

  test('may be compressed by several threads at once', async () => {
    const path = writeTemporary('a', content);
    execFileSync('pzstd', ['-q', '-p', '2', path, '-o', `${path}.zst`]);
    expect(await readContent(fileSource(`${path}.zst`))).toBe(content);
    expect(await readFile('b', compress('xz', content.repeat(20), '-T2', '--block-size=100000'))).toBe(
      content.repeat(20),
    );
  });

  test('may have any name', async () => {
    expect(await readFile("it's a \\ 'new'\n\u{1f600} log", content)).toBe(content);
  });

  test('tells how much of it was read', async () => {
    const bytes = compress('gzip', content);
    const opened = await fileSource(writeTemporary('a.gz', bytes)).open();
    let read = 0;
    for await (const _ of opened.chunks((n) => (read += n)));
    await opened.close();
    expect({ read, rawBytes: opened.rawBytes }).toEqual({ read: bytes.length, rawBytes: bytes.length });
  });

  test('that is plain may be written to still; one that is compressed is not', async () => {
    const isFinal = async (bytes: string | Uint8Array): Promise<boolean> => {
      const opened = await fileSource(writeTemporary('a', bytes)).open();
      await opened.close();
      return opened.isFinal;
    };
    expect(await isFinal(content)).toBe(false);
    for (const program of compressors) expect(await isFinal(compress(program, content))).toBe(true);
  });

  test('tells when it was last written', async () => {
    const path = writeTemporary('a.log', content);
    utimesSync(path, 1_700_000_000, 1_700_000_000);
    const opened = await fileSource(path).open();
    await opened.close();
    expect(opened.writtenAt).toBe(1_700_000_000);
  });

  test('that grows while it is read gives what was there when it was opened', async () => {
    const path = writeTemporary('a.log', content);
    const opened = await fileSource(path).open();
    appendFileSync(path, 'later\n');
    const chunks: Uint8Array[] = [];
    for await (const chunk of opened.chunks(() => {})) {
      chunks.push(chunk);
      appendFileSync(path, 'later still\n');
    }
    await opened.close();
    expect(Buffer.concat(chunks).toString()).toBe(content);
    expect(opened.rawBytes).toBe(content.length);
  });

  test('that is cut while it is read ends where it ends', async () => {
    const path = writeTemporary('a.log', content);
    const opened = await fileSource(path).open();
    truncateSync(path, 100);
    let text = '';
    for await (const chunk of opened.chunks(() => {})) text += Buffer.from(chunk).toString();
    await opened.close();
    expect(text).toBe(content.slice(0, 100));
  });

  test('that is renamed while it is read is read to its end', async () => {
    const path = writeTemporary('a.log', content);
    const opened = await fileSource(path).open();
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'anew\n');
    let text = '';
    for await (const chunk of opened.chunks(() => {})) text += Buffer.from(chunk).toString();
    await opened.close();
    expect(text).toBe(content);
  });

  test('need not be read to its end, compressed or not', async () => {
    for (const bytes of [content, ...compressors.map((program) => compress(program, content))]) {
      const opened = await fileSource(writeTemporary('a', bytes)).open();
      for await (const chunk of opened.chunks(() => {})) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      await opened.close();
    }
  });
});

describe('the stamp of a file', () => {
  const stampOf = async (path: string): Promise<string | null> => {
    const opened = await fileSource(path).open();
    await opened.close();
    return opened.stamp;
  };

  test('is the same as long as nothing touches it', async () => {
    const path = writeTemporary('a.log', content);
    expect(await stampOf(path)).toBe(await stampOf(path));
  });

  test('is the same under another link, and another one for a copy', async () => {
    const path = writeTemporary('a.log', content);
    const stamp = await stampOf(path);
    symlinkSync(path, `${path}.link`);
    expect(await stampOf(`${path}.link`)).toBe(stamp);
    copyFileSync(path, `${path}.copy`);
    expect(await stampOf(`${path}.copy`)).not.toBe(stamp);
  });

  test('changes with each write, also where size and time are put back', async () => {
    const path = writeTemporary('a.log', content);
    const { atime, mtime } = statSync(path);
    const stamp = await stampOf(path);
    writeFileSync(path, content.replace('user=', 'USER='));
    utimesSync(path, atime, mtime);
    expect(await stampOf(path)).not.toBe(stamp);
  });
});

describe('a file that cannot be read to its end is named:', () => {
  const fails = async (path: string, words: RegExp): Promise<void> => {
    const error = await readContent(fileSource(path)).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ name: 'AppError', code: 'INPUT', message: expect.stringContaining(path) });
    expect(error).toMatchObject({ message: expect.stringMatching(words) });
    expect(String(error)).not.toContain('\n');
  };

  test.each(compressors)('one that %s made and that was cut, wherever', async (program) => {
    const small = compress(program, makeContent(20));
    const shortest = { gzip: 2, zstd: 4, xz: 6 }[program];
    const lengths = Array.from({ length: small.length - shortest }, (_, i) => shortest + i);
    // Each takes a process of its own, but for gzip.
    const cuts =
      program === 'gzip' ? lengths : lengths.filter((_, i) => i < 12 || i % 41 === 0 || i > lengths.length - 9);
    for (const length of cuts) await fails(writeTemporary('a', small.subarray(0, length)), /cannot decompress/);
  });

  test.each(compressors)('one that %s made and that was damaged', async (program) => {
    const bytes = compress(program, content);
    for (const share of [0.2, 0.5, 0.8]) {
      const damaged = Buffer.from(bytes);
      damaged.fill(0x55, Math.floor(damaged.length * share), Math.floor(damaged.length * share) + 20);
      await fails(writeTemporary('a', damaged), /cannot decompress/);
    }
  });

  test.each(compressors)('one that %s made, with something else behind it', async (program) => {
    const bytes = Buffer.concat([compress(program, content), Buffer.from('user=alice\n')]);
    await fails(writeTemporary('a', bytes), /cannot decompress/);
  });

  test('one whose second member was cut', async () => {
    const member = compress('gzip', content);
    for (const length of [1, 2, 5, 10, 100, member.length - 1]) {
      await fails(writeTemporary('a', Buffer.concat([member, member.subarray(0, length)])), /cannot decompress/);
    }
  });

  test.each([
    ['bzip2', 'bzip2', compress('bzip2', content)],
    ['compress', 'compress', Buffer.from([0x1f, 0x9d, 0x90, 1, 2, 3])],
    ['lz4', 'lz4', Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x64])],
    ['zip', 'zip', Buffer.from('PK\x03\x04\x14\0')],
  ])('one that %s made, with a hint', async (_, name, bytes) => {
    const path = writeTemporary('a.log', bytes);
    const error = await readContent(fileSource(path)).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'INPUT', hint: expect.stringContaining('Decompress it first') });
    expect(error).toMatchObject({ message: expect.stringContaining(`${path} is compressed with ${name}`) });
  });

  test('one whose program is not there, with a hint', async () => {
    const path = writeTemporary('a', compress('zstd', content));
    const before = process.env['PATH'];
    process.env['PATH'] = temporaryFolder();
    try {
      const error = await readContent(fileSource(path)).catch((cause: unknown) => cause);
      expect(error).toMatchObject({ code: 'INPUT', message: expect.stringContaining('zstd is not installed') });
      expect(error).toMatchObject({ hint: expect.stringContaining('Install zstd') });
    } finally {
      process.env['PATH'] = before;
    }
  });

  test('one that is missing', async () => {
    await fails(join(temporaryFolder(), 'none.log'), /cannot read .*ENOENT/);
  });

  test('one that is a directory', async () => {
    await fails(temporaryFolder(), /is a directory/);
  });

  test('one below something that is no directory', async () => {
    const path = writeTemporary('a.log', content);
    await fails(join(path, 'b.log'), /ENOTDIR/);
  });

  test('one that may not be read', async () => {
    const path = join(openFolder(), 'a.log');
    writeFileSync(path, content, { mode: 0 });
    await asNobody(() => fails(path, /EACCES.*a\.log/));
  });
});

describe('a pipe', () => {
  test.each(['plain', ...compressors])('that is named like a file is read to its end: %s', async (program) => {
    const bytes = program === 'plain' ? Buffer.from(content) : compress(program, content);
    const folder = temporaryFolder();
    const path = join(folder, 'pipe');
    const file = join(folder, 'a');
    writeFileSync(file, bytes);
    execFileSync('mkfifo', [path]);
    const writer = spawn('sh', ['-c', `cat '${file}' > '${path}'`], { stdio: 'ignore' });
    const ended = new Promise((resolve) => writer.once('close', resolve));
    const source = fileSource(path);
    const opened = await source.open();
    expect(opened).toMatchObject({ stamp: null, isFinal: true, writtenAt: null, rawBytes: null });
    let text = '';
    for await (const chunk of opened.chunks(() => {})) text += Buffer.from(chunk).toString();
    await opened.close();
    await ended;
    expect(text).toBe(content);
    expect(await source.remove()).toBe(false);
    expect(existsSync(path)).toBe(true);
  });

  test('that comes in drops is read, and its compression known', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'pipe');
    writeFileSync(join(folder, 'a'), compress('gzip', 'user=alice\n'));
    execFileSync('mkfifo', [path]);
    const drip = `{ head -c 1; sleep 0.1; head -c 2; sleep 0.1; cat; } < '${folder}/a' > '${path}'`;
    spawn('sh', ['-c', drip], { stdio: 'ignore' });
    expect(await readContent(fileSource(path))).toBe('user=alice\n');
  });

  test('with a compression that is not read is refused by its name', async () => {
    const path = join(temporaryFolder(), 'pipe');
    writeFileSync(`${path}.bz2`, compress('bzip2', content));
    execFileSync('mkfifo', [path]);
    spawn('sh', ['-c', `cat '${path}.bz2' > '${path}'`], { stdio: 'ignore' });
    await expect(readContent(fileSource(path))).rejects.toMatchObject({
      code: 'INPUT',
      message: expect.stringContaining(`${path} is compressed with bzip2`),
    });
  });
});

describe('standard input', () => {
  async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }

  test.each(['plain', ...compressors])('is read whatever the pieces it comes in: %s', async (program) => {
    const small = makeContent(10);
    const bytes = program === 'plain' ? Buffer.from(small) : compress(program, small);
    for (const size of [1, 3, 7, 64, 100_000]) {
      expect(await readContent(standardInputSource(inPieces(bytes, size)))).toBe(small);
    }
  });

  test('may be empty', async () => {
    expect(await readContent(standardInputSource(inPieces(Buffer.alloc(0), 1)))).toBe('');
  });

  test('that is damaged is named', async () => {
    const bytes = compress('gzip', content);
    const source = standardInputSource(inPieces(bytes.subarray(0, -9), 1000));
    await expect(readContent(source)).rejects.toMatchObject({
      code: 'INPUT',
      message: expect.stringContaining('cannot decompress standard input'),
    });
  });

  test('is not removed', async () => {
    expect(await standardInputSource(inPieces(Buffer.alloc(0), 1)).remove()).toBe(false);
  });
});

describe('removing', () => {
  const read = async (path: string): Promise<ReturnType<typeof fileSource>> => {
    const source = fileSource(path);
    await readContent(source);
    return source;
  };

  test('takes away a file that was read', async () => {
    const path = writeTemporary('a.log', content);
    expect(await (await read(path)).remove()).toBe(true);
    expect(existsSync(path)).toBe(false);
  });

  test('leaves a file that was not read', async () => {
    const path = writeTemporary('a.log', content);
    expect(await fileSource(path).remove()).toBe(false);
    expect(existsSync(path)).toBe(true);
  });

  test('leaves a file that has grown, was written anew, or was replaced since it was read', async () => {
    const changes: ((path: string) => void)[] = [
      (path) => appendFileSync(path, 'x'),
      (path) => writeFileSync(path, content),
      (path) => {
        rmSync(path);
        writeFileSync(path, content);
      },
      (path) => renameSync(writeTemporary('b.log', content), path),
    ];
    for (const change of changes) {
      const path = writeTemporary('a.log', content);
      const source = await read(path);
      change(path);
      expect(await source.remove()).toBe(false);
      expect(readFileSync(path, 'utf8')).toContain(content);
    }
  });

  test('takes a file for gone that is gone', async () => {
    const path = writeTemporary('a.log', content);
    const source = await read(path);
    rmSync(path);
    expect(await source.remove()).toBe(true);
  });

  test('takes away a link, and leaves what it links to', async () => {
    const path = writeTemporary('a.log', content);
    symlinkSync(path, `${path}.link`);
    expect(await (await read(`${path}.link`)).remove()).toBe(true);
    expect(existsSync(path)).toBe(true);
    expect(await fileExists(`${path}.link`)).toBe(false);
  });

  test('fails where the folder is read-only, and says that the loads are in', async () => {
    const folder = openFolder();
    const path = join(folder, 'a.log');
    writeFileSync(path, content, { mode: 0o644 });
    const source = await read(path);
    chmodSync(folder, 0o555);
    await asNobody(() =>
      expect(source.remove()).rejects.toMatchObject({ code: 'OUTPUT', hint: expect.stringContaining('are stored') }),
    );
    chmodSync(folder, 0o755);
    expect(existsSync(path)).toBe(true);
  });
});

test('whether there is anything under a name', async () => {
  const path = writeTemporary('a.log', '');
  symlinkSync('nowhere', `${path}.dangling`);
  expect(await fileExists(path)).toBe(true);
  expect(await fileExists(`${path}.dangling`)).toBe(true);
  expect(await fileExists(`${path}.none`)).toBe(false);
});

test('dump files are known by their names', () => {
  for (const name of ['a.json', 'A.JSON', '/x/a.jsonl', 'a.ndjson', 'a.json.gz', 'a.jsonl.zst', 'a.json.xz']) {
    expect(formatOfName(name)).toBe('json');
  }
  for (const name of ['a.log', 'json', 'a.json.1', 'a.json.bz2', 'a.json/b', 'a.jsonx', 'messages']) {
    expect(formatOfName(name)).toBe('log');
  }
});
