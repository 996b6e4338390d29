import { readFile } from 'node:fs/promises';
import { AppError, describeCause } from '../core/app-error.ts';

/**
 * The patterns in a toolchain file: a regular expression a line, with the groups `root`, `compiler` and `mpi`, of
 * which one at least has to be there. Blank lines and lines that begin with `#` are passed over; without a file
 * there is none.
 * @throws AppError TOOLCHAIN_FILE that names the line of a bad pattern
 */
export async function readToolchainFile(path: string | null): Promise<RegExp[]> {
  if (path === null) return [];
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new AppError('TOOLCHAIN_FILE', `cannot read the toolchain file ${path}: ${describeCause(cause)}`, { cause });
  }
  const rules: RegExp[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const pattern = line.trim();
    if (pattern === '' || pattern.startsWith('#')) continue;
    const bad = (why: string, cause?: unknown): AppError =>
      new AppError('TOOLCHAIN_FILE', `${path}:${index + 1}: bad pattern: ${why}`, {
        hint: 'Each line is a regular expression with some of the groups (?<root>…), (?<compiler>…) and (?<mpi>…).',
        cause,
      });
    if (!/\(\?<(?:root|compiler|mpi)>/.test(pattern)) throw bad('it has no group root, compiler or mpi');
    try {
      rules.push(new RegExp(pattern));
    } catch (cause) {
      throw bad(describeCause(cause), cause);
    }
  }
  return rules;
}
