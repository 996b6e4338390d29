import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addToAuditLog } from '../../src/app/audit-log.ts';
import { blankNames, blankNamesInAudit } from '../../src/app/blank-names.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('in a log, a name that is a word of its own is blanked, and none that is a part of one', () => {
  const path = join(temporaryFolder(), 'rejects.log');
  const stays = 'ann.smith x.ann ann@site ann2 ann-b éann {"user":"annb"}\n';
  writeFileSync(path, `${stays}user=ann path=/home/ann/x, ann. (ann)@ {"user":"o\\"b\\\\c"} a\\u001bb`);
  expect(blankNames(path, ['ann', 'o"b\\c', 'a\u001bb'], true)).toBe(6);
  expect(blankNames(path, ['ann', 'o"b\\c', 'a\u001bb'], false)).toBe(6);
  expect(readFileSync(path, 'utf8')).toBe(`${stays}user=*** path=/home/***/x, ***. (***)@ {"user":"*******"} ********`);
});

test('in an audit log, names are found whatever is in them, and nothing else is taken for one', () => {
  const path = join(temporaryFolder(), 'audit.jsonl');
  const names = ['ann', 'o"b\\', 'bidi\u202e', 'é', 'who', 'staff', '"ann"'];
  const entry = {
    who: 'staff',
    role: 'staff' as const,
    from: '::1',
    what: 'who',
    users: [...names, 'ann.smith', 'ann@site'],
  };
  addToAuditLog(path, entry);
  // What a machine that died has left of a line.
  writeFileSync(path, '{"users":["ann","a', { flag: 'a' });
  expect(blankNamesInAudit(path, names.slice(0, 6), false)).toBe(8);
  const [whole = '', half] = readFileSync(path, 'utf8').split('\n');
  const { time: _, who, users, ...rest } = JSON.parse(whole);
  expect(rest).toEqual({ role: 'staff', from: '::1', what: 'who' });
  expect(who).toBe('*****');
  const blanked = ['***', '******', '**********', '**', '***', '*****'];
  expect(users).toEqual([...blanked, '"ann"', 'ann.smith', 'ann@site']);
  expect(half).toBe('{"users":["***","a');
});
