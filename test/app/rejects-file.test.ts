import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRejectsFile } from '../../src/app/rejects-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const spoiled = 'log:1\tuser\tuser= module=gcc\nlog:7\ttoo long\t\n';

function addSpoiled(path: string): ReturnType<typeof createRejectsFile> {
  const rejects = createRejectsFile(path);
  rejects.restart();
  rejects.add('log', 1, 'user', 'user= module=gcc');
  rejects.add('log', 7, 'too long', null);
  return rejects;
}

describe('the file of rejected lines', () => {
  test('grows when lines are kept, and is made for its owner only', async () => {
    const path = join(temporaryFolder(), 'deep/down/rejects.log');
    const rejects = addSpoiled(path);
    expect(rejects.count).toBe(2);
    await rejects.keep();
    await addSpoiled(`${path}.other`).keep();
    expect(readFileSync(path, 'utf8')).toBe(spoiled);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(path, '..'))).toEqual(['rejects.log', 'rejects.log.other']);
  });

  test('is not made where there is nothing to keep', async () => {
    const folder = temporaryFolder();
    const rejects = createRejectsFile(join(folder, 'rejects.log'));
    rejects.restart();
    await rejects.keep();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('does not take lines twice when the import was killed after they were kept, and is run again', async () => {
    const path = join(temporaryFolder(), 'rejects.log');
    writeFileSync(path, 'from before\n');
    await addSpoiled(path).keep();
    await addSpoiled(path).keep();
    expect(readFileSync(path, 'utf8')).toBe(`from before\n${spoiled}`);
  });

  test('gives back what was kept when the import fails after all', async () => {
    const path = join(temporaryFolder(), 'rejects.log');
    writeFileSync(path, 'from before\n');
    const rejects = addSpoiled(path);
    await rejects.keep();
    rejects.restart();
    expect(rejects.count).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe('from before\n');
  });

  test('forgets the lines of a source that could not be read to its end, and of no other', async () => {
    const path = join(temporaryFolder(), 'rejects.log');
    const rejects = addSpoiled(path);
    rejects.begin();
    rejects.add('broken.gz', 1, 'user', 'user= module=gcc');
    rejects.discard();
    rejects.begin();
    rejects.add('last', 3, 'time', 'time=xx');
    expect(rejects.count).toBe(3);
    await rejects.keep();
    expect(readFileSync(path, 'utf8')).toBe(`${spoiled}last:3\ttime\ttime=xx\n`);
  });

  test('keeps what another import has added meanwhile', async () => {
    const path = join(temporaryFolder(), 'rejects.log');
    const rejects = addSpoiled(path);
    await rejects.keep();
    appendFileSync(path, 'of another import\n');
    rejects.restart();
    expect(readFileSync(path, 'utf8')).toBe(`${spoiled}of another import\n`);
  });
});
