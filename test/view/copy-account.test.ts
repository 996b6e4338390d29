import { expect, test } from 'vitest';
import { formatCopyAccount } from '../../src/view/copy-account.ts';

test('the account of a copy tells where the source was getting more to the last', () => {
  const counts = { days: 1, already: 2, loads: 1234, rows: 3, newRows: 3, contents: 1, imports: 1, snapshots: 0 };
  const copied = { source: 'duckdb:/a', store: 'duckdb:/b', zone: 'UTC', seconds: 1, ...counts };
  const more = /\n {2}to come {4}the source was getting more to the last: copy again\n$/;
  expect(formatCopyAccount({ ...copied, isBehind: true }, false)).toMatch(more);
  expect(formatCopyAccount({ ...copied, isBehind: false }, false)).not.toMatch(more);
});
