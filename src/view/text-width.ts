/**
 * Columns of a terminal that a text takes: wide characters (East Asian ones and emoji) take two, combining marks
 * none. For texts that can be shown, see shown-text.ts.
 */
export function textWidth(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** A text with blanks behind it, or before it, up to a width. */
export function padText(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, width - textWidth(text)));
  return side === 'left' ? text + blanks : blanks + text;
}

/** A text cut to a width, at its end or at its start: an ellipsis stands for what is missing. */
export function cutText(text: string, width: number, place: 'start' | 'end'): string {
  if (textWidth(text) <= width) return text;
  const characters = Array.from(text);
  if (place === 'start') characters.reverse();
  let kept = '';
  let room = width - 1;
  for (const character of characters) {
    room -= characterWidth(character);
    if (room < 0) break;
    kept = place === 'start' ? character + kept : kept + character;
  }
  // Marks that have lost their letter would go on to the ellipsis.
  return place === 'start' ? `…${kept.replace(leadingMarks, '')}` : `${kept}…`;
}

/** A text broken into lines of a width: at blanks, and within a word that is too long for a line. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (textWidth(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    line = '';
    for (const character of word) {
      if (line !== '' && textWidth(line + character) > width) {
        lines.push(line);
        line = '';
      }
      line += character;
    }
  }
  return [...lines, line];
}

function characterWidth(character: string): number {
  if (zeroWidth.test(character)) return 0;
  return doubleWidth.test(character) ? 2 : 1;
}

const plain = /^[ -~]*$/;

/** Combining marks, and the vowels and finals that join a Korean syllable. */
const zeroWidth = /^[\p{Mn}\p{Me}\u1160-\u11ff\ud7b0-\ud7ff]/u;
const leadingMarks = /^[\p{Mn}\p{Me}\u1160-\u11ff\ud7b0-\ud7ff]+/u;

/** What Unicode's EastAsianWidth.txt calls W or F; of a flag's two letters each takes one column. */
const doubleWidth =
  /^(?:[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u3247\u3250-\u4dbf\u4e00-\ua4c6\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{18d00}-\u{18d1e}\u{1aff0}-\u{1b2fb}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]|(?![\u{1f1e6}-\u{1f1ff}])\p{Emoji_Presentation})/u;
