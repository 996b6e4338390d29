import type { House } from './house.ts';
import { HttpFault } from './http-fault.ts';
import type { Route } from './route.ts';

/** What monitoring asks: whether the server lives, whether it can answer, and how much it has done. */
export function watchRoutes(house: House): Route[] {
  const common = { method: 'GET', least: 'nobody', kind: 'watch', query: {} } as const;
  return [
    {
      ...common,
      path: '/healthz',
      summary: 'whether the server is alive',
      types: ['application/json'],
      answer: async () => ({ ok: true }),
    },
    {
      ...common,
      path: '/readyz',
      summary: 'whether the store can be asked; 503 where it cannot',
      types: ['application/json'],
      answer: async () => {
        try {
          await house.desk.readState();
        } catch (cause) {
          throw new HttpFault(
            503,
            'STORE_UNREACHABLE',
            'the store cannot be asked',
            'The log of the server says more.',
            cause,
          );
        }
        return { ok: true };
      },
    },
    {
      ...common,
      path: '/metrics',
      summary: 'what the server has done, for Prometheus',
      types: ['text/plain'],
      answer: async ({ reply }) => {
        reply.type('text/plain; version=0.0.4; charset=utf-8');
        return house.counters.format();
      },
    },
  ];
}
