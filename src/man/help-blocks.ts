/** A part of a help text. */
export type HelpBlock =
  /** How the command is called; a line each. */
  | { readonly kind: 'usage'; readonly lines: readonly string[] }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'definitions'; readonly heading: string; readonly entries: readonly Definition[] }
  /** Lines that stay as they are. */
  | { readonly kind: 'verbatim'; readonly heading: string; readonly lines: readonly string[] };

/** A flag, a report, whatever is explained. */
export interface Definition {
  readonly term: string;
  readonly text: string;
}

/**
 * Takes a help text apart: blocks with blank lines between, some under a heading such as `Options:`. The first says how
 * the command is called, the last are examples; both kinds of command write it so.
 */
export function splitHelp(help: string): HelpBlock[] {
  return help
    .trim()
    .split(/\n{2,}/)
    .map(readBlock);
}

function readBlock(block: string): HelpBlock {
  const usage = /^usage: */i.exec(block)?.[0];
  if (usage !== undefined) return { kind: 'usage', lines: readUsage(block.slice(usage.length)) };
  const heading = /^([A-Z][\w ]*):\n/.exec(block)?.[1] ?? '';
  const lines = block.split('\n').slice(heading === '' ? 0 : 1);
  if (/^examples?$/i.test(heading)) return { kind: 'verbatim', heading, lines: lines.map((line) => line.trim()) };
  const entries = readDefinitions(lines);
  if (entries !== null) return { kind: 'definitions', heading, entries };
  return { kind: 'paragraph', text: lines.map((line) => line.trim()).join(' ') };
}

/** A call each; what is indented goes on with the call before. */
function readUsage(text: string): string[] {
  return text.replace(/\n\s+/g, ' ').split('\n');
}

/** Terms, each with two blanks or more before what it means; null where the lines are something else. */
function readDefinitions(lines: readonly string[]): Definition[] | null {
  const entries: { term: string; text: string }[] = [];
  const indent = lines[0]?.search(/\S/) ?? 0;
  for (const line of lines) {
    const last = entries.at(-1);
    const [, term, text] = /^ *(\S.*?) {2,}(\S.*)$/.exec(line) ?? [];
    if (line.search(/\S/) === indent && term !== undefined && text !== undefined) entries.push({ term, text });
    else if (last !== undefined && line.search(/\S/) > indent) last.text += ` ${line.trim()}`;
    else return null;
  }
  return entries;
}
