/** What a report gives: rows under named columns, free of any way of showing them. */

/** Null: not known. An instant is in seconds since 1970 UTC, a share between 0 and 1. */
export type Cell = string | number | readonly (string | number)[] | null;

export interface Column {
  /** In snake_case: the key in JSON, the heading in CSV. */
  readonly key: string;
  /** The heading on a terminal and in Markdown. */
  readonly title: string;
  /**
   * `prose`: sentences, which may be broken over lines; `list`: names; `day`: an instant of which people want the day
   * and programs the whole; `series`: numbers, one after the other in time.
   */
  readonly kind: 'text' | 'prose' | 'list' | 'number' | 'instant' | 'day' | 'share' | 'series';
  /** Whether its numbers are drawn as bars where the view can. */
  readonly isDrawn?: boolean;
}

export interface ResultTable {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** A row for the foot of the table, for people: what all rows are together, also those that a limit left out. */
  readonly footer?: readonly Cell[];
  /** Sentences that go with the answer but are no data, such as what the log does not tell. */
  readonly notes?: readonly string[];
  /** Where the rows are those of several tables: these, under a title, for views that people read. */
  readonly page?: Page;
}

/** Tables that belong together. */
export interface Page {
  readonly title: string;
  readonly sections: readonly Section[];
}

export interface Section {
  readonly title: string;
  /** What the table tells, in a sentence or two. */
  readonly text: string;
  readonly table: ResultTable;
}

/**
 * A page as one table, for programs: each row says which section it is from, and has the columns of all of them. Where
 * sections have columns of the same key, they are one.
 */
export function gatherPage(page: Page): ResultTable {
  const columns = new Map(page.sections.flatMap(({ table }) => table.columns.map((column) => [column.key, column])));
  const keys = [...columns.keys()];
  return {
    columns: [{ key: 'section', title: 'Section', kind: 'text' }, ...columns.values()],
    rows: page.sections.flatMap(({ title, table }) => {
      const places = keys.map((key) => table.columns.findIndex((column) => column.key === key));
      return table.rows.map((row) => [title, ...places.map((place) => row[place] ?? null)]);
    }),
    page,
  };
}

/** Whether a column's numbers are instants. */
export function isInstant({ kind }: Column): boolean {
  return kind === 'instant' || kind === 'day';
}
