import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Role } from '../core/role.ts';
import type { Visitor } from './visitor.ts';

/** A value in a query, as JSON Schema has it. */
export interface Parameter {
  readonly type: 'string' | 'integer' | 'boolean' | 'array';
  readonly description: string;
  readonly enum?: readonly string[];
  readonly items?: { readonly type: 'string'; readonly maxLength: number };
  readonly default?: string | number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
}

/** Values of a query as they came in. */
export type QueryValues = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** A request that has found its route. */
export interface Call {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly visitor: Visitor;
  readonly query: QueryValues;
}

/** A way into the server. All there are stand in one table, by which they are opened, described and tested. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** The least role that may ask; `nobody` for everybody. */
  readonly least: Role | 'nobody';
  /** `api`: for programs, and described by OpenAPI; `page`: for people; `file`: a part of a page; `watch`: for monitoring. */
  readonly kind: 'api' | 'page' | 'file' | 'watch';
  readonly summary: string;
  /** Null where it may be anything. */
  readonly query: Readonly<Record<string, Parameter>> | null;
  /** The media types of its answers; the first where nothing else is asked for. */
  readonly types: readonly string[];
  /** @returns what is sent, or the reply where it has been dealt with */
  answer(call: Call): Promise<unknown>;
}
