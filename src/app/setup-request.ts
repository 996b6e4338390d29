import { realpathSync } from 'node:fs';
import { AppError } from '../core/app-error.ts';
import { readWholeNumber } from '../core/whole-number.ts';
import { isSetupName, type SetupName, setups } from '../setup/pieces.ts';
import { type SetupChoices, type Transport, transports } from '../setup/setup-choices.ts';
import { absolutePath } from './store-url.ts';

/** Choices as a command line gives them. */
export interface SetupOptions {
  readonly cluster?: string;
  readonly socket?: string;
  readonly folder?: string;
  readonly to?: string;
  readonly transport?: readonly string[];
  readonly port?: string;
  readonly input?: boolean;
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
  readonly log?: string;
  readonly copytruncate?: boolean;
  readonly keepMonths?: string;
  readonly user?: string;
  readonly watch?: boolean;
}

/** What can be set up, and which choices each knows. */
const choicesOf: Readonly<Record<SetupName, readonly (keyof SetupOptions)[]>> = {
  lmod: ['cluster', 'socket', 'folder'],
  modules: ['cluster', 'socket', 'folder'],
  rsyslog: ['to', 'transport', 'port', 'input', 'cert', 'key', 'ca', 'log', 'user'],
  logrotate: ['log', 'copytruncate', 'user'],
  cron: ['log', 'keepMonths', 'user'],
  systemd: ['port', 'watch', 'log', 'user'],
};

export interface SetupRequest {
  readonly name: SetupName;
  readonly choices: SetupChoices;
}

/**
 * What a command line asks to be set up.
 * @throws AppError USAGE
 */
export function readSetupRequest(name: string, options: SetupOptions): SetupRequest {
  if (!isSetupName(name)) {
    throw new AppError('USAGE', `there is no setup ${name}`, { hint: `Setups: ${Object.keys(setups).join(', ')}.` });
  }
  for (const key of Object.values(choicesOf).flat()) {
    const isGiven = key === 'input' ? options.input === false : isPresent(options[key]);
    if (isGiven && !choicesOf[name].includes(key)) throw new AppError('USAGE', `setup ${name} takes no ${flagOf(key)}`);
  }
  if (options.to !== undefined && (options.log !== undefined || options.input === false)) {
    throw new AppError('USAGE', 'with --to, rsyslog sends: --log and --no-input are of the host that collects');
  }
  return { name, choices: { ...choicesFrom(options), ...(needsProgram(name) ? programChoices() : {}) } };
}

function choicesFrom(options: SetupOptions): SetupChoices {
  const { cluster, to, user, copytruncate, watch } = options;
  const choices: { -readonly [key in keyof SetupChoices]: SetupChoices[key] } = {};
  if (cluster !== undefined) choices.cluster = matching('cluster', cluster, /^[^\p{Cc}]+$/u, 'the name of a cluster');
  if (to !== undefined) choices.to = matching('to', to, /^[\w.:-]+$/, 'the name or address of a host');
  if (user !== undefined) choices.user = matching('user', user, /^[a-z_][\w-]*$/i, 'the name of a user');
  for (const key of ['socket', 'folder', 'cert', 'key', 'ca', 'log'] as const) {
    const path = options[key];
    if (path !== undefined) choices[key] = absolutePath(matching(key, path, /^[^\p{Cc}]+$/u, 'a path'));
  }
  const { transport = [], port, keepMonths } = options;
  if (transport.length > 0) choices.transports = transport.map(readTransport);
  if (port !== undefined) choices.port = readNumber('port', port, 65_535);
  if (keepMonths !== undefined) choices.keepMonths = readNumber('keepMonths', keepMonths, 9999);
  if (options.input === false) choices.input = false;
  if (copytruncate === true) choices.copytruncate = true;
  if (watch === true) choices.watch = true;
  return choices;
}

function isPresent(value: SetupOptions[keyof SetupOptions]): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}

function matching(key: keyof SetupOptions, value: string, form: RegExp, what: string): string {
  if (form.test(value)) return value;
  throw new AppError('USAGE', `${flagOf(key)}: ${JSON.stringify(value)} is not ${what}`);
}

function readTransport(text: string): Transport {
  const found = transports.find((transport) => transport === text);
  if (found !== undefined) return found;
  throw new AppError('USAGE', `--transport: there is no ${text}`, { hint: `Transports: ${transports.join(', ')}.` });
}

function readNumber(key: keyof SetupOptions, text: string, most: number): number {
  const number = readWholeNumber(text, String(most).length);
  if (number !== null && number >= 1 && number <= most) return number;
  throw new AppError('USAGE', `${flagOf(key)}: ${text} is no number from 1 to ${most}`);
}

function flagOf(key: keyof SetupOptions): string {
  return key === 'input' ? '--no-input' : `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function needsProgram(name: SetupName): boolean {
  return name === 'cron' || name === 'systemd';
}

/** Node and the program as they run now: cron and systemd do not know anybody's PATH. */
function programChoices(): SetupChoices {
  return { node: process.execPath, program: realpathSync(process.argv[1] ?? 'modtally') };
}
