/** What a module's name says: which package, in which version. */

export interface ModuleName {
  readonly package: string;
  /** Null where the name has none. */
  readonly version: string | null;
}

/** Takes the name of a module apart, as users load it. Every text has an answer. */
export type PackageRule = (module: string) => ModuleName;

const SHAPE_WORDS = ['category', 'name', 'version', 'hash'];

/**
 * A rule by which a site names its modules:
 * - `auto` goes by what looks like a version, see `readByLooks`;
 * - a shape, such as `category/name/version`: each part between slashes has its word. What comes behind the last
 *   word belongs to it. A name with fewer parts is read as by `auto`;
 * - a regular expression that begins with `^`, with the groups `(?<name>…)` and, if need be, `(?<version>…)`. A name
 *   that it does not match is read as by `auto`.
 * @returns null where the text is none of these
 */
export function createPackageRule(text: string): PackageRule | null {
  const rule = readRule(text);
  if (rule === null) return null;
  // The same few thousand names come again in a million rows.
  const known = new Map<string, ModuleName>();
  return (module) => {
    let name = known.get(module);
    if (name === undefined) {
      name = rule(module);
      known.set(module, name);
    }
    return name;
  };
}

function readRule(text: string): PackageRule | null {
  if (text === 'auto') return readByLooks;
  return text.startsWith('^') ? createExpressionRule(text) : createShapeRule(text.split('/'));
}

function createShapeRule(words: readonly string[]): PackageRule | null {
  const isShape = words.every((word) => SHAPE_WORDS.includes(word));
  const [name, version] = [words.indexOf('name'), words.indexOf('version')];
  if (!isShape || words.filter((word) => word === 'name').length !== 1) return null;
  if (words.filter((word) => word === 'version').length > 1) return null;
  const textAt = (parts: readonly string[], at: number): string =>
    (at === words.length - 1 ? parts.slice(at) : parts.slice(at, at + 1)).join('/');
  return (module) => {
    const parts = partsOf(module);
    if (parts.length < words.length) return readByLooks(module);
    return { package: textAt(parts, name), version: version < 0 ? null : textAt(parts, version) };
  };
}

function createExpressionRule(text: string): PackageRule | null {
  let expression: RegExp;
  try {
    expression = new RegExp(text, 'u');
  } catch {
    return null;
  }
  if (!text.includes('(?<name>')) return null;
  return (module) => {
    const groups = expression.exec(module)?.groups;
    const name = groups?.['name'];
    return name ? { package: name, version: groups?.['version'] || null } : readByLooks(module);
  };
}

/**
 * `name`, `name/version`, `name/version/hash` and `category/name/version` told apart by their looks: without the hash,
 * the first part behind another that looks like a version is one, with all that follows, and the part before it is
 * the name. Where none does, it is the last.
 */
function readByLooks(module: string): ModuleName {
  const parts = partsOf(module);
  if (parts.length > 2 && looksLikeHash(parts.at(-1) ?? '')) parts.pop();
  const found = parts.findIndex((part, at) => at > 0 && looksLikeVersion(part));
  const at = found < 0 ? parts.length - 1 : found;
  const name = parts[at - 1];
  return name === undefined
    ? { package: module, version: null }
    : { package: name, version: parts.slice(at).join('/') };
}

function partsOf(module: string): string[] {
  return module.split('/').filter((part) => part !== '');
}

/** `12.2`, `v3`, `2023a`, `r2023b`, `2019u5`, `4.1.4-GCC-12.2.0`; but not `3dna`. */
function looksLikeVersion(part: string): boolean {
  return /^[vr]?\d+(?:[._+-].*|[a-z]{1,2}\d*)?$/i.test(part);
}

/**
 * Spack's hashes, short or whole (its alphabet lacks 0, 1, 8 and 9), and Git's. A short one that has no digit may be
 * a word, one that has no letter a date.
 */
function looksLikeHash(part: string): boolean {
  return !looksLikeVersion(part) && /^(?:[a-z2-7]{32}|(?=.*\d)(?=.*[a-z])(?:[a-z2-7]{7}|[0-9a-f]{7,40}))$/.test(part);
}
