import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { unpackedPackage } from './module-tools.ts';

/** A shell in which somebody works with modules: what one command does to the environment, the next one finds. */
export interface ModuleSession {
  /** Runs `module ARGS`. @returns what it printed for people */
  module(...args: readonly string[]): Promise<string>;
  /** Sets a variable. */
  set(name: string, value: string): Promise<void>;
}

/** A session with Debian's Lmod. */
export async function openLmod(env: Readonly<Record<string, string>>): Promise<ModuleSession> {
  const lmod = join(await unpackedPackage('lmod'), 'usr/share/lmod/lmod/libexec/lmod');
  return openSession([lmod, 'bash'], env);
}

/** A session with Debian's Environment Modules. */
export async function openEnvironmentModules(env: Readonly<Record<string, string>>): Promise<ModuleSession> {
  const library = join(await unpackedPackage('environment-modules'), 'usr/lib');
  const [folder = ''] = readdirSync(library).filter((name) => name.includes('-linux-'));
  return openSession(['tclsh8.6', join(library, folder, 'modulecmd.tcl'), 'bash'], env);
}

function openSession(command: readonly string[], env: Readonly<Record<string, string>>): ModuleSession {
  const shell = spawn('bash', ['--norc', '--noprofile'], {
    env: { PATH: process.env['PATH'] ?? '', USER: 'amora', LC_ALL: 'C.UTF-8', ...env },
  });
  onTestFinished(() => void shell.kill('SIGKILL'));
  const words = command.map(quote).join(' ');
  return {
    module: (...args) => say(shell, `eval "$(${words} ${args.map(quote).join(' ')})"`),
    set: async (name, value) => void (await say(shell, `export ${name}=${quote(value)}`)),
  };
}

/** Runs a line and waits for its end, which is told on standard error. */
function say(shell: ChildProcessWithoutNullStreams, line: string): Promise<string> {
  const end = `-- end ${Math.random()} --`;
  return new Promise((resolve, reject) => {
    let heard = '';
    const hear = (text: Buffer): void => {
      heard += text.toString();
      if (!heard.includes(end)) return;
      shell.stderr.off('data', hear);
      shell.off('exit', fail);
      resolve(heard.slice(0, heard.indexOf(end)));
    };
    const fail = (): void => reject(new Error(`the shell is gone: ${heard}`));
    shell.stderr.on('data', hear);
    shell.once('exit', fail);
    shell.stdin.write(`${line}\nprintf '%s' ${quote(end)} >&2\n`);
  });
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
