import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/**
 * The import table of the house (docs/ARCHITECTURE.md): a room, and what its files may import besides each other.
 * A folder stands for all that is in it, `store/*` for the files that lie in store itself.
 */
const rooms: Readonly<Record<string, readonly string[]>> = {
  core: [],
  parse: ['core'],
  mysql: ['core', 'node:', 'mysql2'],
  parquet: ['core', 'node:', '@duckdb/node-api'],
  source: ['core', 'node:', 'mysql', 'parquet'],
  ingest: ['core', 'parse', 'source/source.ts', 'store/store.ts', 'ingest/scan', 'xxhash-wasm'],
  'ingest/scan': ['core', 'parse', 'source/source.ts', 'ingest/*', 'node:'],
  catalogue: ['core', 'node:'],
  people: ['core', 'node:'],
  setup: ['core', 'node:'],
  doctor: ['core', 'parse', 'setup', 'store/store.ts', 'node:'],
  privacy: ['core', 'node:', 'store/store.ts'],
  store: ['core', 'node:', 'mysql/mysql-target.ts'],
  'store/duckdb': ['core', 'node:', 'store/*', '@duckdb/node-api'],
  'store/mysql': ['core', 'node:', 'store/*', 'mysql'],
  'store/clickhouse': ['core', 'node:', 'store/*', '@clickhouse/client'],
  copy: ['core', 'node:', 'store/store.ts', 'store/name-places.ts'],
  report: ['core', 'store/store.ts'],
  view: ['core'],
  app: [
    'core',
    'parse',
    'mysql',
    'parquet',
    'source',
    'catalogue',
    'people',
    'setup',
    'doctor',
    'privacy',
    'ingest',
    'copy',
    'store/*',
    'report',
    'view',
    'node:',
    'smol-toml',
  ],
  cli: ['core', 'view', 'app', 'node:', 'commander'],
  legacy: ['core', 'view', 'app', 'node:'],
  man: ['core', 'app', 'cli', 'legacy', 'node:', 'commander'],
  web: ['core', 'view', 'app', 'node:', 'fastify', 'openid-client'],
  listen: ['core', 'view', 'app', 'node:'],
};

/** The only files that load others when they are asked to, and from where. */
const dynamicImports: Readonly<Record<string, readonly string[]>> = {
  'store/open-store.ts': ['store/duckdb', 'store/mysql', 'store/clickhouse'],
  'parquet/load-duckdb.ts': ['parquet'],
  'cli/commands.ts': ['cli', 'legacy'],
  'cli/commands/listen.ts': ['listen'],
  'cli/commands/watch.ts': ['listen'],
  'cli/commands/serve.ts': ['web'],
  'legacy/main.ts': ['legacy'],
};

const LONGEST_FILE = 300;

interface SourceFile {
  /** From src on. */
  readonly path: string;
  readonly text: string;
  /** Without comments. */
  readonly code: string;
}

const src = fileURLToPath(new URL('../src', import.meta.url));

const files: SourceFile[] = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .sort()
  .map((path) => {
    const text = readFileSync(`${src}/${path}`, 'utf8');
    return { path, text, code: withoutComments(text) };
  });

test('the table has a room for every file, and every file is read', () => {
  expect(files.length).toBeGreaterThan(80);
  expect(files.filter(({ path }) => roomOf(path) === null).map(({ path }) => path)).toEqual([]);
});

test('every form of an import is seen', () => {
  const code = `
    import fs from 'node:fs';
    import type { A } from './a.ts';
    import {
      b,
    } from '../core/b.ts';
    import 'side-effect';
    export { c } from './c.ts';
    export type * from './d.ts';
    const e = await import('./e.ts');
    type F = import('./f.ts').F;
    const text = 'from nowhere';`;
  expect(staticImportsOf(code)).toEqual([
    'node:fs',
    './a.ts',
    '../core/b.ts',
    './c.ts',
    './d.ts',
    'side-effect',
    './f.ts',
  ]);
  expect(dynamicImportsOf(code)).toEqual(['./e.ts']);
});

test('no file imports what its room may not', () => {
  const breaches = files.flatMap(({ path, code }) =>
    staticImportsOf(code)
      .map((name) => targetOf(path, name))
      .filter((target) => !mayImport(path, target))
      .map((target) => `${path} imports ${target}`),
  );
  expect(breaches).toEqual([]);
});

test('no file but those of the table loads another when it is asked to', () => {
  const breaches = files.flatMap(({ path, code }) =>
    dynamicImportsOf(code)
      .map((name) => (name === null ? 'something unknown' : targetOf(path, name)))
      .filter((target) => !(dynamicImports[path] ?? []).some((folder) => target.startsWith(`${folder}/`)))
      .map((target) => `${path} loads ${target}`),
  );
  expect(breaches).toEqual([]);
});

test('no imports go round in a circle', () => {
  const imports = new Map(
    files.map(({ path, code }) => [path, staticImportsOf(code).map((name) => targetOf(path, name))]),
  );
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
    if (trail.includes(path) || done.has(path)) return;
    for (const target of imports.get(path) ?? []) if (imports.has(target)) walk(target, [...trail, path]);
    done.add(path);
  };
  for (const { path } of files) walk(path, []);
  expect(circles).toEqual([]);
});

test('what is built needs no package but those that the project names', () => {
  const folder = new URL('../dist/bundle/', import.meta.url);
  const code = readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const sources = code.flatMap((text) => [
    ...text.matchAll(/(?:^(?:import|export)\b[^;"]*?|\bimport\(|_require\()"((?!\.)[^"]+)"/gm),
  ]);
  const packages = new Set(sources.map(([, source = '']) => /^(?:@[^/]+\/)?[^/]+/.exec(source)?.[0] ?? source));
  const { dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  expect(packages).toContain('fastify');
  expect(packages).toContain('@duckdb/node-bindings');
  expect([...packages].filter((name) => !isBuiltin(name) && !(name in dependencies))).toEqual([]);
});

test('core and parse are pure: they use nothing of Node', () => {
  const impure = files
    .filter(({ path }) => /^(?:core|parse)\//.test(path))
    .filter(({ code }) =>
      /\b(?:process|Buffer|global|globalThis|console|require|setTimeout|setInterval)\s*[.(]/.test(code),
    );
  expect(impure.map(({ path }) => path)).toEqual([]);
});

test('no file has a default export', () => {
  const found = files.filter(({ code }) => /\bexport\s+default\b|\bas\s+default\b/.test(code));
  expect(found.map(({ path }) => path)).toEqual([]);
});

test('no file is longer than 300 lines, unless its head says which algorithm needs the room', () => {
  const long = files.filter(({ text }) => text.split('\n').length - 1 > LONGEST_FILE);
  expect(long.filter(({ text }) => !/algorithm/i.test(headOf(text))).map(({ path }) => path)).toEqual([]);
});

test('files and folders have kebab-case names that say what is in them', () => {
  const names = files.flatMap(({ path }) => path.replace(/\.ts$/, '').split('/'));
  expect(names.filter((name) => !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name))).toEqual([]);
  expect(names.filter((name) => /^(?:utils?|helpers?|misc|common|index)$|-(?:utils?|helpers?)$/.test(name))).toEqual(
    [],
  );
});

/** The room with the longest name that a file lies in. */
function roomOf(path: string): string | null {
  const candidates = Object.keys(rooms).filter((room) => path.startsWith(`${room}/`));
  return candidates.sort((one, other) => other.length - one.length)[0] ?? null;
}

function mayImport(path: string, target: string): boolean {
  const room = roomOf(path);
  if (room === null) return false;
  if (roomOf(target) === room) return true;
  return (rooms[room] ?? []).some((allowed) => {
    if (allowed.endsWith(':')) return target.startsWith(allowed);
    if (allowed.endsWith('/*')) return dirname(target) === allowed.slice(0, -2);
    return target === allowed || target.startsWith(`${allowed}/`);
  });
}

/** A file below src for a relative import, else the name as it stands. */
function targetOf(path: string, name: string): string {
  return name.startsWith('.') ? posix.join(dirname(path), name) : name;
}

function staticImportsOf(code: string): string[] {
  const forms = [
    /^\s*(?:import|export)\b[^;'"=(]*?\bfrom\s*['"]([^'"]+)['"]/gm,
    /^\s*import\s*['"]([^'"]+)['"]/gm,
    /(?<!await )\bimport\(\s*['"]([^'"]+)['"]\s*\)\s*\.\s*[A-Z]/g,
  ];
  return forms.flatMap((form) => [...code.matchAll(form)].map((match) => match[1] ?? ''));
}

/** Null stands for a name that is worked out while the program runs. */
function dynamicImportsOf(code: string): (string | null)[] {
  const types = /(?<!await )\bimport\(\s*['"][^'"]+['"]\s*\)\s*\.\s*[A-Z]/g;
  const calls = code.replace(types, '').matchAll(/\bimport\(\s*(?:['"]([^'"]+)['"])?/g);
  return [...calls].map((match) => match[1] ?? null);
}

/** The comment a file begins with, or the one before its first export. */
function headOf(text: string): string {
  return text.match(/\/\*\*[\s\S]*?\*\//)?.[0] ?? '';
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}
