/** Which compiler and which MPI a module was made with, as its modulefile's path tells it. */
export interface Toolchain {
  /** The folder that the tree of modules lies in. */
  readonly root: string;
  /** As the path has it: `gcc/12.2.0`, `intel19`, of EasyBuild's flat names `foss-2023a`. Null where it tells none. */
  readonly compiler: string | null;
  readonly mpi: string | null;
}

const compilers =
  'gcc|gcccore|gnu|intel|intel-compilers|intel-oneapi-compilers(?:-classic)?|intel-classic|oneapi|icc|iccifort|llvm|clang|aocc|pgi|nvhpc|nvidia|cce|cray|crayclang|armclang|xl|fj|rocmcc|amd';
const mpis =
  'openmpi|ompi|mpich|mvapich2(?:-[a-z]+)?|impi|intelmpi|intel-mpi|intel-oneapi-mpi|cray-mpich|hpcx|hpcx-mpi|mpt|spectrum-mpi|psmpi|parastationmpi';
/** Of EasyBuild; with compilers' own names they end a version in its flat naming scheme, and in Spack's. */
const toolchains =
  'foss|fosscuda|gompi|gompic|gfbf|gcccuda|iimpi|iompi|iomkl|gomkl|gmpich|gmvapich2|nvompi|nvofbf|lfbf|llvm-compilers';

interface PartNames {
  readonly alone: RegExp;
  readonly withVersion: RegExp;
}

const compilerNames = namesOf(compilers);
const mpiNames = namesOf(mpis);
const bothInOne = new RegExp(`^((?:${compilers})[-_]?\\d[\\w.]*)-((?:${mpis})[-_]?\\d[\\w.]*)$`, 'i');
const inVersion = new RegExp(
  `-((?:${toolchains}|${compilers})-(?:\\d{4}[ab](?:\\.\\d+)*|\\d+(?:\\.\\d+)*))(?:-|$)`,
  'i',
);

/** Folders between the root of a tree and what tells modules apart. */
const between = /^(?:core|compiler|mpi|modulefiles|moduledeps)$/i;
/** Spack's folder of an architecture. */
const architecture = /^(?:linux|cray|darwin)-[^-]+-[^-]+$/;

/**
 * Reads a path by some rules, then by what is known of Lmod's hierarchies, EasyBuild, Spack, OpenHPC and Cray.
 * @param rules the groups `root`, `compiler` and `mpi` of the first that matches count
 */
export function toolchainOf(path: string, rules: readonly RegExp[]): Toolchain {
  for (const rule of rules) {
    const groups = rule.exec(path)?.groups;
    if (groups === undefined) continue;
    const { root, compiler, mpi } = groups;
    return { root: root || rootOf(foldersOf(path)), compiler: compiler || null, mpi: mpi || null };
  }
  return readKnownForms(path);
}

function readKnownForms(path: string): Toolchain {
  const folders = foldersOf(path);
  for (const [place, folder] of folders.entries()) {
    const both = bothInOne.exec(folder);
    if (both !== null)
      return { root: rootOf(folders.slice(0, place)), compiler: both[1] ?? null, mpi: both[2] ?? null };
  }
  const compiler = findPart(folders, compilerNames);
  const mpi = findPart(folders, mpiNames);
  const begin = Math.min(compiler?.place ?? folders.length, mpi?.place ?? folders.length);
  const root = rootOf(folders.slice(0, begin));
  if (compiler !== null || mpi !== null) return { root, compiler: compiler?.text ?? null, mpi: mpi?.text ?? null };
  const version = path.slice(path.lastIndexOf('/') + 1).replace(/\.lua$/, '');
  return { root, compiler: inVersion.exec(version)?.[1] ?? null, mpi: null };
}

/** The folders above a module's own name and version; where the last part holds both, as Spack may have it, above that. */
function foldersOf(path: string): string[] {
  const labels = path.split('/');
  return labels.slice(0, architecture.test(labels.at(-2) ?? '') ? -1 : -2);
}

/** A folder with name and version in one, `gcc12`, or two of them, `gcc/12.2.0`. */
function findPart(
  folders: readonly string[],
  names: PartNames,
): { readonly place: number; readonly text: string } | null {
  for (const [place, folder] of folders.entries()) {
    if (names.withVersion.test(folder)) return { place, text: folder };
    const version = folders[place + 1] ?? '';
    if (names.alone.test(folder) && /^v?\d/.test(version)) return { place, text: `${folder}/${version}` };
  }
  return null;
}

function rootOf(folders: readonly string[]): string {
  let end = folders.findIndex((folder) => architecture.test(folder)) + 1 || folders.length;
  while (end > 1 && between.test(folders[end - 1] ?? '')) end--;
  return folders.slice(0, end).join('/') || '/';
}

function namesOf(names: string): PartNames {
  return { alone: new RegExp(`^(?:${names})$`, 'i'), withVersion: new RegExp(`^(?:${names})[-_]?\\d`, 'i') };
}
