/** A file, or a part of one, that a host needs. */
export interface SetupPiece {
  /** Where it belongs. */
  readonly path: string;
  /** What is written, without the marks around it. Ends in a newline. */
  readonly text: string;
  /** How a line of a comment begins. */
  readonly comment: '#' | '--';
  /** Whether the file may hold more than this: a hook of the site's own. */
  readonly isShared: boolean;
  /** A user, with a group of that name, without which the file does harm. */
  readonly needsUser?: string;
}
