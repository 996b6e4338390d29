import type { Diagnosis } from '../core/diagnosis.ts';
import { shownText } from './shown-text.ts';
import { padText, textWidth } from './text-width.ts';

const VERDICT_WIDTH = 9;
const CHECK_WIDTH = 10;
const INDENT = ' '.repeat(VERDICT_WIDTH + CHECK_WIDTH);

/** What was found, a line each and what to do beneath, broken at blanks to fit a width. */
export function formatDiagnoses(diagnoses: readonly Diagnosis[], width: number): string {
  return diagnoses
    .map(({ check, verdict, finding, mend }) => {
      const [first = '', ...rest] = breakText(finding, width - INDENT.length);
      const mending = mend === '' ? [] : breakText(mend, width - INDENT.length - 3);
      const lines = [
        `${padText(verdict, VERDICT_WIDTH, 'left')}${padText(check, CHECK_WIDTH, 'left')}${first}`,
        ...rest.map((line) => `${INDENT}${line}`),
        ...mending.map((line, at) => `${INDENT}${at === 0 ? '-> ' : '   '}${line}`),
      ];
      return lines.map((line) => `${line}\n`).join('');
    })
    .join('');
}

/** A word that is longer than a line stands on one of its own: paths and commands can be copied. */
function breakText(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of shownText(text).split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(last) + 1 + textWidth(word) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
