import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { loadLegacyCommands } from '../../src/legacy/main.ts';
import { formatManPage, type ManPage } from '../../src/man/man-page.ts';
import { newSite } from '../support/site.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const legacy = await loadLegacyCommands();
const names = ['modtally', ...commands.map(({ name }) => `modtally-${name}`), ...legacy.map(({ name }) => name)];
const pathOf = (name: string): string => join(root, 'man', `${name}.1`);

/** The words of a page as a reader sees them, without line ends and bold type. */
function render(path: string): string {
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8', MANWIDTH: '500', MAN_KEEP_FORMATTING: '' };
  return plain(execFileSync('man', ['-P', 'cat', '-l', path], { encoding: 'utf8', env }));
}

function plain(text: string): string {
  return text.replace(/.\u0008/gu, '').replace(/\s+/g, ' ');
}

test('there is a page for every command, which the package installs', () => {
  const manifest: { man: string[] } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(manifest.man.toSorted()).toEqual(names.map((name) => `man/${name}.1`).sort());
  expect(readdirSync(join(root, 'man')).sort()).toEqual(names.map((name) => `${name}.1`).sort());
});

describe.each(names)('%s(1)', (name) => {
  test('is shown by man, groff and mandoc without a warning', () => {
    for (const [program = '', ...args] of [
      ['man', '-P', 'cat', '--warnings', '-l'],
      ['groff', '-man', '-ww', '-z'],
      ['mandoc', '-T', 'lint', '-W', 'warning'],
    ]) {
      const { status, stderr, stdout } = spawnSync(program, [...args, pathOf(name)], { encoding: 'utf8' });
      expect({ program, status, stderr }).toEqual({ program, status: 0, stderr: '' });
      if (program === 'mandoc') expect(stdout).toBe('');
    }
  });

  test('says what the help says', async () => {
    const [command = '', ...args] = name.replace('-', ' ').split(' ');
    const { stdout } = await newSite('duckdb').do(command, [...args, '--help']);
    const page = render(pathOf(name));
    expect(page).toContain(`NAME ${name} - `);
    const help = stdout.replace(/^usage: /i, '').replace(/^[A-Z][a-z]+:$/gm, '');
    for (const word of help.split(/\s+/)) expect(page).toContain(word);
    for (const flag of help.match(/--[\w-]+/g) ?? []) expect(page).toContain(flag);
  });
});

describe('a page', () => {
  const page: ManPage = {
    name: 'x',
    summary: 'does it',
    help: [{ kind: 'usage', lines: ['x [options]', 'x --help'] }],
    parts: [],
    appendix: {},
    seeAlso: ['y'],
  };
  const edition = { version: '1.2.3', date: '2025-01-31' };

  function show(shown: ManPage): string {
    const path = join(temporaryFolder(), 'x.1');
    writeFileSync(path, formatManPage(shown, edition));
    expect(spawnSync('mandoc', ['-T', 'lint', '-W', 'error', path], { encoding: 'utf8' }).stdout).toBe('');
    return render(path);
  }

  test('has a part for each command below its own, and whatever else is to be explained', () => {
    const text = show({
      ...page,
      parts: [{ name: 'x one', help: [{ kind: 'paragraph', text: 'The first.' }] }],
      appendix: { FILES: [{ term: 'x.conf', text: 'what it reads' }] },
    });
    expect(text).toContain('SYNOPSIS x [options] x --help DESCRIPTION x one The first. FILES x.conf what it reads');
    expect(text).toContain('SEE ALSO y(1) modtally 1.2.3');
  });

  test('shows any text as it is', { timeout: 120_000 }, () => {
    const words = fc.stringMatching(/^[!-~é…日]{1,12}( [!-~é…日]{1,12}){0,9}$/);
    fc.assert(
      fc.property(words, words, words, (paragraph, term, example) => {
        const text = show({
          ...page,
          help: [
            { kind: 'paragraph', text: paragraph },
            { kind: 'definitions', heading: '', entries: [{ term, text: paragraph }] },
            { kind: 'verbatim', heading: 'Examples', lines: [example, `.${example}`, `'${example}`] },
          ],
        });
        expect(text).toContain(
          `DESCRIPTION ${paragraph} OPTIONS ${term} ${paragraph} EXAMPLES ${example} .${example} '${example}`,
        );
      }),
      { numRuns: 40 },
    );
  });
});
