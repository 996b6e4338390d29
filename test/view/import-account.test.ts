import { describe, expect, test } from 'vitest';
import { formatImportAccount, formatImportTroubles } from '../../src/view/import-account.ts';

const nothing = {
  files: 0,
  bytes: 0,
  lines: 0,
  loads: 0,
  ignored: 0,
  skipped: {},
  rejected: {},
  already: 0,
  newRows: 0,
  cut: 0,
  waiting: [],
  failures: [],
  seconds: 0,
  rejectsFile: null,
};

describe('the account of an import', () => {
  test('names what there is only', () => {
    expect(formatImportAccount(nothing)).toBe('0 files, 0 new lines in 0.0 s\n  loads      0, in 0 new rows\n');
  });

  test('has a place for every line', () => {
    const account = {
      ...nothing,
      ...{
        files: 1,
        lines: 1_234_567,
        loads: 1_234_000,
        ignored: 500,
        newRows: 98_765,
        already: 10,
        cut: 2,
        seconds: 2,
      },
      ...{ skipped: { empty: 1, 'not a load': 3 }, rejected: { user: 63 }, rejectsFile: '/var/rejects.log' },
      waiting: ['/var/log/a\u001b[31m.log'],
    };
    expect(formatImportAccount(account)).toBe(
      [
        '1 file, 1,234,567 new lines in 2.0 s (617,284 lines/s)',
        '  loads      1,234,000, in 98,765 new rows',
        '  ignored    500',
        '  skipped    4 (empty 1, not a load 3)',
        '  rejected   63 (user 63); see /var/rejects.log',
        '  already in 10',
        '  cut        2 values too long for their column',
        '  /var/log/a\\u001b[31m.log: the last line is not complete and waits',
        '',
      ].join('\n'),
    );
  });
});

test('the troubles of an import are told in a line each, with a hint where there is one', () => {
  const troubles = {
    failures: [
      { name: 'a', message: 'cannot read a', hint: '' },
      { name: 'b', message: 'b is a dir\u001b[0mectory', hint: 'Name the files in it.' },
    ],
    notDeleted: [{ name: 'c', message: 'it has changed since it was read' }],
  };
  expect(formatImportTroubles('modtally', troubles)).toBe(
    [
      'modtally: cannot read a',
      'modtally: b is a dir\\u001b[0mectory',
      '  Name the files in it.',
      'modtally: kept c: it has changed since it was read',
      '',
    ].join('\n'),
  );
  expect(formatImportTroubles('modtally', { failures: [], notDeleted: [] })).toBe('');
});
