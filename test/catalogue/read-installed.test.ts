import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { readLuaRc, readTclRc } from '../../src/catalogue/module-rc.ts';
import { readInstalled } from '../../src/catalogue/read-installed.ts';
import type { InstalledModule } from '../../src/core/catalogue.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const read = (sources: readonly string[], input = ''): Promise<InstalledModule[]> =>
  readInstalled(sources, Readable.from([Buffer.from(input)]));

describe('a list of paths', () => {
  test('gives modules that are called as the ends of their paths; nothing is known of defaults and hidden ones', async () => {
    const text = '\ufeff/apps/modulefiles/gcc/12.2.lua\r\n\r\n  /apps/R/4.0  \n/solo\n/apps/R/4.0\n';
    const unknown = { isDefault: null, isHidden: null, kind: 'list' };
    expect(await read(['-'], text)).toEqual([
      { path: '/apps/R/4.0', module: 'R/4.0', ...unknown },
      { path: '/apps/modulefiles/gcc/12.2.lua', module: 'gcc/12.2', ...unknown },
      { path: '/solo', module: 'solo', ...unknown },
    ]);
  });

  test('is held to paths: a line that is none is named', async () => {
    await expect(read(['-'], '/apps/R/4.0\ngcc/12.2\n')).rejects.toMatchObject({
      code: 'CATALOGUE',
      message: 'standard input:2: gcc/12.2 is no path of a modulefile',
    });
  });
});

describe('several sources', () => {
  test('make one catalogue, each path in it once, in the order of code points', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'tree/gcc'), { recursive: true });
    writeFileSync(join(folder, 'tree/gcc/12.lua'), '');
    writeFileSync(join(folder, 'list'), `${folder}/tree/gcc/12.lua\n/Z\n/😀\n/\uffee\n/a\n`);
    const modules = await read([join(folder, 'tree'), join(folder, 'list'), '-'], '/b\n');
    expect(modules.map(({ path, kind }) => `${path} ${kind}`)).toEqual([
      '/Z list',
      '/a list',
      '/b list',
      `${folder}/tree/gcc/12.lua tree`,
      '/\uffee list',
      '/😀 list',
    ]);
  });

  test('are all needed: one that is missing, empty or broken spoils the rest', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'list'), '/a\n');
    for (const [other, message] of [
      [join(folder, 'nowhere'), /cannot read .*nowhere: ENOENT/],
      ['-', /standard input holds no module/],
      [folder, /test-\w+ holds no module/],
    ] as const) {
      await expect(read([join(folder, 'list'), other])).rejects.toMatchObject({
        code: 'CATALOGUE',
        message: expect.stringMatching(message),
      });
    }
  });
});

test.each([
  ['a spider without MODULEPATH', '{}', /holds no module/],
  ['an empty page', '[]', /holds no module/],
  ['a page without versions', '[{"package":"a","versions":[]}]', /holds no module/],
  ['JSON that was cut off', '{"gcc":{"/apps/gcc', /is broken JSON/],
  ['an error of Environment Modules', '{"errors":[{"severity":"ERROR","message":["no"]}]}', /no list of modules/],
  ['a number', '[1]', /no list of modules/],
  ['null', '[null]', /no list of modules/],
  ['an object of texts', '{"a":"b"}', /no list of modules/],
  ['a spider without names', '{"gcc":{"/apps/gcc":{}}}', /no list of modules/],
  ['a page without paths', '[{"package":"a","versions":[{"full":"a/1"}]}]', /no list of modules/],
  ["Lmod's module -t avail", '/apps/Core:\ngcc/\ngcc/12.2(default)\n', /standard input:2: gcc\/ is a folder/],
])('%s is no catalogue', async (_, text, message) => {
  await expect(read(['-'], text)).rejects.toMatchObject({ code: 'CATALOGUE', message: expect.stringMatching(message) });
});

test('names that are made to deceive are data, in every form', async () => {
  const spider = { ['__proto__']: { '/apps/=cmd|"<b>': { fullName: 'constructor', hidden: false } } };
  expect(await read(['-'], JSON.stringify(spider))).toMatchObject([{ path: '/apps/=cmd|"<b>', module: 'constructor' }]);
  expect((await read(['-'], '/apps/\u001b[2J/=1+1\n'))[0]?.path).toBe('/apps/\u001b[2J/=1+1');
  const long = `/${'é'.repeat(3000)}`;
  expect((await read(['-'], long))[0]).toMatchObject({ path: long.slice(0, 1024), module: 'é'.repeat(255) });
  const [half] = await read(['-'], '{"a":{"/a\\ud800":{"fullName":"a"}}}');
  expect(half?.path).toBe('/a\ufffd');
});

describe('a module tree', () => {
  test('that cannot be read to its end is no catalogue', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a.lua'), '');
    mkdirSync(join(folder, 'python/.modulerc'), { recursive: true });
    await expect(read([folder])).rejects.toMatchObject({
      code: 'CATALOGUE',
      message: expect.stringMatching(/cannot read .*\/python\/\.modulerc: EISDIR/),
    });
  });

  test('may have links that lead round in a circle, and names of all sorts', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'a/b c'), { recursive: true });
    writeFileSync(join(folder, 'a/b c/=1+1.lua'), '');
    writeFileSync(join(folder, 'a/new\nline'), '#%Module');
    symlinkSync('..', join(folder, 'a/up'));
    symlinkSync('self', join(folder, 'a/self'));
    symlinkSync('b c', join(folder, 'a/link'));
    expect((await read([folder])).map(({ module }) => module)).toEqual(['a/b c/=1+1', 'a/link/=1+1', 'a/new\nline']);
  });
});

describe('a file beside modulefiles', () => {
  test('in Tcl is read for its plain statements', () => {
    expect(readTclRc('#%Module\nset ModulesVersion 3.3.8')).toEqual({ default: '3.3.8', hidden: [] });
    expect(readTclRc('module-version /1.0 default; # as ever\n')).toEqual({ default: '/1.0', hidden: [] });
    expect(readTclRc('module-version a/1 \\\n  {default}\nmodule-version a/2 "new"').default).toBe('a/1');
    expect(readTclRc('module-version a/1 default\nset ModulesVersion 2').default).toBe('2');
    expect(readTclRc('# set ModulesVersion 1\nset ModulesVersion $v\nmodule-version [f] default').default).toBe(null);
    expect(
      readTclRc('module-hide --soft --not-user {a b} --after 2025-01-01 foo/1 bar@2 baz\nhide-version x/1').hidden,
    ).toEqual(['foo/1', 'bar/2', 'baz', 'x/1']);
  });

  test('in Lua is read for its plain statements', () => {
    expect(readLuaRc('module_version("a/1", "x")\nmodule_version(\'a/2\',"y",\'default\')').default).toBe('a/2');
    expect(readLuaRc('--[[\nmodule_version("a/1","default")\n]]\n-- hide_version("a/1")\n')).toEqual({
      default: null,
      hidden: [],
    });
    expect(readLuaRc('hide_version("a/1") hide_modulefile \'/p/q\'\nhide{name="b/1", after="2025"}').hidden).toEqual([
      'a/1',
      '/p/q',
      'b/1',
    ]);
    expect(readLuaRc('hide{\n  after = "2025-01-01",\n  name = {"b/1", \'b/2\'},\n}').hidden).toEqual(['b/1', 'b/2']);
  });
});
