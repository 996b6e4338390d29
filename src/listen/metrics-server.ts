import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Address } from '../app/live-settings.ts';
import { explainSocketError } from './explain-socket-error.ts';
import { formatMetrics, type Metric } from './format-metrics.ts';

export interface MetricsServer {
  /** Where it can be asked. */
  readonly url: string;
  close(): void;
}

/**
 * Serves `/metrics` in Prometheus' text form, and `/healthz`, which is 200 or 503.
 * @throws AppError SOCKET
 */
export async function serveMetrics(
  { host, port }: Address,
  metrics: () => readonly Metric[],
  health: () => { readonly ok: boolean },
): Promise<MetricsServer> {
  const server: Server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body);
    };
    const [path] = (request.url ?? '').split('?', 1);
    if (request.method !== 'GET' && request.method !== 'HEAD') answer(405, 'text/plain', 'only GET\n');
    else if (path === '/metrics') answer(200, 'text/plain; version=0.0.4; charset=utf-8', formatMetrics(metrics()));
    else if (path === '/healthz') {
      const state = health();
      answer(state.ok ? 200 : 503, 'application/json', `${JSON.stringify(state)}\n`);
    } else answer(404, 'text/plain', 'ask for /metrics or /healthz\n');
  });
  server.headersTimeout = 5000;
  server.requestTimeout = 5000;
  server.maxConnections = 20;
  try {
    server.listen({ port, host: host ?? '127.0.0.1' });
    await once(server, 'listening');
  } catch (cause) {
    throw explainSocketError(cause, `metrics on ${host ?? ''}:${port}`);
  }
  const { address, port: own, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${own}/metrics`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
