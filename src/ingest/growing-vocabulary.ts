import { cutText, NAME_CHARACTERS, PATH_CHARACTERS } from '../core/cut-text.ts';
import type { Load } from '../core/load.ts';
import { UNKNOWN_SYSHOST } from '../core/load.ts';
import type { Modulefile, Vocabulary } from '../core/usage-batch.ts';

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

  /** @param most characters of names and paths */
  constructor(
    most: { readonly name: number; readonly path: number } = { name: NAME_CHARACTERS, path: PATH_CHARACTERS },
  ) {
    this.#most = most;
  }

  placeOfUser(user: string): number {
    return this.#place(this.#users, this.users, user);
  }

  /** -1 for no group. */
  placeOfGroup(group: string | null): number {
    return group === null ? -1 : this.#place(this.#groups, this.groups, group);
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
        path: this.cutTo(load.path, this.#most.path),
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

  #place(places: Map<string, number>, names: string[], name: string): number {
    let place = places.get(name);
    if (place === undefined) {
      place = names.length;
      places.set(name, place);
      names.push(this.cutTo(name, this.#most.name));
    }
    return place;
  }
}
