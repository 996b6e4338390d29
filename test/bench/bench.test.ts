import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { isMet } from '../../bench/benchmark.ts';
import type { Results } from '../../bench/results.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

// Not by npm run bench, which builds anew what other tests are just running.
beforeAll(() => {
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', join(root, 'bench/tsconfig.json')]);
});

test('the bench measures what it says, and writes it as JSON and as a table', () => {
  const folder = temporaryFolder();
  const json = join(folder, 'results.json');
  const chosen = ['import', 'size', 'insert'].flatMap((name) => ['--only', name]);
  const { status, stdout, stderr } = runBench('--tiny', '--json', json, '--data', folder, ...chosen);
  expect({ status, stderr }).toMatchObject({ status: 0, stderr: /^measuring import\n/ });
  const { size, figures, machine }: Results = JSON.parse(readFileSync(json, 'utf8'));
  expect(size).toBe('tiny');
  expect(machine.cores).toBeGreaterThan(0);
  expect(figures.map(({ what }) => what.split(' ', 1)[0])).toEqual(['import', 'store', 'insert']);
  expect(figures[0]?.notes).toMatchObject({ lines: 5000 });
  for (const figure of figures) {
    const { median, min, max } = figure.measured;
    expect(min).toBeGreaterThan(0);
    expect(median).toBeGreaterThanOrEqual(min);
    expect(max).toBeGreaterThanOrEqual(median);
    expect(stdout).toMatch(new RegExp(`^${figure.what} .* ${isMet(figure) ? 'yes' : 'NO'}$`, 'm'));
  }
  expect(stdout).toContain('Of tiny data');
});

test('the bench tells which benchmarks there are', () => {
  const { status, stderr } = runBench('--only', 'nothing');
  expect(status).toBe(2);
  expect(stderr).toMatch(/no benchmark nothing\n[\s\S]*import, gzip, mariadb, reimport, memory, reports, size, insert/);
});

function runBench(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(root, 'bench/built/bench/main.js'), ...args], {
    cwd: root,
    encoding: 'utf8',
  });
}
