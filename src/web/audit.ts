import type { FastifyRequest } from 'fastify';
import { addToAuditLog } from '../app/audit-log.ts';
import type { ResultTable } from '../core/result-table.ts';
import type { UsageFilter } from '../core/usage-query.ts';
import { auditLogOf, type House } from './house.ts';
import type { Visitor } from './visitor.ts';

/** Columns in which names of persons stand. */
const nameColumns = ['user', 'user_names'];

/** What somebody was shown. */
export interface Sight {
  readonly request: FastifyRequest;
  readonly visitor: Visitor;
  /** The persons who were named in it, or by whom it was asked. */
  readonly users: readonly string[];
}

/**
 * Writes down whose data somebody was shown by name, before it is shown.
 * @throws AppError OUTPUT
 */
export function noteWhoWasSeen(house: House, { request, visitor, users }: Sight): void {
  if (visitor.role !== 'staff' || users.length === 0) return;
  const what = request.routeOptions.url ?? '';
  addToAuditLog(auditLogOf(house), {
    who: visitor.name,
    role: visitor.role,
    from: request.ip,
    what,
    users,
  });
}

/** A question and its answer, as far as they name persons. */
export interface Told {
  readonly filter: Pick<UsageFilter, 'users' | 'exact'>;
  readonly table: ResultTable;
}

/** The persons that are named in answers, or by whom was asked, each once. */
export function usersIn(told: readonly Told[]): string[] {
  return [
    ...new Set(
      told.flatMap(({ filter: { users = [], exact = {} }, table }) => [
        ...users,
        ...(exact.users ?? []),
        ...namesIn(table),
      ]),
    ),
  ];
}

function* namesIn({ columns, rows, page }: ResultTable): Generator<string> {
  for (const [place, { key }] of columns.entries()) {
    if (!nameColumns.includes(key)) continue;
    for (const row of rows) {
      const cell = row[place] ?? null;
      if (typeof cell === 'object' && cell !== null) yield* cell.map(String);
      else if (cell !== null) yield String(cell);
    }
  }
  for (const { table } of page?.sections ?? []) yield* namesIn(table);
}
