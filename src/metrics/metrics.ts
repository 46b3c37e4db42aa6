import { createServer, type Server } from 'node:http';
import { isIPv6, type AddressInfo } from 'node:net';
import type { INestApplicationContext } from '@nestjs/common';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { portUnusable } from '../http/port-unusable.js';
import { stateMetrics } from './state-metrics.js';
import { workMetrics } from './work-metrics.js';

export interface MetricsSettings {
  readonly host: string;
  readonly port: number;
}

/** Running server of metrics. */
export interface Metrics {
  /** For example `http://127.0.0.1:9464/metrics`. */
  readonly url: string;
  close(): Promise<void>;
}

const listenSettings = { host: 'METRICS_HOST', port: 'METRICS_PORT', example: 9465 };

/**
 * Serves metrics for Prometheus at `/metrics` of a separate port, without authentication. Labels contain no text of a caller,
 * no secret and no tenant, and each label has a limited number of values.
 *
 * @throws PortUnusable
 */
export async function startMetrics(settings: MetricsSettings, app: INestApplicationContext): Promise<Metrics> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const stop = workMetrics(registry);
  stateMetrics(registry, app);
  const server = createServer((request, response) => {
    const respond = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    if (request.url !== '/metrics') respond(404, 'text/plain', 'Metrics are at /metrics.\n');
    else
      registry.metrics().then(
        (text) => respond(200, registry.contentType, text),
        () => respond(500, 'text/plain', 'The metrics cannot be collected.\n'),
      );
  });
  try {
    await listen(server, settings);
  } catch (error) {
    stop();
    throw portUnusable(error, { ...settings, settings: listenSettings }) ?? error;
  }
  const { address, port } = server.address() as AddressInfo;
  return {
    url: `http://${isIPv6(address) ? `[${address}]` : address}:${port}/metrics`,
    close: () => {
      stop();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function listen(server: Server, { host, port }: MetricsSettings): Promise<void> {
  return new Promise((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
}
