import { existsSync } from 'node:fs';
import { readLegacySettings } from '../app/conf-file.ts';
import { runImport } from '../app/run-import.ts';
import { AppError } from '../core/app-error.ts';
import { formatImportAccount, formatImportTroubles } from '../view/import-account.ts';
import { announceStore, type LegacyCommand } from './run-legacy.ts';

/** `store_module_data` */
export const storeModuleData: LegacyCommand = {
  name: 'store_module_data',
  options: {
    delete: { type: 'boolean' },
    store_all: { type: 'boolean' },
    confFn: { type: 'string' },
    ignoreFn: { type: 'string' },
  },
  operands: Number.POSITIVE_INFINITY,
  help: `usage: store_module_data [-D] [--delete] [--store_all] [--confFn FILE] [--ignoreFn FILE] FILE...

Stores syslog files and, by the ending .json, dump files. What was stored before is passed over, so that it may be
run again; a file that is not there is passed over too.

  --delete         remove each file once everything in it is stored
  --store_all      keep every load as a row of its own instead of one a user, module, cluster and day
  --confFn FILE    conf file of the database (lmodV2_db.conf in this directory)
  --ignoreFn FILE  module patterns not to store, a regular expression a line
  -D               on an error, print where it arose

Example:
  store_module_data --delete --confFn lmodV2_db.conf /var/log/moduleUsage.log-*
`,
  async run(args) {
    if (args.operands.length === 0) throw new AppError('USAGE', 'no file was given', { hint: 'See --help.' });
    const legacy = readLegacySettings(args.text('confFn'), 'lmodV2');
    const settings = { ...legacy, ignoreFile: args.text('ignoreFn') ?? legacy.ignoreFile };
    const report = await runImport({
      settings,
      files: args.operands.filter((file) => existsSync(file)),
      mode: args.has('store_all') ? 'all' : 'tally',
      deleteFiles: args.has('delete'),
      strict: false,
      onProgress: () => {},
    });
    announceStore('store_module_data', report.store, settings);
    process.stderr.write(formatImportAccount(report));
    process.stderr.write(formatImportTroubles('store_module_data', report));
    if (report.failures.length > 0) process.exitCode = 1;
  },
};
