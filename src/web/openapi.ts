import { readVersion } from '../app/version.ts';
import { type House, hrefTo } from './house.ts';
import type { Parameter, Route } from './route.ts';

/** The description of the API by OpenAPI 3.1, made of the routes themselves. */
export function describeApi(house: House, routes: readonly Route[]): object {
  const described = routes.filter(({ kind }) => kind === 'api' || kind === 'watch');
  return {
    openapi: '3.1.0',
    info: {
      title: 'modtally',
      version: readVersion(),
      description: 'Which software modules are really used, by whom, on which cluster, since when.',
    },
    servers: [{ url: hrefTo(house, '/') }],
    security: [{ token: [] }],
    paths: Object.fromEntries(
      described.map((route) => [route.path, { [route.method.toLowerCase()]: describeRoute(route) }]),
    ),
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: errorSchema, Table: tableSchema },
    },
  };
}

function describeRoute({ path, summary, query, types, least }: Route): object {
  return {
    operationId: path.replace(/^\/(?:api\/v1\/)?/, '').replace(/\W+/g, '_'),
    summary,
    description: least === 'nobody' ? 'Everybody may ask.' : `The least role that may ask: ${least}.`,
    ...(least === 'nobody' ? { security: [] } : {}),
    parameters: Object.entries(query ?? {}).map(([name, parameter]) => describeParameter(name, parameter)),
    responses: {
      200: {
        description: 'the answer',
        content: Object.fromEntries(
          types.map((type) => [
            type,
            path.includes('/reports/') && type === 'application/json'
              ? { schema: { $ref: '#/components/schemas/Table' } }
              : {},
          ]),
        ),
      },
      ...(path.includes('/reports/') ? { 304: { description: 'the answer is as it was, see ETag' } } : {}),
      default: {
        description: 'what is wrong',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

function describeParameter(name: string, { description, ...schema }: Parameter): object {
  return { name, in: 'query', description, schema };
}

const text = { type: 'string' } as const;

const errorSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'hint'],
      properties: { code: text, message: text, hint: text },
    },
  },
} as const;

const tableSchema = {
  type: 'object',
  required: ['report', 'columns', 'rows', 'notes'],
  properties: {
    report: text,
    columns: {
      type: 'array',
      items: {
        type: 'object',
        required: ['key', 'title', 'kind'],
        properties: { key: text, title: text, kind: text },
      },
    },
    rows: { type: 'array', items: { type: 'object', description: 'a row, by the keys of the columns' } },
    total: { type: 'object', description: 'what all rows are together' },
    notes: { type: 'array', items: text, description: 'what goes with the answer but is no data' },
  },
} as const;
