import type { Command } from 'commander';
import type { CommandOutline } from '../core/command-outline.ts';

/** A command of `modtally`, known by name and summary until it is called. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}

/** All commands, in the order in which help lists them. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'import',
    summary: 'take log and dump files into the store, each line once',
    load: async () => (await import('./commands/import.ts')).createImportCommand(),
  },
  {
    name: 'listen',
    summary: 'receive syslog, and keep the store up to date',
    load: async () => (await import('./commands/listen.ts')).createListenCommand(),
  },
  {
    name: 'watch',
    summary: 'follow log files, and keep the store up to date',
    load: async () => (await import('./commands/watch.ts')).createWatchCommand(),
  },
  {
    name: 'parse',
    summary: 'show what is read from each line, without storing it',
    load: async () => (await import('./commands/parse.ts')).createParseCommand(),
  },
  {
    name: 'report',
    summary: 'ask the store',
    load: async () => (await import('./commands/report.ts')).createReportCommand(),
  },
  {
    name: 'catalogue',
    summary: 'keep what is installed, so that what nobody loads can be named',
    load: async () => (await import('./commands/catalogue.ts')).createCatalogueCommand(),
  },
  {
    name: 'export',
    summary: 'write usage as Parquet, CSV or JSON lines',
    load: async () => (await import('./commands/export.ts')).createExportCommand(),
  },
  {
    name: 'migrate',
    summary: 'convert a gen_1 or gen_2 database of Lmod, with proof',
    load: async () => (await import('./commands/migrate.ts')).createMigrateCommand(),
  },
  {
    name: 'copy',
    summary: 'copy everything from one store into another',
    load: async () => (await import('./commands/copy.ts')).createCopyCommand(),
  },
  {
    name: 'prune',
    summary: 'remove usage that is older than some months',
    load: async () => (await import('./commands/prune.ts')).createPruneCommand(),
  },
  {
    name: 'serve',
    summary: 'serve the dashboard and the HTTP API',
    load: async () => (await import('./commands/serve.ts')).createServeCommand(),
  },
  {
    name: 'token',
    summary: 'let people and programs into the dashboard',
    load: async () => (await import('./commands/token.ts')).createTokenCommand(),
  },
  {
    name: 'reveal',
    summary: 'tell whose pseudonyms these are, by their key',
    load: async () => (await import('./commands/reveal.ts')).createRevealCommand(),
  },
  {
    name: 'forget',
    summary: 'remove persons from all that is kept',
    load: async () => (await import('./commands/forget.ts')).createForgetCommand(),
  },
  {
    name: 'init',
    summary: 'make the store, or bring it up to date',
    load: async () => (await import('./commands/init.ts')).createInitCommand(),
  },
  {
    name: 'setup',
    summary: 'set up what the chain from module load to the store needs on a host',
    load: async () => (await import('./commands/setup.ts')).createSetupCommand(),
  },
  {
    name: 'doctor',
    summary: 'see whether the chain from module load to the store is sound on this host',
    load: async () => (await import('./commands/doctor.ts')).createDoctorCommand(),
  },
  {
    name: 'completion',
    summary: 'print a script that completes what is typed in a shell',
    load: async () => (await import('./commands/completion.ts')).createCompletionCommand(loadCommands, outlineDropIns),
  },
];

/** All commands, each with its summary. */
async function loadCommands(): Promise<Command[]> {
  return Promise.all(commands.map(async ({ summary, load }) => (await load()).summary(summary)));
}

/** Of the other door, whose commands are completed by the same script. */
async function outlineDropIns(): Promise<CommandOutline[]> {
  return (await import('../legacy/main.ts')).outlineLegacyCommands();
}
