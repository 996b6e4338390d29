import type { KnownNames } from '../app/report-desk.ts';

/** Something that has a page of its own. */
export interface FoundName {
  readonly kind: 'package' | 'module' | 'user' | 'cluster';
  readonly name: string;
}

/** Names that hold a text, without regard to letter case: those that begin with it first, of these the shortest. */
export function searchNames(names: KnownNames, text: string, limit: number): FoundName[] {
  const sought = text.trim().toLowerCase();
  if (sought === '') return [];
  const kinds = [
    ['package', names.packages],
    ['cluster', names.syshosts],
    ['user', names.users],
    ['module', names.modules],
  ] as const;
  const found = kinds.flatMap(([kind, list], rank) =>
    list.flatMap((name) => {
      const at = name.toLowerCase().indexOf(sought);
      return at < 0 ? [] : [{ kind, name, order: [at > 0 ? 1 : 0, rank, name.length] }];
    }),
  );
  found.sort((one, other) => {
    const place = one.order.findIndex((number, index) => number !== other.order[index]);
    return place < 0 ? 0 : (one.order[place] ?? 0) - (other.order[place] ?? 0);
  });
  // A package of one module without versions is both: once is enough.
  const once = found.filter(({ kind, name }) => kind !== 'module' || !names.packages.includes(name));
  return once.slice(0, limit).map(({ kind, name }) => ({ kind, name }));
}
