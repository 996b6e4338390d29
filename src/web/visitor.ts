import type { Role } from '../core/role.ts';

/** Whoever sends a request. */
export interface Visitor {
  /** Who it is, for the audit log and the page; empty for nobody in particular. */
  readonly name: string;
  /** Null: may see nothing but the login. */
  readonly role: Role | null;
  /** By what it is known. */
  readonly by: 'token' | 'session' | 'proxy' | 'nothing';
}
