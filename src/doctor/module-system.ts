import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A module system of this host, called as the shell function `module` calls it. */
export interface ModuleSystem {
  readonly title: 'Lmod' | 'Environment Modules';
  readonly setup: 'lmod' | 'modules';
  readonly command: readonly string[];
}

/** Lmod and Environment Modules, as far as this host has them; who uses them has variables that tell where they are. */
export function findModuleSystems(): ModuleSystem[] {
  const lmod = firstThere([
    process.env['LMOD_CMD'],
    '/usr/share/lmod/lmod/libexec/lmod',
    '/opt/apps/lmod/lmod/libexec/lmod',
  ]);
  const libraries = existsSync('/usr/lib') ? readdirSync('/usr/lib').filter((name) => name.includes('-linux-')) : [];
  const modules = firstThere([
    process.env['MODULES_CMD'],
    ...libraries.map((name) => `/usr/lib/${name}/modulecmd.tcl`),
    '/usr/share/Modules/libexec/modulecmd.tcl',
    '/usr/local/Modules/libexec/modulecmd.tcl',
  ]);
  return [
    ...(lmod === null ? [] : [{ title: 'Lmod', setup: 'lmod', command: [lmod] } as const]),
    ...(modules === null
      ? []
      : [{ title: 'Environment Modules', setup: 'modules', command: ['tclsh', modules] } as const]),
  ];
}

function firstThere(paths: readonly (string | undefined)[]): string | null {
  return paths.find((path) => path !== undefined && path !== '' && existsSync(path)) ?? null;
}

export interface LoadResult {
  readonly status: number | null;
  readonly stderr: string;
}

/**
 * Loads a module that is there for this alone, as a user does.
 * @param env what the user has in the environment besides what this process has
 */
export function loadTestModule(
  system: ModuleSystem,
  module: string,
  env: Readonly<Record<string, string>>,
): LoadResult {
  const tree = mkdtempSync(join(tmpdir(), 'modtally-doctor-'));
  try {
    const path = join(tree, module);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '#%Module\n');
    const [program = '', ...args] = system.command;
    const result: SpawnSyncReturns<string> = spawnSync(program, [...args, 'bash', 'load', module], {
      encoding: 'utf8',
      timeout: 30_000,
      env: { ...withoutModules(process.env), ...env, MODULEPATH: tree },
    });
    return { status: result.status, stderr: result.stderr ?? String(result.error ?? '') };
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

/** An environment in which no module is loaded. */
function withoutModules(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(_ModuleTable|LOADEDMODULES$|_LMFILES_|__LMOD_REF|__MODULES_)/.test(name),
    ),
  );
}
