import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/** A module name that has everything that quoting can get wrong. */
export const oddName = `od d"q'u\\o,te=x\\`;

/** A tree for Lmod: a hierarchy, dependencies, a sticky module, one in Tcl, one that fails. @returns its MODULEPATH */
export function writeHierarchy(root: string): string {
  const below = (compiler: string): string => `family("compiler")\nprepend_path("MODULEPATH", "${root}/${compiler}")\n`;
  write(root, {
    'Core/gcc/12.lua': below('gcc'),
    'Core/intel/24.lua': below('intel'),
    'gcc/openmpi/4.lua': 'load("libfabric")\n',
    'intel/openmpi/4.lua': 'load("libfabric")\n',
    'Core/libfabric/1.lua': 'setenv("FABRIC", "1")\n',
    'Core/needs/1.lua': 'depends_on("libfabric")\n',
    'Core/sticky/1.lua': 'add_property("lmod", "sticky")\n',
    'Core/tcl/2': '#%Module\nmodule load libfabric\n',
    'Core/broken/1.lua': 'LmodError("it is broken")\n',
    [`Core/${oddName}/1.lua`]: 'setenv("ODD", "1")\n',
  });
  return join(root, 'Core');
}

/** A tree for Environment Modules: the same without a hierarchy. @returns its MODULEPATH */
export function writeFlatTree(root: string): string {
  write(root, {
    'gcc/12': '#%Module\n',
    'gcc/13': '#%Module\n',
    'libfabric/1': '#%Module\nsetenv FABRIC 1\n',
    'app/1': '#%Module\nmodule load libfabric/1\n',
    'needs/1': '#%Module\nprereq libfabric/1\n',
    'sticky/1': '#%Module\nsetenv STICKY 1\n',
    'broken/1': '#%Module\nbreak\n',
    'halfway/1': '#%Module\nmodule load libfabric/1\nmodule load broken/1\n',
    '.modulerc': '#%Module\nmodule-tag sticky sticky\n',
  });
  return root;
}
