import type { FastifyReply } from 'fastify';
import { publicReportNames } from '../app/public-view.ts';
import { allReports } from '../app/run-report.ts';
import { includesRole, type Role } from '../core/role.ts';
import { stringifySafely } from '../view/json.ts';
import { selectColumns } from '../view/select-columns.ts';
import { noteWhoWasSeen, usersIn } from './audit.ts';
import { entityTag, isUnchanged } from './entity-tag.ts';
import type { House } from './house.ts';
import { HttpFault } from './http-fault.ts';
import { describeApi } from './openapi.ts';
import { questionParameters, readQuestion } from './report-question.ts';
import type { Call, Route } from './route.ts';
import { findNames } from './search-route.ts';
import { tableFormats } from './table-formats.ts';

type Report = (typeof allReports)[number];

const MOST_FOUND = 12;

/** The HTTP API: a route for each report, and what helps to find one's way. */
export function apiRoutes(house: House, allRoutes: () => readonly Route[]): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/v1/reports',
      least: 'public',
      kind: 'api',
      summary: 'the reports that can be asked for, and by what',
      query: {},
      types: ['application/json'],
      answer: async ({ visitor }) => ({
        reports: reportsFor(visitor.role).map((report) => ({
          name: report.name,
          summary: report.summary,
          reading: report.reading,
          options: (report.options ?? []).map(({ name, hint, meaning, fallback }) => ({
            name,
            hint,
            meaning,
            fallback,
          })),
        })),
      }),
    },
    ...allReports.map((report) => reportRoute(house, report)),
    {
      method: 'GET',
      path: '/api/v1/search',
      least: 'public',
      kind: 'api',
      summary: 'packages, modules, users and clusters whose names hold a text',
      query: { q: { type: 'string', maxLength: 200, description: 'the text' } },
      types: ['application/json'],
      answer: async (call) => {
        const { found } = await findNames(house, call, MOST_FOUND);
        return sendJson(call, { found });
      },
    },
    {
      method: 'GET',
      path: '/api/v1/me',
      least: 'nobody',
      kind: 'api',
      summary: 'who you are to the server',
      query: {},
      types: ['application/json'],
      answer: async (call) => {
        const { name, role, by } = call.visitor;
        return sendJson(call, { name, role, by });
      },
    },
    {
      method: 'GET',
      path: '/api/v1/openapi.json',
      least: 'nobody',
      kind: 'api',
      summary: 'this description',
      query: {},
      types: ['application/json'],
      answer: async () => describeApi(house, allRoutes()),
    },
  ];
}

/** The reports that a role may ask for. */
export function reportsFor(role: Role | null): readonly Report[] {
  if (role === null) return [];
  return allReports.filter(({ name }) => includesRole(role, leastRoleOf(name)));
}

/** The least role that may ask for a report. */
export function leastRoleOf(report: string): Role {
  return publicReportNames.includes(report) ? 'public' : 'analyst';
}

function reportRoute(house: House, report: Report): Route {
  return {
    method: 'GET',
    path: `/api/v1/reports/${report.name}`,
    least: leastRoleOf(report.name),
    kind: 'api',
    summary: report.summary,
    query: {
      ...questionParameters(report),
      columns: { type: 'string', maxLength: 1000, description: 'these columns in this order, with commas between' },
      format: { type: 'string', enum: Object.keys(tableFormats), default: 'json', description: 'what the answer is' },
    },
    types: Object.values(tableFormats).map(({ mediaType }) => mediaType.split(';', 1)[0] ?? ''),
    answer: (call) => answerReport(house, report, call),
  };
}

/** Sends names as JSON in which none of their characters acts on a terminal. */
function sendJson({ reply }: Call, value: object): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(stringifySafely(value));
}

async function answerReport(house: House, report: Report, { request, reply, visitor, query }: Call): Promise<unknown> {
  const format = tableFormats[String(query['format'] ?? 'json')];
  if (format === undefined) throw new HttpFault(400, 'USAGE', `there is no format ${query['format']}`);
  const role = visitor.role ?? 'public';
  const question = readQuestion(report, query, house.zone);
  const { state, product: table } = await house.desk.answer({ ...question, report: report.name }, role);
  noteWhoWasSeen(house, { request, visitor, users: usersIn([{ filter: question.filter, table }]) });
  const tag = entityTag(house, [state, role]);
  reply.header('etag', tag);
  if (isUnchanged(request, tag)) return reply.code(304).send();
  const keys =
    query['columns'] === undefined
      ? null
      : String(query['columns'])
          .split(',')
          .map((key) => key.trim());
  const shown = keys === null ? table : selectColumns(table, keys);
  reply.type(format.mediaType);
  if (format.ending !== null) {
    reply.header('content-disposition', `attachment; filename="${report.name}.${format.ending}"`);
  }
  return format.send(shown, report.name, house.zone);
}
