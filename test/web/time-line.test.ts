import { expect, test } from 'vitest';
import { drawTimeLine } from '../../src/web/pictures/time-line.ts';

test('a picture of more than its table shows is not drawn anew from that table', () => {
  const columns = [
    { key: 'period', title: 'Day', kind: 'text' },
    { key: 'loads', title: 'Loads', kind: 'number' },
  ] as const;
  const rows = Array.from({ length: 501 }, (_, day) => [`day ${day}`, day]);
  expect(drawTimeLine({ columns, rows }, 'Loads', 500).text).not.toContain('data-plot');
  expect(drawTimeLine({ columns, rows }, 'Loads', 500).text).toContain('Loads between 0 and 500');
  expect(drawTimeLine({ columns, rows: rows.slice(1) }, 'Loads', 500).text).toContain('data-plot="time"');
});
