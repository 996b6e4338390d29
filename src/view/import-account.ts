import type { ImportSummary } from '../core/import-summary.ts';
import { shownText } from './shown-text.ts';

/** An import's account in a few lines for people; every line that was read has its place in it. */
export function formatImportAccount(summary: ImportSummary & { seconds: number; rejectsFile: string | null }): string {
  const { files, lines, loads, ignored, skipped, rejected, already, newRows, cut, seconds } = summary;
  const rate = lines > 0 && seconds > 0 ? ` (${count(Math.round(lines / seconds))} lines/s)` : '';
  const account = [
    `${count(files)} ${files === 1 ? 'file' : 'files'}, ${count(lines)} new lines in ${seconds.toFixed(1)} s${rate}`,
    `  loads      ${count(loads)}, in ${count(newRows)} new rows`,
  ];
  if (ignored > 0) account.push(`  ignored    ${count(ignored)}`);
  if (Object.keys(skipped).length > 0) account.push(`  skipped    ${countReasons(skipped)}`);
  if (Object.keys(rejected).length > 0) {
    account.push(`  rejected   ${countReasons(rejected)}; see ${summary.rejectsFile}`);
  }
  if (already > 0) account.push(`  already in ${count(already)}`);
  if (cut > 0) account.push(`  cut        ${count(cut)} values too long for their column`);
  for (const name of summary.waiting) account.push(`  ${shownText(name)}: the last line is not complete and waits`);
  return `${account.join('\n')}\n`;
}

/** What an import could not do, each in a line and, where there is something to do about it, a hint. */
export function formatImportTroubles(
  command: string,
  { failures, notDeleted }: Pick<ImportSummary, 'failures'> & { readonly notDeleted: readonly NotDeleted[] },
): string {
  const lines = failures.flatMap(({ message, hint }) => [
    `${command}: ${message}`,
    ...(hint === '' ? [] : [`  ${hint}`]),
  ]);
  for (const { name, message } of notDeleted) lines.push(`${command}: kept ${name}: ${message}`);
  return lines.map((line) => `${shownText(line)}\n`).join('');
}

/** A file that should have gone. */
interface NotDeleted {
  readonly name: string;
  readonly message: string;
}

function countReasons(reasons: Readonly<Record<string, number>>): string {
  const sum = Object.values(reasons).reduce((total, n) => total + n, 0);
  const parts = Object.entries(reasons).map(([reason, n]) => `${reason} ${count(n)}`);
  return `${count(sum)} (${parts.join(', ')})`;
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}
