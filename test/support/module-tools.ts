import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Debian's packages lmod and environment-modules exclude each other: both are unpacked here, and none is installed. */
const folder = fileURLToPath(new URL('../../node_modules/.cache/debian', import.meta.url));

/**
 * A Debian package, unpacked; fetched once.
 * @returns the folder that stands for its `/`
 */
export async function unpackedPackage(name: string): Promise<string> {
  const unpacked = join(folder, name);
  if (existsSync(unpacked)) return unpacked;
  await mkdir(folder, { recursive: true });
  const draft = await mkdtemp(`${unpacked}-`);
  try {
    const download = (): Promise<unknown> => run('apt-get', ['download', '--quiet', name], { cwd: draft });
    // The lists of packages may be old, or there may be none yet.
    await download().catch(async () => {
      await run('apt-get', ['update', '--quiet']);
      await download();
    });
    const [archive = ''] = await readdir(draft);
    await run('dpkg', ['-x', join(draft, archive), join(draft, 'root')]);
    // Another test may have been faster, and its copy is as good.
    await rename(join(draft, 'root'), unpacked).catch(() => {});
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return unpacked;
}

/** What Lmod's own spider prints about a MODULEPATH. */
export async function runSpider(format: 'spider-json' | 'jsonSoftwarePage', modulepath: string): Promise<string> {
  const spider = join(await unpackedPackage('lmod'), 'usr/share/lmod/lmod/libexec/spider');
  const { stdout } = await run(spider, ['-o', format, modulepath], { env: { PATH: programs, HOME: folder } });
  return stdout;
}

/** What Environment Modules' own `module avail --all` prints about a MODULEPATH. */
export async function runModuleAvail(args: readonly string[], modulepath: string): Promise<string> {
  const root = await unpackedPackage('environment-modules');
  const [library = ''] = (await readdir(join(root, 'usr/lib'))).filter((name) => name.includes('-linux-'));
  const command = join(root, 'usr/lib', library, 'modulecmd.tcl');
  const { stderr } = await run('tclsh8.6', [command, 'bash', 'avail', '--all', ...args], {
    env: { PATH: programs, HOME: folder, MODULEPATH: modulepath },
  });
  return stderr;
}

const programs = process.env['PATH'] ?? '';
