import { expect, test } from 'vitest';
import { splitHelp } from '../../src/man/help-blocks.ts';

test('the help of a drop-in command is taken apart', () => {
  const help = `usage: createDB [--drop] [--confFn FILE]
                [--dbname NAME]

Makes the gen_2 database and its table;
leaves those that are there as they are.

  --drop         remove the database first,
                 with everything in it
  --confFn FILE  conf file of the database

Example:
  createDB --confFn lmodV2_db.conf
`;
  expect(splitHelp(help)).toEqual([
    { kind: 'usage', lines: ['createDB [--drop] [--confFn FILE] [--dbname NAME]'] },
    { kind: 'paragraph', text: 'Makes the gen_2 database and its table; leaves those that are there as they are.' },
    {
      kind: 'definitions',
      heading: '',
      entries: [
        { term: '--drop', text: 'remove the database first, with everything in it' },
        { term: '--confFn FILE', text: 'conf file of the database' },
      ],
    },
    { kind: 'verbatim', heading: 'Example', lines: ['createDB --confFn lmodV2_db.conf'] },
  ]);
});

test('the help of a command of modtally is taken apart', () => {
  const help = `Usage: modtally catalogue [options] <action>

Options:
  --date <date>  the day  of it
  -h, --help     print this help

add     puts a snapshot in: all modules that the sources name
        together, on that day
list    the snapshots

Examples:
  a |  b

  c
`;
  expect(splitHelp(help).slice(1)).toEqual([
    {
      kind: 'definitions',
      heading: 'Options',
      entries: [
        { term: '--date <date>', text: 'the day  of it' },
        { term: '-h, --help', text: 'print this help' },
      ],
    },
    {
      kind: 'definitions',
      heading: '',
      entries: [
        { term: 'add', text: 'puts a snapshot in: all modules that the sources name together, on that day' },
        { term: 'list', text: 'the snapshots' },
      ],
    },
    { kind: 'verbatim', heading: 'Examples', lines: ['a |  b'] },
    { kind: 'paragraph', text: 'c' },
  ]);
});
