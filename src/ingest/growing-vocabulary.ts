import { cutText, NAME_CHARACTERS, PATH_CHARACTERS } from '../core/cut-text.ts';
import type { Load } from '../core/load.ts';
import { UNKNOWN_SYSHOST } from '../core/load.ts';
import { replacePersons } from '../core/personal-path.ts';
import type { Modulefile, Vocabulary } from '../core/usage-batch.ts';

/** Gives the name of a user the one that is kept instead. */
export type Disguise = (user: string) => string;

/** The vocabulary of an import while it grows: gives each name its place, and cuts it to what a store holds. */
export class GrowingVocabulary implements Vocabulary {
  readonly users: string[] = [];
  readonly modulefiles: Modulefile[] = [];
  readonly groups: string[] = [];
  /** Distinct names that were too long and had to be cut. */
  cut = 0;
  readonly #users = new Map<string, number>();
  readonly #groups = new Map<string, number>();
  readonly #modulefiles = new Map<string, number>();
  readonly #most: { readonly name: number; readonly path: number };
  readonly #disguise: Disguise | null;

  /**
   * @param most characters of names and paths
   * @param disguise what users are kept as; null for their names
   */
  constructor(
    most: { readonly name: number; readonly path: number } = { name: NAME_CHARACTERS, path: PATH_CHARACTERS },
    disguise: Disguise | null = null,
  ) {
    this.#most = most;
    this.#disguise = disguise;
  }

  placeOfUser(user: string): number {
    return this.#place(this.#users, this.users, user, this.#disguise ?? undefined);
  }

  /** -1 for no group. */
  placeOfGroup(group: string | null): number {
    if (group === null) return -1;
    // Many users have a group of their own, of the same name.
    const isUser = this.#disguise !== null && this.#users.has(group);
    return this.#place(this.#groups, this.groups, group, isUser ? this.#disguise : undefined);
  }

  placeOfModulefile(load: Pick<Load, 'syshost' | 'module' | 'path'>): number {
    const syshost = load.syshost ?? UNKNOWN_SYSHOST;
    // No name holds NUL (the parser sees to that), so that the three cannot run into each other.
    const key = `${syshost}\0${load.module}\0${load.path}`;
    let place = this.#modulefiles.get(key);
    if (place === undefined) {
      place = this.modulefiles.length;
      this.#modulefiles.set(key, place);
      this.modulefiles.push({
        syshost: this.cutTo(syshost, this.#most.name),
        module: this.cutTo(load.module, this.#most.name),
        path: this.cutTo(this.#disguisePath(load.path), this.#most.path),
      });
    }
    return place;
  }

  /** As `cutText`; counts what was too long. */
  cutTo(text: string, most: number): string {
    const cut = cutText(text, most);
    if (cut !== text) this.cut++;
    return cut;
  }

  /**
   * A modulefile may lie in the home directory of a user. Rows go to the store while lines still come: whoever is met
   * only later is not known here as a user, and docs/privacy.md says so.
   */
  #disguisePath(path: string): string {
    return this.#disguise === null ? path : replacePersons(path, (part) => this.#users.has(part), this.#disguise);
  }

  #place(places: Map<string, number>, names: string[], name: string, disguise: Disguise = (same) => same): number {
    let place = places.get(name);
    if (place === undefined) {
      place = names.length;
      places.set(name, place);
      names.push(this.cutTo(disguise(name), this.#most.name));
    }
    return place;
  }
}
