/** What a copy did, as `formatCopyAccount` tells it. */
export interface ShownCopy {
  readonly source: string;
  readonly store: string;
  readonly zone: string;
  readonly days: number;
  readonly already: number;
  readonly loads: number;
  readonly rows: number;
  readonly newRows: number;
  readonly contents: number;
  readonly imports: number;
  readonly snapshots: number;
  readonly isBehind: boolean;
  readonly seconds: number;
}

/**
 * A copy's account in a few lines for people.
 * @param isDry whether it tells what would be copied
 */
export function formatCopyAccount(copy: ShownCopy, isDry: boolean): string {
  const rows = isDry ? '' : `, in ${count(copy.rows)} rows, ${count(copy.newRows)} of them new`;
  return [
    `${copy.source} -> ${copy.store}${isDry ? ' (only tried)' : ` in ${copy.seconds.toFixed(1)} s`}`,
    `  days       ${count(copy.days)}, with ${count(copy.loads)} loads${rows}`,
    `  already in ${count(copy.already)} days`,
    `  ledger     ${count(copy.contents)} contents`,
    `  history    ${count(copy.imports)} imports`,
    `  catalogue  ${count(copy.snapshots)} snapshots`,
    `  zone       ${copy.zone}`,
    ...(copy.isBehind ? ['  to come    the source was getting more to the last: copy again'] : []),
    '',
  ].join('\n');
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}
