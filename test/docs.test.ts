import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { listenMeanings, watchMeanings } from '../src/app/live-settings.ts';
import { serveMeanings } from '../src/app/serve-settings.ts';
import { settingMeanings } from '../src/app/settings.ts';
import { commands } from '../src/cli/commands.ts';
import { errorCodes } from '../src/core/error-codes.ts';
import { rejectMeanings } from '../src/core/line-outcome.ts';
import type { LegacyCommand } from '../src/legacy/run-legacy.ts';
import { fieldOf } from '../src/parse/field-names.ts';
import { reports } from '../src/report/reports.ts';
import { makeRequest } from './support/make-request.ts';
import { runCommand } from './support/run-command.ts';
import { newTarget, openTestStore } from './support/stores.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const cli = read('docs/cli.md');
const errors = read('docs/errors.md');
const architecture = read('docs/ARCHITECTURE.md');
const readme = read('README.md');

const documents: readonly string[] = ['.', 'docs', 'docs/adr', 'samples']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => normalize(`${folder}/${name}`)))
  .filter((path) => path.endsWith('.md'));

const sources: readonly string[] = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => `src/${path}`);

const legacyCommands = await findLegacyCommands();
const commonOptions = await optionsOf('init');

describe('docs/cli.md', () => {
  test('has a section for every command of modtally, and for no other', () => {
    const sections = headingsIn(sectionOf(cli, 'modtally')).filter((heading) => heading.startsWith('modtally '));
    expect(sections).toEqual(commands.map(({ name }) => `modtally ${name}`));
  });

  test.each(commands)('names the flags of modtally $name, and no other', async ({ name }) => {
    const own = (await optionsOf(name)).filter((flag) => !commonOptions.includes(flag));
    expect(sorted(flagsIn(sectionOf(cli, `modtally ${name}`)))).toEqual(sorted(own));
  });

  test('names the flags that all commands of modtally have', () => {
    const flags = flagsIn(sectionOf(cli, 'Flags of every modtally command'));
    expect(sorted(flags)).toEqual(sorted([...commonOptions, '-h', '--help']));
  });

  test('has a section for every drop-in command, and for no other', () => {
    const sections = headingsIn(sectionOf(cli, 'Drop-in commands'));
    const names = sections.filter((heading) => !heading.includes(' '));
    expect(sorted(names)).toEqual(sorted(legacyCommands.map(({ name }) => name)));
  });

  test.each(legacyCommands)('names the flags of $name, as its help does, and no other', ({ name, options, help }) => {
    const flags = Object.keys(options).map((option) => `--${option}`);
    expect(sorted(flagsIn(sectionOf(cli, name)))).toEqual(sorted(flags));
    expect(flags.filter((flag) => !help.includes(`\n  ${flag} `))).toEqual([]);
  });

  test('names the flags that all drop-in commands have', () => {
    const code = /const commonOptions[^;]*?= \{([\s\S]*?)\n\};/.exec(read('src/legacy/run-legacy.ts'))?.[1] ?? '';
    const flags = [...code.matchAll(/^ *(\w+): \{[^}]*?(?:short: '(\w)'[^}]*)?\}/gm)];
    const names = flags.flatMap(([, long, short]) =>
      short === undefined ? [`--${long}`] : [`-${short}`, `--${long}`],
    );
    expect(names).toContain('--help');
    expect(sorted(flagsIn(sectionOf(cli, 'Flags of every drop-in command')))).toEqual(sorted(names));
  });

  test('names everything in bin/, which is all that the package installs', () => {
    const { bin } = JSON.parse(read('package.json')) as { readonly bin: Readonly<Record<string, string>> };
    const files = readdirSync(join(root, 'bin')).filter((name) => name !== 'package.json');
    expect(sorted(Object.keys(bin))).toEqual(sorted(files));
    expect(files.filter((name) => !new RegExp(`\\b${name}\\b`).test(cli))).toEqual([]);
  });

  test('names every report, and no other', () => {
    expect(firstCells(sectionOf(cli, 'modtally report'), 'report')).toEqual(reports.map(({ name }) => name));
  });

  test('names every key of import --json, and no other', async () => {
    const folder = temporaryFolder();
    const args = ['import', '--json', '--store', 'duckdb:usage.duckdb', join(root, 'samples/both-2025-03-12.log')];
    const { stdout } = await runCommand('modtally', args, { cwd: folder });
    const keys = firstCells(sectionOf(cli, 'modtally import'), 'key');
    expect(sorted(keys)).toEqual(sorted(Object.keys(JSON.parse(stdout) as object)));
  });

  test('names the flags that one report has, with their defaults, and no other', () => {
    const own = reports.flatMap(({ name, options = [] }) =>
      options.map((option) => [`${name} --${option.name}`, option.fallback]),
    );
    const rows = tableRows(sectionOf(cli, 'modtally report'), 'own flag').map(([flag = '', fallback = '']) => [
      quoted(flag)[0]?.split(' ').slice(0, 2).join(' '),
      quoted(fallback)[0] ?? '',
    ]);
    expect(rows).toEqual(own);
  });

  test('names every key of report --format json, and no other', async () => {
    const store = await openTestStore(newTarget('duckdb'));
    await store.prepare();
    const keys = new Set<string>();
    for (const { options = [], run } of reports) {
      // What a row is decides on the columns.
      const each = options.find(({ name }) => name === 'each')?.hint.split('|') ?? [];
      for (const requested of [{}, ...each.map((what) => ({ each: what }))]) {
        const { columns } = await run(store, makeRequest({ options: requested }));
        for (const { key } of columns) keys.add(key);
      }
    }
    expect(sorted(firstCells(sectionOf(cli, 'modtally report'), 'key'))).toEqual(sorted([...keys]));
  });

  test('names every key that log lines may have, and no other', () => {
    const documented = secondCells(sectionOf(cli, 'Line shapes'), 'field');
    const code = [...read('src/parse/field-names.ts').matchAll(/^ {2}\['(\w+)', '\w+'\],$/gm)].map(
      ([, key]) => key ?? '',
    );
    expect(documented.filter((key) => fieldOf(key) === undefined)).toEqual([]);
    expect(sorted(documented)).toEqual(sorted(code));
  });

  test('names every reason to reject or skip a line, and no other', () => {
    const section = sectionOf(cli, 'Line shapes');
    expect(sorted(firstCells(section, 'reason'))).toEqual(sorted(Object.keys(rejectMeanings)));
    const skips = /type SkipReason = ([^;]*);/.exec(read('src/core/line-outcome.ts'))?.[1] ?? '';
    expect(quoted(/\*\*Skipped\*\*: ([^.]*)\./.exec(section)?.[1] ?? '')).toEqual(
      [...skips.matchAll(/'([^']+)'/g)].map(([, reason]) => reason),
    );
  });

  test('names every variable, and no other', () => {
    const variables = new Set(Object.keys(settingMeanings).map(variableOf));
    for (const path of sources) {
      for (const [, name] of read(path).matchAll(/process\.env\['(\w+)'\]/g)) variables.add(name ?? '');
    }
    // Node itself looks at this one.
    variables.add('TZ');
    expect(sorted(firstCells(sectionOf(cli, 'Environment variables'), 'variable'))).toEqual(sorted([...variables]));
  });

  test('names every setting of the dashboard, with its key, and no other', () => {
    const keys = firstCells(sectionOf(read('docs/dashboard.md'), 'Settings'), 'key in `[serve]`');
    expect(keys).toEqual(Object.keys(serveMeanings));
  });

  test('names every setting of a configuration file, and no other', () => {
    const listed = /with the settings as keys: ([^.]*)\./.exec(sectionOf(cli, 'Configuration files'))?.[1] ?? '';
    expect(quoted(listed)).toEqual(Object.keys(settingMeanings));
  });
});

describe.each([
  ['listen', listenMeanings],
  ['watch', watchMeanings],
])('docs/%s.md', (command, meanings) => {
  test('has every setting with its key and its variable, and no other', () => {
    const rows = tableRows(sectionOf(read(`docs/${command}.md`), 'Settings'), 'key');
    const keys = Object.keys(meanings);
    expect(rows.map((cells) => quoted(cells[0] ?? ''))).toEqual(keys.map((key) => [key]));
    expect(rows.map((cells) => quoted(cells[2] ?? ''))).toEqual(keys.map((key) => [variableOf(`${command}_${key}`)]));
  });

  test('has the flag of each setting', async () => {
    const rows = tableRows(sectionOf(read(`docs/${command}.md`), 'Settings'), 'key');
    const flags = rows.flatMap((cells) => quoted(cells[1] ?? ''));
    expect(await optionsOf(command)).toEqual(expect.arrayContaining(flags));
    expect(rows.filter((cells) => quoted(cells[1] ?? '').length === 0).map((cells) => cells[1])).toEqual(
      command === 'watch' ? ['operands'] : [],
    );
  });
});

describe('README.md', () => {
  test('names both scripts, which can be run', () => {
    const named = sectionOf(readme, 'Two commands').match(/^ {4}script\/\w+/gm) ?? [];
    expect(named.map((line) => line.trim())).toEqual(['script/demo', 'script/test']);
    for (const script of ['script/setup', 'script/demo', 'script/test', '.ci/run']) {
      expect(statSync(join(root, script)).mode & 0o111, script).toBe(0o111);
    }
    expect(read('.ci/run')).toContain('script/test');
  });

  test('has every setting with its variable and its key, and no other', () => {
    const rows = tableRows(sectionOf(readme, 'Settings'), 'setting');
    const keys = Object.keys(settingMeanings);
    expect(rows.map((cells) => quoted(cells[3] ?? ''))).toEqual(keys.map((key) => [key]));
    expect(rows.map((cells) => quoted(cells[2] ?? ''))).toEqual(keys.map((key) => [variableOf(key)]));
  });

  test('leads to every document', () => {
    const reached = new Set(['README.md']);
    for (const path of reached) {
      for (const { target } of linksIn(path)) if (target.endsWith('.md')) reached.add(target);
    }
    expect(documents.filter((path) => !reached.has(path))).toEqual([]);
  });
});

describe('docs/errors.md', () => {
  test('has a section for every error, and for no other', () => {
    const codes = headingsIn(errors).filter((heading) => /^[A-Z_]+$/.test(heading));
    expect(sorted(codes)).toEqual(sorted(Object.keys(errorCodes)));
  });

  test.each(Object.entries(errorCodes))('has the exit status of %s', (code, { exitStatus }) => {
    expect(sectionOf(errors, code).trimStart().split('.', 1)[0]).toBe(`Exit status ${exitStatus}`);
  });
});

describe('docs/ARCHITECTURE.md', () => {
  test('has every folder of src in its table, and no other', () => {
    const rooms = firstCells(sectionOf(architecture, 'The rooms'), 'folder').map((cell) => cell.split('/', 1)[0] ?? '');
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(sorted([...new Set(rooms)])).toEqual(sorted(folders.map(({ name }) => name)));
  });

  test('names only files that are there', () => {
    const named = [...architecture.matchAll(/`([a-z][\w./-]*\/[\w.-]+\.ts)`/g)].map(([, path]) => path ?? '');
    const files = named.filter((path) => !/[A-Z]/.test(path));
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((path) => !existsSync(join(root, path)) && !existsSync(join(root, 'src', path)))).toEqual([]);
  });

  test('has a recipe for what is added most', () => {
    const recipes = headingsIn(sectionOf(architecture, 'Recipes'));
    expect(recipes).toEqual(
      ['report', 'route', 'source', 'store', 'command', 'error', 'setting'].map(
        (noun) => `Add a${noun === 'error' ? 'n' : ''} ${noun}`,
      ),
    );
  });

  test('lists every decision, and each bears its number', () => {
    const records = readdirSync(join(root, 'docs/adr'));
    const listed = linksIn('docs/ARCHITECTURE.md').map(({ target }) => target);
    for (const [index, record] of records.sort().entries()) {
      const number = String(index + 1).padStart(4, '0');
      expect(record).toMatch(new RegExp(`^${number}-[\\w-]+\\.md$`));
      expect(listed).toContain(`docs/adr/${record}`);
      expect(read(`docs/adr/${record}`)).toMatch(new RegExp(`^# ${number} `));
    }
  });
});

describe('all documents', () => {
  test.each(documents)('%s links only to what is there', (path) => {
    const broken = linksIn(path).filter(({ target, anchor }) => {
      if (!existsSync(join(root, target))) return true;
      return anchor !== '' && !headingsIn(read(target)).map(slugOf).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  test('name no variable that nobody looks at', () => {
    const tests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.ts'),
    );
    const code = [...sources, ...tests.map((path) => `test/${path}`)]
      .filter((path) => path !== 'test/docs.test.ts')
      .map(read)
      .join('\n');
    const known = new Set([
      ...(code.match(/MODTALLY_[A-Z_]+/g) ?? []),
      ...Object.keys(settingMeanings).map(variableOf),
      ...Object.keys(listenMeanings).map((key) => variableOf(`listen_${key}`)),
      ...Object.keys(watchMeanings).map((key) => variableOf(`watch_${key}`)),
      ...Object.keys(serveMeanings).map((name) => variableOf(`serve_${name}`)),
    ]);
    const named = documents.flatMap((path) => read(path).match(/MODTALLY_[A-Z_]+/g) ?? []);
    // What recipes call any of them.
    expect(named.filter((name) => !known.has(name) && name !== 'MODTALLY_NAME')).toEqual([]);
  });
});

/** The flags of a command of modtally. */
async function optionsOf(name: string): Promise<string[]> {
  const entry = commands.find((command) => command.name === name);
  const command = await entry?.load();
  return (command?.options ?? []).flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined));
}

async function findLegacyCommands(): Promise<LegacyCommand[]> {
  const found: LegacyCommand[] = [];
  for (const path of sources.filter((source) => source.startsWith('src/legacy/'))) {
    const exported: unknown = await import(/* @vite-ignore */ join(root, path));
    for (const value of Object.values(exported as object)) if (isLegacyCommand(value)) found.push(value);
  }
  return found;
}

function isLegacyCommand(value: unknown): value is LegacyCommand {
  return typeof value === 'object' && value !== null && 'name' in value && 'options' in value && 'help' in value;
}

/** The variable that stands for a setting. */
function variableOf(setting: string): string {
  return `MODTALLY_${setting.toUpperCase()}`;
}

/** A document's part under a heading, up to the next heading of its rank or a higher one. */
function sectionOf(document: string, heading: string): string {
  const lines = document.split('\n');
  const start = lines.findIndex((line) => line.replace(/^#+ /, '') === heading && line.startsWith('#'));
  if (start < 0) throw new Error(`there is no heading ${heading}`);
  const rank = lines[start]?.indexOf(' ') ?? 0;
  const end = lines.findIndex((line, index) => index > start && /^#+ /.test(line) && line.indexOf(' ') <= rank);
  return `\n${lines.slice(start + 1, end < 0 ? undefined : end).join('\n')}`;
}

/** The texts of the headings, without what stands in examples. */
function headingsIn(document: string): string[] {
  return document.split('\n').flatMap((line) => /^#+ (.*)$/.exec(line)?.[1] ?? []);
}

/** The cells of the rows of the table whose first heading is this. */
function tableRows(section: string, firstHeading: string): string[][] {
  const lines = section.split('\n');
  const start = lines.findIndex((line) => line.startsWith('|') && line.split('|')[1]?.trim() === firstHeading);
  if (start < 0) throw new Error(`there is no table of ${firstHeading}`);
  const rows = lines.slice(start + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end < 0 ? undefined : end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function firstCells(section: string, firstHeading: string): string[] {
  return tableRows(section, firstHeading).flatMap(([cell]) => quoted(cell ?? ''));
}

function secondCells(section: string, firstHeading: string): string[] {
  return tableRows(section, firstHeading).flatMap(([, cell]) => quoted(cell ?? ''));
}

/** What stands between backticks. */
function quoted(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, word]) => word ?? '');
}

/** The flags of a section's table, without their values; none where it has no table. */
function flagsIn(section: string): string[] {
  if (!/^\| flag +\|/m.test(section)) return [];
  return firstCells(section, 'flag').map((flag) => flag.split(' ', 1)[0] ?? '');
}

/** The links of a document that lead into the project, as paths from its root. */
function linksIn(path: string): { readonly target: string; readonly anchor: string }[] {
  return [...read(path).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link ?? '')
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [target = '', anchor = ''] = link.split('#');
      return { target: target === '' ? path : normalize(join(dirname(path), target)), anchor };
    });
}

/** A heading as links name it. */
function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function sorted(names: readonly string[]): string[] {
  return [...names].sort();
}
