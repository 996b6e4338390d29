import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const tcl = '#%Module\nmodule-whatis "a module"\n';

/** Writes files below a folder; a name that does not end in `.lua` gets a modulefile in Tcl unless a text is given. */
function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/** A hierarchy as Lmod knows it, with every way to mark a default and to hide. @returns its MODULEPATH */
export function writeLmodTree(root: string): { readonly core: string; readonly gcc: string; readonly mpi: string } {
  const [core, gcc, mpi] = ['Core', 'gcc12', 'gcc12-openmpi4'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  const lua = 'help([[a module]])\n';
  write(core, {
    'gcc/12.2.lua': `prepend_path("MODULEPATH", "${gcc}")\n`,
    'gcc/11.3.lua': lua,
    'python/3.9.lua': lua,
    'python/3.10.lua': lua,
    'python/.3.11.lua': lua,
    'python/.modulerc.lua':
      '-- hide_version("python/3.9")\nmodule_version("python/3.9", "old", "default")\nhide_version("python/3.10")\n',
    'fftw/3.3.8': tcl,
    'fftw/3.3.10': tcl,
    'fftw/.version': '#%Module\nset ModulesVersion "3.3.8"\n',
    'fftw/3.3.8~': tcl,
    'fftw/#3.3.8#': tcl,
    'fftw/.3.3.8.swp': tcl,
    'fftw/README': 'not a modulefile\n',
    'R/4.0': tcl,
    'R/4.1': tcl,
    'R/4.2': tcl,
    'R/.modulerc':
      '#%Module\n# module-version R/4.0 default\nmodule-version R/4.1 default\nmodule-version R/4.2 new\nmodule-alias Rlang R/4.2\nhide-version R/4.0\n',
    'bio/bowtie/2.1.lua': lua,
    'bio/bowtie/2.2.lua': lua,
    'bio/bowtie/.modulerc.lua': 'module_version("/2.1", "default")\n',
    'both/1.0': tcl,
    'both/1.0.lua': lua,
    'solo.lua': lua,
    tcl: tcl,
    'mixed/1.0.lua': lua,
    'mixed/sub/2.0.lua': lua,
    '.secret/1.0.lua': lua,
    '.alone.lua': lua,
    'away/1.0.lua': lua,
    'away/2.0.lua': lua,
    '.modulerc.lua': `hide_modulefile("${core}/away/2.0.lua")\n`,
    '.git/1.0.lua': lua,
  });
  write(gcc, { 'openmpi/4.1.lua': `prepend_path("MODULEPATH", "${mpi}")\n` });
  write(mpi, { 'hdf5/1.12.lua': lua, 'hdf5/1.14.lua': lua });
  symlinkSync('11.3.lua', join(core, 'gcc/default'));
  symlinkSync('3.9.lua', join(core, 'python/latest.lua'));
  symlinkSync('nowhere.lua', join(core, 'python/broken.lua'));
  return { core, gcc, mpi };
}

/** A tree as Environment Modules knows it. */
export function writeTclTree(root: string): void {
  write(root, {
    'foo/1.0': tcl,
    'foo/2.0': tcl,
    'foo/.3.0': tcl,
    'foo/.modulerc': '#%Module\nmodule-version foo/1.0 stable default\nmodule-alias foolish foo/2.0\n',
    'bar/1': tcl,
    'bar/2': tcl,
    'bar/.version': '#%Module\nset ModulesVersion 1\n',
    'py/3.9': tcl,
    'py/3.10': tcl,
    'py/3.11': tcl,
    'old/1': tcl,
    'old/2': tcl,
    '.modulerc': `#%Module
module-hide py/3.9
module-hide --soft py@3.10
module-hide --hard old
module-tag experimental py/3.11
module-forbid bar/2
`,
    '.kept/1.0': tcl,
    'deep/cat/tool/1.0': tcl,
    'deep/cat/tool/2.0': tcl,
    single: tcl,
  });
}
