import { expect, test } from 'vitest';
import { toolchainOf } from '../../src/core/toolchain.ts';

/** Paths as they are in the world, with root, compiler and MPI. */
const known: readonly (readonly [path: string, root: string, compiler: string | null, mpi: string | null])[] = [
  ['/opt/apps/intel19/impi19_0/modulefiles/fftw3/3.3.8.lua', '/opt/apps', 'intel19', 'impi19_0'],
  ['/opt/apps/intel19/modulefiles/impi/19.0.9.lua', '/opt/apps', 'intel19', null],
  ['/opt/apps/gcc9_1/mvapich2-x_2_3/modulefiles/petsc/3.15.lua', '/opt/apps', 'gcc9_1', 'mvapich2-x_2_3'],
  ['/opt/apps/modulefiles/intel/19.1.1.lua', '/opt/apps', null, null],
  ['/apps/modulefiles/Core/gcc/12.2.lua', '/apps', null, null],
  ['/apps/modulefiles/Compiler/gcc/12.2/openmpi/4.1.lua', '/apps', 'gcc/12.2', null],
  ['/apps/modulefiles/MPI/gcc/12.2/openmpi/4.1/hdf5/1.14.lua', '/apps', 'gcc/12.2', 'openmpi/4.1'],
  ['/sw/modules/all/Core/GCC/12.2.0.lua', '/sw/modules/all', null, null],
  ['/sw/modules/all/Compiler/GCCcore/12.2.0/zlib/1.2.12.lua', '/sw/modules/all', 'GCCcore/12.2.0', null],
  ['/sw/modules/all/MPI/GCC/12.2.0/OpenMPI/4.1.4/HDF5/1.14.0.lua', '/sw/modules/all', 'GCC/12.2.0', 'OpenMPI/4.1.4'],
  ['/sw/modules/all/HDF5/1.14.0-gompi-2023a.lua', '/sw/modules/all', 'gompi-2023a', null],
  ['/sw/modules/all/PyTorch/2.1.2-foss-2023a-CUDA-12.1.1.lua', '/sw/modules/all', 'foss-2023a', null],
  ['/sw/modules/all/Python/3.11.3-GCCcore-12.3.0.lua', '/sw/modules/all', 'GCCcore-12.3.0', null],
  ['/sw/modules/all/Java/17.0.6', '/sw/modules/all', null, null],
  ['/spack/lmod/linux-rocky8-x86_64/Core/gcc/12.2.0.lua', '/spack/lmod/linux-rocky8-x86_64', null, null],
  [
    '/spack/lmod/linux-rocky8-x86_64/gcc/12.2.0/openmpi/4.1.4.lua',
    '/spack/lmod/linux-rocky8-x86_64',
    'gcc/12.2.0',
    null,
  ],
  [
    '/spack/lmod/linux-rocky8-x86_64/gcc/12.2.0/openmpi/4.1.4/hdf5/1.14.lua',
    '/spack/lmod/linux-rocky8-x86_64',
    'gcc/12.2.0',
    'openmpi/4.1.4',
  ],
  [
    '/spack/lmod/linux-rocky8-x86_64/openmpi/4.1.4-z7eojiu/gcc/12.2.0/hdf5/1.14.lua',
    '/spack/lmod/linux-rocky8-x86_64',
    'gcc/12.2.0',
    'openmpi/4.1.4-z7eojiu',
  ],
  [
    '/spack/modules/linux-rocky8-zen2/hdf5/1.14.0-gcc-12.2.0-abcdefg',
    '/spack/modules/linux-rocky8-zen2',
    'gcc-12.2.0',
    null,
  ],
  [
    '/spack/modules/linux-rocky8-zen2/hdf5-1.14.0-gcc-12.2.0-abcdefg',
    '/spack/modules/linux-rocky8-zen2',
    'gcc-12.2.0',
    null,
  ],
  ['/opt/ohpc/pub/moduledeps/gnu12-openmpi4/hdf5/1.10.8', '/opt/ohpc/pub', 'gnu12', 'openmpi4'],
  ['/opt/ohpc/pub/moduledeps/gnu12/openmpi4/4.1.5', '/opt/ohpc/pub', 'gnu12', null],
  ['/opt/ohpc/pub/modulefiles/cmake/3.24.2', '/opt/ohpc/pub', null, null],
  ['/opt/cray/pe/lmod/modulefiles/core/cray-pals/1.2.lua', '/opt/cray/pe/lmod', null, null],
  ['/opt/cray/pe/lmod/modulefiles/compiler/gnu/8.0/cray-hdf5/1.12.lua', '/opt/cray/pe/lmod', 'gnu/8.0', null],
  [
    '/opt/cray/pe/lmod/modulefiles/mpi/gnu/8.0/ofi/1.0/cray-mpich/8.0/cray-hdf5-parallel/1.12.lua',
    '/opt/cray/pe/lmod',
    'gnu/8.0',
    'cray-mpich/8.0',
  ],
  ['/apps/modules/gcc/12.3.0.lua', '/apps/modules', null, null],
  ['/apps/modulefiles/intel/2020/64.lua', '/apps/modulefiles/intel', null, null],
  ['/home/user/sw/modulefiles/tool/1.0', '/home/user/sw', null, null],
  ['/usr/share/modules/modulefiles/dot', '/usr/share/modules', null, null],
  ['gcc/12.2', '/', null, null],
  ['/solo.lua', '/', null, null],
  ['', '/', null, null],
];

test.each(known)('%s', (path, root, compiler, mpi) => {
  expect(toolchainOf(path, [])).toEqual({ root, compiler, mpi });
});

test("a site's own rules go first, in their order; what they do not tell is none", () => {
  const rules = [/^(?<root>\/sites\/[^/]+)\/c-(?<compiler>\w+)\//, /\/m-(?<mpi>\w+)\//, /never(?<root>x)?/];
  const of = (path: string): unknown => toolchainOf(path, rules);
  expect(of('/sites/a/c-gcc/m-x/hdf5/1')).toEqual({ root: '/sites/a', compiler: 'gcc', mpi: null });
  expect(of('/sites/b/m-x/gcc12/hdf5/1')).toEqual({ root: '/sites/b/m-x/gcc12', compiler: null, mpi: 'x' });
  expect(of('/sites/b/gcc12/hdf5/1')).toEqual({ root: '/sites/b', compiler: 'gcc12', mpi: null });
  expect(of('/never/gcc12/hdf5/1')).toEqual({ root: '/never/gcc12', compiler: null, mpi: null });
});

test('a path that is made to keep the reader busy does not', () => {
  const startedAt = performance.now();
  for (const part of ['/gcc1', '/gcc', '/mpi', '-gcc-1', '/linux-a-b', '-', 'gcc1-'])
    toolchainOf(part.repeat(20_000), []);
  expect(performance.now() - startedAt).toBeLessThan(5000);
});
