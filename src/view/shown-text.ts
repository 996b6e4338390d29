/**
 * A text from a log as it may be shown: whatever could act on a terminal, turn the direction of writing or
 * vanish from sight stands there as its number, `\u001b`. Names are data, and some are made to deceive.
 */
export function shownText(text: string): string {
  return text.replace(actingCharacters, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** Control characters, format characters (bidirectional marks and the invisible ones), line separators, lone surrogates. */
const actingCharacters = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
