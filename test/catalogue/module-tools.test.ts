import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { readInstalled } from '../../src/catalogue/read-installed.ts';
import type { InstalledModule } from '../../src/core/catalogue.ts';
import { runModuleAvail, runSpider } from '../support/module-tools.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeLmodTree, writeTclTree } from '../support/write-module-tree.ts';

const read = (...sources: readonly string[]): Promise<InstalledModule[]> => readInstalled(sources, Readable.from([]));
const piped = (text: string): Promise<InstalledModule[]> => readInstalled(['-'], Readable.from([Buffer.from(text)]));

/** `PATH = MODULE`, with a star where it is the default, in brackets where it is hidden. */
function shown(modules: readonly InstalledModule[], root: string): string[] {
  return modules.map(({ path, module, isDefault, isHidden }) => {
    const name = `${path.replace(`${root}/`, '')} = ${module}${isDefault ? ' *' : ''}`;
    return isHidden ? `(${name})` : name;
  });
}

test("Lmod's own spider is understood, and the same modules are found in the tree without it", async () => {
  const root = temporaryFolder();
  const { core, gcc, mpi } = writeLmodTree(root);
  const spider = await piped(await runSpider('spider-json', core));
  expect(shown(spider, root)).toEqual([
    '(Core/.alone.lua = .alone)',
    '(Core/.secret/1.0.lua = .secret/1.0)',
    '(Core/R/4.0 = R/4.0)',
    'Core/R/4.1 = R/4.1 *',
    'Core/R/4.2 = R/4.2',
    'Core/away/1.0.lua = away/1.0',
    '(Core/away/2.0.lua = away/2.0)',
    'Core/bio/bowtie/2.1.lua = bio/bowtie/2.1 *',
    'Core/bio/bowtie/2.2.lua = bio/bowtie/2.2',
    'Core/both/1.0.lua = both/1.0',
    'Core/fftw/3.3.10 = fftw/3.3.10',
    'Core/fftw/3.3.8 = fftw/3.3.8 *',
    'Core/gcc/11.3.lua = gcc/11.3 *',
    'Core/gcc/12.2.lua = gcc/12.2',
    'Core/mixed/1.0.lua = mixed/1.0',
    'Core/mixed/sub/2.0.lua = mixed/sub/2.0',
    '(Core/python/.3.11.lua = python/.3.11)',
    '(Core/python/3.10.lua = python/3.10)',
    'Core/python/3.9.lua = python/3.9 *',
    'Core/python/latest.lua = python/latest',
    'Core/solo.lua = solo',
    'Core/tcl = tcl',
    'gcc12-openmpi4/hdf5/1.12.lua = hdf5/1.12',
    'gcc12-openmpi4/hdf5/1.14.lua = hdf5/1.14',
    'gcc12/openmpi/4.1.lua = openmpi/4.1',
  ]);
  const tree = await read(core, gcc, mpi);
  expect(tree).toEqual(spider.map((module) => ({ ...module, kind: 'tree' })));
});

test("Lmod's own software page is understood: it has all that is not hidden", async () => {
  const root = temporaryFolder();
  const { core, gcc, mpi } = writeLmodTree(root);
  const visible = (await read(core, gcc, mpi)).filter(({ isHidden }) => isHidden === false);
  const page = await piped(await runSpider('jsonSoftwarePage', core));
  expect(page).toEqual(visible.map((module) => ({ ...module, kind: 'page' })));
});

test("Environment Modules' own module avail is understood, and the same modules are found in the tree", async () => {
  const root = temporaryFolder();
  writeTclTree(join(root, 'one'));
  writeTclTree(join(root, 'two'));
  const path = `${root}/one:${root}/two:${root}/nowhere`;
  const json = await piped(await runModuleAvail(['--json'], path));
  const told = [
    '(one/.kept/1.0 = .kept/1.0)',
    'one/bar/1 = bar/1 *',
    'one/bar/2 = bar/2',
    'one/deep/cat/tool/1.0 = deep/cat/tool/1.0',
    'one/deep/cat/tool/2.0 = deep/cat/tool/2.0',
    '(one/foo/.3.0 = foo/.3.0)',
    'one/foo/1.0 = foo/1.0 *',
    'one/foo/2.0 = foo/2.0',
    'one/py/3.10 = py/3.10',
    'one/py/3.11 = py/3.11',
    '(one/py/3.9 = py/3.9)',
    'one/single = single',
  ];
  expect(shown(json, root)).toEqual([...told, ...told.map((line) => line.replace('one/', 'two/'))]);
  expect(await piped(await runModuleAvail(['-t'], path))).toEqual(json);
  // What is hidden hard is not even told with --all, and what is hidden softly is told as if it were not.
  const inTree = [
    ...told.filter((line) => !line.includes('py/3.10')),
    '(one/py/3.10 = py/3.10)',
    ...['1', '2'].map((n) => `(one/old/${n} = old/${n})`),
  ];
  expect(shown(await read(join(root, 'one')), root).sort()).toEqual(inTree.sort());
});

test('a virtual module of Environment Modules does not hide the module that it stands for', async () => {
  const root = temporaryFolder();
  writeTclTree(root);
  mkdirSync(join(root, 'a'));
  writeFileSync(join(root, 'a/.modulerc'), `#%Module\nmodule-virtual a/virtual ${root}/foo/1.0\n`);
  const modules = await piped(await runModuleAvail(['--json'], root));
  expect(shown(modules, root)).toContain('foo/1.0 = foo/1.0 *');
  expect(modules.filter(({ path }) => path === `${root}/foo/1.0`)).toHaveLength(1);
  symlinkSync(root, join(root, 'a/back'));
  expect(shown(await read(root), root).filter((line) => line.includes('back'))).toEqual([]);
});
