import { readLegacySettings } from '../app/conf-file.ts';
import { prepareStore } from '../app/prepare-store.ts';
import { announceStore, type LegacyCommand } from './run-legacy.ts';

/** `createDB` and `createDB.py` */
export const createDb: LegacyCommand = {
  name: 'createDB',
  options: {
    drop: { type: 'boolean' },
    confFn: { type: 'string' },
    dbname: { type: 'string' },
  },
  operands: 0,
  help: `usage: createDB [--drop] [--confFn FILE] [--dbname NAME]

Makes the gen_2 database and its table; leaves those that are there as they are.

  --drop         remove the database first, with everything in it
  --confFn FILE  conf file of the database
  --dbname NAME  name of the database (lmodV2): its conf file is NAME_db.conf in this directory

Without a conf file: the store of MODTALLY_STORE or of the configuration file, else the embedded one.

Example:
  createDB --confFn /home/swtools/lmodV2_db.conf
`,
  async run(args) {
    const settings = readLegacySettings(args.text('confFn'), args.text('dbname') ?? 'lmodV2');
    const { name, isNew } = await prepareStore(settings, { drop: args.has('drop') });
    announceStore('createDB', name, settings);
    process.stdout.write(`start\n(1) ${isNew ? 'create moduleT table' : 'moduleT table exists'}\n`);
  },
};
