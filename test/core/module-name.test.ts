import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPackageRule, type PackageRule } from '../../src/core/module-name.ts';

function ruleOf(text: string): PackageRule {
  const rule = createPackageRule(text);
  if (rule === null) throw new Error(`no rule: ${text}`);
  return rule;
}

/** `package@version`, as it is told apart. */
function read(rule: string, module: string): string {
  const { package: name, version } = ruleOf(rule)(module);
  return version === null ? name : `${name}@${version}`;
}

describe('without a rule of the site, a name is read by its looks', () => {
  test.each([
    // EasyBuild, with the toolchain as a suffix; its categorized scheme
    ['GCC/12.2.0', 'GCC@12.2.0'],
    ['OpenMPI/4.1.4-GCC-12.2.0', 'OpenMPI@4.1.4-GCC-12.2.0'],
    ['R/4.2.2-foss-2022b', 'R@4.2.2-foss-2022b'],
    ['foss/2022b', 'foss@2022b'],
    ['SciPy-bundle/2023.02-gfbf-2022b', 'SciPy-bundle@2023.02-gfbf-2022b'],
    ['lang/Python/3.10.8-GCCcore-12.2.0-bare', 'Python@3.10.8-GCCcore-12.2.0-bare'],
    // Spack
    ['zlib/1.2.13/ipafjt4', 'zlib@1.2.13'],
    ['openmpi/4.1.5/2pmnv6f5ku5vxxs7kdnihkqqcwbjsjqt', 'openmpi@4.1.5'],
    ['zlib/1.2.13-gcc-12.2.0-ipafjt4', 'zlib@1.2.13-gcc-12.2.0-ipafjt4'],
    ['linux-rocky9-zen3/Core/gcc/12.2.0/k7y4iwx', 'gcc@12.2.0'],
    // Cray
    ['PrgEnv-gnu', 'PrgEnv-gnu'],
    ['PrgEnv-gnu/8.5.0', 'PrgEnv-gnu@8.5.0'],
    ['cray-netcdf/4.9.0.9', 'cray-netcdf@4.9.0.9'],
    ['cray-netcdf-hdf5parallel/4.9.0.9', 'cray-netcdf-hdf5parallel@4.9.0.9'],
    ['craype-x86-milan', 'craype-x86-milan'],
    ['cpe/23.12', 'cpe@23.12'],
    // by hand
    ['matlab/R2023b', 'matlab@R2023b'],
    ['intel/2019u5', 'intel@2019u5'],
    ['hdf5/1.12/openmpi', 'hdf5@1.12/openmpi'],
    ['hdf5/1.12/gcc/9.3', 'hdf5@1.12/gcc/9.3'],
    ['bio/samtools/1.17', 'samtools@1.17'],
    ['bio/3dna/2.4', '3dna@2.4'],
    ['apps/chem/vasp/6.3.0', 'vasp@6.3.0'],
    ['intel/mkl/latest', 'mkl@latest'],
    ['mpi/openmpi-x86_64', 'mpi@openmpi-x86_64'],
    ['anaconda', 'anaconda'],
    ['R/4.3', 'R@4.3'],
    ['gcc/v12', 'gcc@v12'],
    ['2023a/gcc', '2023a@gcc'],
    ['gcc//12.2/', 'gcc@12.2'],
    ['/', '/'],
  ])('%s', (module, expected) => {
    expect(read('auto', module)).toBe(expected);
  });

  test('a word of seven letters or a date behind a version is no hash', () => {
    expect(read('auto', 'lammps/2023.08/20230802')).toBe('lammps@2023.08/20230802');
    expect(read('auto', 'lammps/develop/9f8e7d6')).toBe('lammps@develop');
    expect(read('auto', 'lammps/2023/9f8e7d6')).toBe('lammps@2023');
    expect(read('auto', 'lammps/2023/release')).toBe('lammps@2023/release');
    expect(read('auto', 'lammps/2023/abcdefg')).toBe('lammps@2023/abcdefg');
  });
});

describe('a shape', () => {
  test.each([
    ['name/version', 'bio/samtools/1.17', 'bio@samtools/1.17'],
    ['name/version', 'gcc', 'gcc'],
    ['name/version/hash', 'zlib/1.2.13/abcdefg', 'zlib@1.2.13'],
    ['name/version/hash', 'zlib/1.2.13/abcdefg/more', 'zlib@1.2.13'],
    ['name/version/hash', 'zlib/1.2.13', 'zlib@1.2.13'],
    ['category/name/version', 'bio/samtools/develop', 'samtools@develop'],
    ['category/name/version', 'gcc/12.2', 'gcc@12.2'],
    ['category/category/name/version', 'arch/bio/samtools/1.17/extra', 'samtools@1.17/extra'],
    ['category/name', 'tools/git', 'git'],
    ['name', 'mpi/openmpi-x86_64', 'mpi/openmpi-x86_64'],
  ])('%s reads %s', (rule, module, expected) => {
    expect(read(rule, module)).toBe(expected);
  });
});

describe('an expression', () => {
  const spack = '^(?<name>.+?)-(?<version>\\d[^-]*)(?:-.*)?-[a-z2-7]{7}$';

  test('tells name and version by its groups, and leaves what it does not match to the looks', () => {
    expect(read(spack, 'py-numpy-1.24.3-gcc-12.2.0-abcdefg')).toBe('py-numpy@1.24.3');
    expect(read(spack, 'zlib-1.2.13-abcdefg')).toBe('zlib@1.2.13');
    expect(read(spack, 'gcc/12.2')).toBe('gcc@12.2');
  });

  test('may do without a version', () => {
    expect(read('^(?<name>[^/]+)', 'gcc/12.2')).toBe('gcc');
    expect(read('^(?<name>[^/]+)(?:/(?<version>.+))?$', 'gcc')).toBe('gcc');
  });
});

test.each([
  '',
  'Auto',
  'version',
  'name/name',
  'name/version/version',
  'name/release',
  'name/',
  '^(',
  '^(.*)$',
  '^name',
])('"%s" is no rule', (text) => {
  expect(createPackageRule(text)).toBeNull();
});

test('whatever a module is called, every rule has an answer for it', () => {
  const rules = ['auto', 'name', 'name/version/hash', 'category/name/version', '^(?<name>[a-z]*)'].map(ruleOf);
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('/', '1', '.', 'a', 'é', '😀'), minLength: 1 }), (module) => {
      for (const rule of rules) {
        const { package: name, version } = rule(module);
        expect(name).not.toBe('');
        expect(version).not.toBe('');
      }
    }),
  );
});
