/** What there is to complete: the commands of all doors, in no shell's language. */

/** A command as completion has to know it. */
export interface CommandOutline {
  /** The words that lead to it, with blanks between: `modtally report counts`, `conf_create`. */
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  /** Its own and those of the commands above it. */
  readonly options: readonly OptionOutline[];
  /** What its operands may be, one after the other. */
  readonly operands: readonly Values[];
  /** Whether the last of them may be repeated. */
  readonly isRepeatable: boolean;
  readonly children: readonly CommandOutline[];
}

export interface OptionOutline {
  /** `-o` and `--output`, or one of them. */
  readonly flags: readonly string[];
  readonly summary: string;
  /** What may follow it; null where nothing does. */
  readonly values: Values | null;
}

/** What a value may be: one of some words, the name of a file, a folder or a time zone, or whatever there is. */
export type Values = readonly string[] | 'file' | 'folder' | 'zone' | 'any';

/** An outline and all that are in it. */
export function listOutlines(whole: CommandOutline): CommandOutline[] {
  return [whole, ...whole.children.flatMap(listOutlines)];
}
