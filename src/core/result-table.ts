/** What a report gives: rows under named columns, free of any way of showing them. */

/** Null: not known. An instant is in seconds since 1970 UTC, a share between 0 and 1. */
export type Cell = string | number | readonly string[] | null;

export interface Column {
  /** In snake_case: the key in JSON, the heading in CSV. */
  readonly key: string;
  /** The heading on a terminal and in Markdown. */
  readonly title: string;
  readonly kind: 'text' | 'list' | 'number' | 'instant' | 'share';
}

export interface ResultTable {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** Sentences about what the rows cannot tell, and what would bring it. They are no data. */
  readonly notes?: readonly string[];
}
