/** A number between 0 and 1 that looks like chance and is always the same. */
export function createChance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const packages: readonly (readonly [string, readonly string[]])[] = [
  ['gcc', ['11.4.0', '12.3.0', '13.2.0']],
  ['openmpi', ['4.1.5', '4.1.6']],
  ['python', ['3.9.18', '3.11.5', '3.12.1']],
  ['cuda', ['11.8', '12.2']],
  ['openfoam', ['v2212', 'v2306']],
  ['gromacs', ['2022.6', '2023.3']],
  ['R', ['4.2.3', '4.3.2']],
  ['matlab', ['r2022b', 'r2023b']],
  ['hdf5', ['1.12.2', '1.14.1']],
  ['netcdf', ['4.9.2']],
  ['fftw', ['3.3.10']],
  ['lammps', ['20230802']],
  ['vasp', ['6.3.2', '6.4.2']],
  ['cmake', ['3.24.3', '3.27.6']],
  ['boost', ['1.82.0']],
  ['julia', ['1.9.4']],
  ['paraview', ['5.11.2']],
  ['namd', ['2.14']],
  ['amber', ['22']],
  ['blast', ['2.14.1']],
  ['samtools', ['1.18']],
  ['petsc', ['3.20.0']],
  ['ansys', ['2022r2']],
  ['quantum-espresso', ['7.2']],
];

export interface BusySite {
  readonly users: number;
  readonly days: number;
  /** Milliseconds since 1970 UTC of the midnight behind the last day. */
  readonly end: number;
}

/**
 * The log of a site of two clusters, with modules that come and go, weekends and big users: the shape of a real one,
 * though small. Users are called `user00` and so on.
 */
export function busySiteLog({ users, days, end }: BusySite): string {
  const chance = createChance(7);
  const lines: string[] = [];
  for (let day = 0; day < days; day++) {
    const midnight = end - (days - day) * 86_400_000;
    const isWeekend = [0, 6].includes(new Date(midnight).getUTCDay());
    for (let user = 0; user < users; user++) {
      const activity = (0.75 - user / users / 1.6) * (isWeekend ? 0.25 : 1) * (0.7 + (0.3 * day) / days);
      if (chance() > activity) continue;
      for (let load = 0; load < 1 + chance() * 5; load++) {
        const at = Math.min(packages.length - 1, Math.floor(packages.length * chance() ** (1 + (user % 4))));
        const [name, versions] = packages[at] ?? ['gcc', ['12.3.0']];
        // Users move on to the next version in the course of time, and the last package goes out of use.
        if (name === 'ansys' && day > days / 2) continue;
        if (name === 'julia' && day < days * 0.8) continue;
        const version =
          versions[Math.min(versions.length - 1, Math.floor((versions.length * (day / days + chance())) / 2))];
        const syshost = user % 3 === 0 || chance() < 0.2 ? 'birch' : 'alder';
        const time = Math.floor(midnight / 1000 + 28_000 + chance() * 40_000);
        const stamp = new Date(time * 1000).toISOString().slice(0, 19);
        const userName = `user${String(user).padStart(2, '0')}`;
        const module = `${name}/${version}`;
        lines.push(
          `${stamp}+00:00 c1 ModuleUsageTracking: user=${userName} module=${module} path=/apps/${syshost}/modulefiles/${module}.lua host=c1.${syshost}.example.org time=${time}.000000 userload=${chance() < 0.7 ? 'yes' : 'no'}${chance() < 0.5 ? ` jobid=${1000 + user}` : ''} group=g${user % 5}`,
        );
      }
    }
  }
  return `${lines.join('\n')}\n`;
}
