import { writeConfFile } from '../app/conf-file.ts';
import { Questions } from '../app/questions.ts';
import type { LegacyCommand } from './run-legacy.ts';

/** `conf_create` */
export const confCreate: LegacyCommand = {
  name: 'conf_create',
  options: {
    dbhost: { type: 'string' },
    dbuser: { type: 'string' },
    passwd: { type: 'string' },
    dbname: { type: 'string' },
  },
  operands: 0,
  help: `usage: conf_create [--dbhost HOST] [--dbuser USER] [--passwd PASSWORD] [--dbname NAME]

Writes NAME_db.conf, by which the other commands find the database. Asks for what is not given.

  --dbhost HOST      the database server
  --dbuser USER      the user there
  --passwd PASSWORD  the password; better not: everybody on the machine can read it there
  --dbname NAME      the database: lmod for gen_1, lmodV2 for gen_2

The file is readable by its owner only. PORT = … and SOCKET = … may be added to it.

Example:
  conf_create --dbhost localhost --dbuser lmodUser --dbname lmodV2
`,
  async run(args) {
    const password = args.text('passwd');
    if (password !== undefined) {
      process.stderr.write(
        'conf_create: warning: a password given as --passwd can be read by everybody on the machine\n',
      );
    }
    const questions = new Questions();
    try {
      const host = args.text('dbhost') || (await questions.ask('Database host: '));
      const user = args.text('dbuser') || (await questions.ask('Database user: '));
      const secret = password ?? (await questions.askHidden('Database pass: '));
      const database = args.text('dbname') || (await questions.ask('Database name: '));
      const { path, wasReadable } = writeConfFile({ host, user, password: secret, database });
      if (wasReadable) process.stderr.write(`conf_create: warning: ${path} could be read by others until now\n`);
    } finally {
      questions.close();
    }
  },
};
