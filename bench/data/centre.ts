import type { Modulefile } from '../../src/core/usage-batch.ts';
import { createRandom, type Random } from './random.ts';

/**
 * A made-up centre with the shape of a real one. Each of its clusters has 900 nodes, 1,600 users and 548 modulefiles,
 * of which 244 have one user; its first ten users make 64 % of its loads, the first alone 15 %.
 */
export interface Centre {
  readonly users: readonly string[];
  readonly clusters: readonly Cluster[];
  /** Those of all clusters. */
  readonly modulefiles: readonly Modulefile[];
}

export interface Cluster {
  readonly syshost: string;
  readonly nodes: readonly string[];
  /** The cluster's users, those with most loads first. */
  readonly members: readonly Member[];
}

/** A user of a cluster. */
export interface Member {
  /** Place in the centre's users. */
  readonly user: number;
  /** Part of the cluster's loads on a day on which everybody is there. */
  readonly share: number;
  /** Places in the centre's modulefiles of all that this user ever loads. */
  readonly repertoire: readonly number[];
}

export const NODES = 900;
export const HEAVY_MEMBERS = 10;
const MEMBERS = 1600;
const SHARED_MODULEFILES = 304;
const PRIVATE_MODULEFILES = 244;
/** Users that a cluster shares with the next one. */
const COMMON_MEMBERS = 400;

/** The part of a cluster's loads that the first, the next nine and all others make. */
const FIRST_SHARE = 0.15;
const HEAVY_SHARE = 0.49;
const LIGHT_SHARE = 0.36;

export function createCentre(clusters: number, seed: number): Centre {
  const random = createRandom(seed);
  const names = new Set<string>();
  const modulefiles: Modulefile[] = [];
  const made = Array.from({ length: clusters }, (_, index) => {
    const syshost = clusterNames[index] ?? `hpc${index + 1}`;
    const firstModulefile = modulefiles.length;
    for (let place = 0; place < SHARED_MODULEFILES + PRIVATE_MODULEFILES; place++) {
      modulefiles.push(createModulefile(syshost, place, random));
    }
    const firstUser = index * (MEMBERS - COMMON_MEMBERS);
    while (names.size < firstUser + MEMBERS) names.add(createUserName(names.size, random));
    return { syshost, nodes: createNodes(), members: createMembers(firstUser, firstModulefile, random) };
  });
  return { users: [...names], clusters: made, modulefiles };
}

const clusterNames = ['ls6', 'frontera', 'stampede3', 'vista', 'maverick2'];

const software = [
  'gcc',
  'openmpi',
  'fftw',
  'hdf5',
  'netcdf',
  'python',
  'R',
  'intel',
  'impi',
  'mkl',
  'petsc',
  'gromacs',
];
const trees = [
  '/opt/apps/intel19/impi19_0/modulefiles',
  '/opt/apps/gcc9_1/mvapich2_2_3/modulefiles',
  '/opt/modulefiles',
];

function createModulefile(syshost: string, place: number, random: Random): Modulefile {
  const base = software[place % software.length] ?? '';
  const name = place < software.length ? base : `${base}${Math.floor(place / software.length)}`;
  const module = `${name}/${1 + random.below(24)}.${random.below(12)}.${random.below(9)}`;
  return { syshost, module, path: `${trees[place % trees.length]}/${module}.lua` };
}

function createUserName(place: number, random: Random): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const letter = (): string => letters[random.below(26)] ?? 'a';
  return random.next() < 0.3 ? `tg${400_000 + place}` : `${letter()}${letter()}${letter()}${letter()}${place}`;
}

function createNodes(): string[] {
  const three = (n: number): string => String(n).padStart(3, '0');
  return Array.from({ length: NODES }, (_, node) => `c${three(101 + Math.floor(node / 12))}-${three((node % 12) + 1)}`);
}

function createMembers(firstUser: number, firstModulefile: number, random: Random): Member[] {
  const repertoires = Array.from({ length: MEMBERS }, (_, place) => {
    const wanted = place < HEAVY_MEMBERS ? 120 : Math.min(4 + random.around(18), 120);
    const chosen = new Set<number>();
    // The power makes few modulefiles everybody's and most of them few people's.
    while (chosen.size < wanted) chosen.add(firstModulefile + Math.floor(random.next() ** 2.5 * SHARED_MODULEFILES));
    return chosen;
  });
  for (let place = 0; place < PRIVATE_MODULEFILES; place++) {
    repertoires[random.below(MEMBERS)]?.add(firstModulefile + SHARED_MODULEFILES + place);
  }
  const weights = repertoires.map((_, place) => (place < HEAVY_MEMBERS ? 1 / (place + 2) : random.next() ** 3));
  const sum = (from: number, to: number): number =>
    weights.slice(from, to).reduce((total, weight) => total + weight, 0);
  const [heavy, light] = [sum(1, HEAVY_MEMBERS), sum(HEAVY_MEMBERS, MEMBERS)];
  return repertoires.map((repertoire, place) => {
    const weight = weights[place] ?? 0;
    const share = place < HEAVY_MEMBERS ? (HEAVY_SHARE * weight) / heavy : (LIGHT_SHARE * weight) / light;
    return { user: firstUser + place, share: place === 0 ? FIRST_SHARE : share, repertoire: [...repertoire] };
  });
}
