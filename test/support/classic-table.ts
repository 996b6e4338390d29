/** The rows of a classic report as `analyzeLmodDB` prints it: path, clusters, and users or user. */
export function readClassicTable(stdout: string): string[][] {
  const lines = stdout.split('\n');
  const rule = lines.findIndex((line) => line.startsWith('-----'));
  const end = lines.indexOf('', rule);
  return lines.slice(rule + 1, end).map((line) => line.trim().split(/ {2,}/));
}
