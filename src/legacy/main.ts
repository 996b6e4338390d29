import type { CommandOutline } from '../core/command-outline.ts';
import { outlineLegacyCommand } from './outline-legacy-command.ts';
import type { LegacyCommand } from './run-legacy.ts';
import { runLegacy } from './run-legacy.ts';

/** The drop-in commands by the names of Lmod's scripts; only the one that is called is loaded. */
const commands: Readonly<Record<string, () => Promise<LegacyCommand>>> = {
  conf_create: async () => (await import('./conf-create.ts')).confCreate,
  createDB: async () => (await import('./create-db.ts')).createDb,
  store_module_data: async () => (await import('./store-module-data.ts')).storeModuleData,
  analyzeLmodDB: async () => (await import('./analyze-lmod-db.ts')).analyzeLmodDb,
  delete_old_records: async () => (await import('./delete-old-records.ts')).deleteOldRecords,
  dump_db: async () => (await import('./dump-db.ts')).dumpDb,
};

/** Runs the drop-in command of that name with the process's arguments. */
export async function runNamed(name: string): Promise<void> {
  const load = commands[name];
  if (load === undefined) throw new RangeError(`there is no command ${name}`);
  await runLegacy(await load());
}

/** All drop-in commands. */
export function loadLegacyCommands(): Promise<LegacyCommand[]> {
  return Promise.all(Object.values(commands).map((load) => load()));
}

/** The outlines of all drop-in commands. */
export async function outlineLegacyCommands(): Promise<CommandOutline[]> {
  return (await loadLegacyCommands()).map(outlineLegacyCommand);
}
