/** Characters that a store holds; what is longer is cut, as Lmod's tables do with less room. */
export const NAME_CHARACTERS = 255;
export const PATH_CHARACTERS = 1024;

/** The first `most` characters (not UTF-16 units) of a text. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  const characters = Array.from(text);
  return characters.length <= most ? text : characters.slice(0, most).join('');
}
