import type { Modulefile, Vocabulary } from '../../core/usage-batch.ts';
import type { NameColumn } from './schema.ts';
import { escapeField } from './text-fields.ts';

/** The vocabulary of an import as the columns of a moduleT can hold it. */
export class FittedNames {
  /** Values that had to be cut or changed. */
  cut = 0;
  readonly users: { readonly name: string; readonly text: string }[] = [];
  readonly modulefiles: (Modulefile & { readonly text: string })[] = [];
  readonly #columns: ReadonlyMap<string, NameColumn>;

  constructor(columns: ReadonlyMap<string, NameColumn>) {
    this.#columns = columns;
  }

  /** Takes in what the vocabulary has grown by. */
  takeIn({ users, modulefiles }: Vocabulary): void {
    for (const user of users.slice(this.users.length)) {
      const name = this.#fit('user', user);
      this.users.push({ name, text: escapeField(name) });
    }
    for (const modulefile of modulefiles.slice(this.modulefiles.length)) {
      const path = this.#fit('path', modulefile.path);
      const module = this.#fit('module', modulefile.module);
      const syshost = this.#fit('syshost', modulefile.syshost);
      this.modulefiles.push({ path, module, syshost, text: [path, module, syshost].map(escapeField).join('\t') });
    }
  }

  #fit(column: string, text: string): string {
    const { characters, holdsAll } = this.#columns.get(column) ?? { characters: text.length, holdsAll: true };
    let fitted = holdsAll ? text : text.replace(/[\u{10000}-\u{10ffff}]/gu, '\uFFFD');
    if (fitted.length > characters) fitted = Array.from(fitted).slice(0, characters).join('');
    if (fitted !== text) this.cut++;
    return fitted;
  }
}
