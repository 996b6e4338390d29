import type { FastifyRequest } from 'fastify';
import { addToAuditLog } from '../app/audit-log.ts';
import type { Question } from '../app/report-desk.ts';
import type { ResultTable } from '../core/result-table.ts';
import { auditLogOf, type House } from './house.ts';
import type { Visitor } from './visitor.ts';

/** Columns in which names of persons stand. */
const nameColumns = ['user', 'user_names'];

/** What somebody was shown. */
export interface Sight {
  readonly request: FastifyRequest;
  readonly visitor: Visitor;
  readonly tables: readonly ResultTable[];
  /** Where it is about some persons only: what was asked. */
  readonly question?: Pick<Question, 'filter'>;
}

/**
 * Writes down whose data somebody was shown by name, before it is shown: the persons that are named in a table, and
 * those by whom it was asked.
 * @throws AppError OUTPUT
 */
export function noteWhoWasSeen(house: House, { request, visitor, tables, question }: Sight): void {
  if (visitor.role !== 'staff') return;
  const users = new Set<string>(question?.filter.users ?? []);
  for (const table of tables) for (const name of namesIn(table)) users.add(name);
  if (users.size === 0) return;
  const what = request.routeOptions.url ?? '';
  addToAuditLog(auditLogOf(house), {
    who: visitor.name,
    role: visitor.role,
    from: request.ip,
    what,
    users: [...users],
  });
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
