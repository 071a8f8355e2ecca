// The port for those who watch the server: its figures, whether it lives, whether it can be sent work.

import type { Server } from 'bun';

import { limits } from '../../protocol/limits';
import { exposition, type Family, openMetricsType, prometheusType } from './exposition';

const msPerSecond = 1000;

export interface Watched {
  families(): readonly Family[];
  /** Whether a commit succeeds within a second, and the server is not stopping. */
  isReady(): Promise<boolean>;
}

/** Opens it; throws the system's error where the port cannot be had. `hostname`: loopback unless the operator says more. */
export function openMetricsDoor(watched: Watched, hostname: string, port: number): Server<unknown> {
  return Bun.serve({
    hostname,
    port,
    // Two servers at one port would share those who ask.
    reusePort: false,
    development: false,
    // Nobody sends anything here.
    maxRequestBodySize: 0,
    idleTimeout: limits.metrics.idleMs / msPerSecond,
    routes: {
      '/metrics': { GET: (request) => answerMetrics(request, watched) },
      '/health/live': { GET: () => text(200, 'alive\n') },
      '/health/ready': { GET: () => answerReady(watched) },
    },
    fetch: () => text(404, 'See /metrics, /health/live and /health/ready.\n'),
    error: () => text(500, 'The server could not look at itself.\n'),
  });
}

function answerMetrics({ headers }: Request, watched: Watched): Response {
  const isOpen = headers.get('accept')?.includes('application/openmetrics-text') ?? false;
  const type = isOpen ? openMetricsType : prometheusType;
  return new Response(exposition(watched.families(), isOpen), {
    headers: { 'content-type': type },
  });
}

async function answerReady(watched: Watched): Promise<Response> {
  return (await watched.isReady()) ? text(200, 'ready\n') : text(503, 'not ready\n');
}

const text = (status: number, body: string): Response =>
  new Response(body, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  });
