import { AppError, describeCause } from '../core/app-error.ts';

/** Tells the modules that a site does not want counted. */
export interface IgnoreList {
  (module: string): boolean;
  /** Any of these, matched from the beginning of the name, will do. */
  readonly patterns: readonly RegExp[];
}

/** Ignores the modules that any of these patterns matches. */
export function ignoreMatching(patterns: readonly RegExp[]): IgnoreList {
  const decided = new Map<string, boolean>();
  const isIgnored = (module: string): boolean => {
    let ignored = decided.get(module);
    if (ignored === undefined) {
      ignored = patterns.some((pattern) => pattern.test(module));
      decided.set(module, ignored);
    }
    return ignored;
  };
  return Object.assign(isIgnored, { patterns });
}

/** Ignores nothing. */
export const ignoreNothing: IgnoreList = ignoreMatching([]);

/**
 * Reads an ignore file: a regular expression a line, matched from the beginning of the module's name, as
 * Lmod's tools do. Blank lines and lines that begin with `#` are passed over.
 * @param name the file's name, for messages
 * @throws AppError IGNORE_FILE that names the line of a bad pattern
 */
export function parseIgnoreList(text: string, name: string): IgnoreList {
  const patterns: RegExp[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const pattern = line.trim();
    if (pattern === '' || pattern.startsWith('#')) continue;
    try {
      patterns.push(compileFromStart(pattern));
    } catch (cause) {
      throw new AppError('IGNORE_FILE', `${name}:${index + 1}: bad pattern: ${describeCause(cause)}`, {
        hint: 'Each line is a regular expression; nothing was imported.',
        cause,
      });
    }
  }
  return ignoreMatching(patterns);
}

/** Sites have written their patterns for Python: its spelling of named groups, anchors and a leading flag is understood. */
function compileFromStart(pattern: string): RegExp {
  const flags = /^\(\?([is]+)\)/.exec(pattern);
  const body = pattern
    .slice(flags?.[0].length ?? 0)
    .replaceAll('(?P<', '(?<')
    .replace(/\\A/g, '^')
    .replace(/\\Z/g, '$');
  // Compiled once bare, so that a message shows the pattern as it stands in the file.
  const checked = new RegExp(body, flags?.[1] ?? '');
  return new RegExp(`^(?:${checked.source})`, checked.flags);
}
