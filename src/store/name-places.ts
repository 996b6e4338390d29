import { Places } from '../core/places.ts';
import type { Modulefile, Vocabulary } from '../core/usage-batch.ts';

/** The names of rows that a database hands out, each once. */
export class NamePlaces {
  readonly #users = new Places<string, string>();
  readonly #modulefiles = new Places<string, Modulefile>();
  readonly #groups = new Places<string, string>();
  readonly vocabulary: Vocabulary = {
    users: this.#users.items,
    modulefiles: this.#modulefiles.items,
    groups: this.#groups.items,
  };

  placeOfUser(user: string): number {
    return this.#users.placeOf(user, () => user);
  }

  placeOfModulefile(modulefile: Modulefile): number {
    const { syshost, module, path } = modulefile;
    return this.#modulefiles.placeOf(`${syshost}\0${module}\0${path}`, () => modulefile);
  }

  placeOfGroup(group: string): number {
    return this.#groups.placeOf(group, () => group);
  }
}
