export type ErrorCode =
  | 'USAGE'
  | 'BAD_DATE'
  | 'BAD_ZONE'
  | 'BAD_STORE_URL'
  | 'BAD_SETTING'
  | 'CONF_FILE'
  | 'IGNORE_FILE'
  | 'TOOLCHAIN_FILE'
  | 'DIRECTORY'
  | 'KEY_FILE'
  | 'TOKENS'
  | 'SOCKET'
  | 'CATALOGUE'
  | 'INPUT'
  | 'INPUT_REJECTED'
  | 'OUTPUT'
  | 'JOURNAL'
  | 'SOCKET'
  | 'NOT_CONFIRMED'
  | 'SETUP'
  | 'STORE_UNREACHABLE'
  | 'STORE_DENIED'
  | 'STORE_MISSING'
  | 'STORE_DAMAGED'
  | 'STORE_NEWER'
  | 'STORE_BUSY'
  | 'STORE_FULL'
  | 'STORE_FAILED'
  | 'NOT_A_SOURCE'
  | 'COPY_UNCLEAR';

/** Every way to fail that modtally knows; docs/errors.md says the same at length, and a test compares them. */
export const errorCodes: Readonly<Record<ErrorCode, { exitStatus: 1 | 2; meaning: string }>> = {
  USAGE: { exitStatus: 2, meaning: 'the command line cannot be understood' },
  BAD_DATE: { exitStatus: 2, meaning: 'a date that is none' },
  BAD_ZONE: { exitStatus: 2, meaning: 'an unknown time zone' },
  BAD_STORE_URL: { exitStatus: 2, meaning: 'a store URL that cannot be understood' },
  BAD_SETTING: { exitStatus: 2, meaning: 'a setting in a configuration file or variable that cannot be understood' },
  CONF_FILE: { exitStatus: 1, meaning: 'a conf file that is missing, unreadable or incomplete' },
  IGNORE_FILE: { exitStatus: 1, meaning: 'an ignore file that is unreadable or holds a bad pattern' },
  TOOLCHAIN_FILE: { exitStatus: 1, meaning: 'a toolchain file that is unreadable or holds a bad pattern' },
  DIRECTORY: { exitStatus: 1, meaning: 'a directory of people that cannot be read or is none' },
  KEY_FILE: { exitStatus: 1, meaning: 'a key of pseudonyms that cannot be read, or that everybody can read' },
  TOKENS: { exitStatus: 1, meaning: 'the file of tokens that cannot be read or changed' },
  CATALOGUE: { exitStatus: 1, meaning: 'a list of installed modules or a module tree that cannot be read or is none' },
  INPUT: { exitStatus: 1, meaning: 'an input that cannot be read to its end' },
  INPUT_REJECTED: { exitStatus: 1, meaning: '--strict was given and a line was rejected' },
  OUTPUT: { exitStatus: 1, meaning: 'a file that cannot be written' },
  JOURNAL: { exitStatus: 1, meaning: 'a journal of received messages that cannot be used, or is in use' },
  SOCKET: { exitStatus: 1, meaning: 'a socket that cannot be opened' },
  NOT_CONFIRMED: { exitStatus: 1, meaning: 'a deletion that nobody confirmed' },
  SETUP: { exitStatus: 1, meaning: 'a file of the chain that cannot be written, or that is not ours to change' },
  STORE_UNREACHABLE: { exitStatus: 1, meaning: 'the database server or the store file cannot be reached' },
  STORE_DENIED: { exitStatus: 1, meaning: 'the database or the file system denies access' },
  STORE_MISSING: { exitStatus: 1, meaning: 'the store, its database or a table does not exist' },
  STORE_DAMAGED: { exitStatus: 1, meaning: 'the store file is damaged or not a store at all' },
  STORE_NEWER: { exitStatus: 1, meaning: 'the store was written by a newer version' },
  STORE_BUSY: { exitStatus: 1, meaning: 'another process held the store for too long' },
  STORE_FULL: { exitStatus: 1, meaning: 'no space left for the store' },
  STORE_FAILED: { exitStatus: 1, meaning: 'the store failed in a way that has no code of its own' },
  NOT_A_SOURCE: { exitStatus: 1, meaning: 'the database holds neither gen_1 nor gen_2 tables' },
  COPY_UNCLEAR: {
    exitStatus: 1,
    meaning: 'a copy into usage of which nobody can tell whether it is of the same loads',
  },
};
