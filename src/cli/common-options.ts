import type { Command } from 'commander';
import { readSettings, type SettingFlags, type Settings, type SettingsRequest } from '../app/settings.ts';

/** Options that every command takes. */
export interface CommonOptions {
  readonly store?: string;
  readonly config?: string;
  readonly tz?: string;
  readonly quiet?: boolean;
  readonly debug?: boolean;
}

/** Gives a command the options that every command takes. */
export function addCommonOptions(command: Command): Command {
  return command
    .option('--store <url>', 'duckdb:PATH or mysql://USER@HOST:PORT/DATABASE')
    .option('--config <file>', 'configuration file to read instead of the usual ones')
    .option('--tz <zone>', "the site's time zone, such as Europe/Amsterdam")
    .option('--quiet', 'print nothing but data and errors')
    .option('--debug', 'on an error, print where it arose');
}

/** What the settings for a command's options are read by, here or in another process. */
export function settingsRequestOf(options: CommonOptions, flags: SettingFlags = {}): SettingsRequest {
  return { flags: { store: options.store, tz: options.tz, ...flags }, configFile: options.config };
}

/** The settings for a command's options; prints what the user should be warned of. */
export function settingsOf(
  options: CommonOptions,
  flags: Pick<SettingFlags, 'ignore' | 'rejects' | 'directory' | 'pseudonyms'> = {},
): Settings {
  const settings = readSettings(settingsRequestOf(options, flags));
  for (const warning of settings.warnings) process.stderr.write(`modtally: warning: ${warning}\n`);
  return settings;
}

/** Gathers the values of an option that may be repeated. */
export function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
