// Pulled instead of pushed: a page with the last snapshot that was exported.

import { VsrMetricsError } from '../core/errors.js';
import { refusals } from '../core/options.js';
import type { Snapshot } from '../core/reading/snapshot.js';
import type { Exporter } from '../export/exporter.js';
import { type RunningServer, startServer } from '../server/start.js';

export class PrometheusPage implements Exporter {
  readonly name = 'prometheus';
  readonly #endpoint: URL;
  readonly #usualPort: number;
  #server: RunningServer | undefined;
  #snapshot: Snapshot | undefined;

  constructor(endpoint: string) {
    const url = endpoint.includes('://') ? endpoint : `http://${endpoint}`;
    if (!URL.canParse(url) || !url.startsWith('http://')) {
      throw refusals.exporter({
        problem: 'a page for Prometheus needs an endpoint to listen on',
        given: endpoint,
        allowed: 'HOST:PORT, or a URL as http://0.0.0.0:9464/metrics',
      });
    }
    this.#endpoint = new URL(url);
    // A URL does not show the one that is usual for HTTP.
    this.#usualPort = /:80(\/|$)/.test(url) ? 80 : 9464;
  }

  async start(): Promise<void> {
    const { pathname, hostname, port } = this.#endpoint;
    this.#server = await startServer({
      source: { snapshot: () => this.#shown(), history: () => [] },
      path: pathname === '/' ? '/metrics' : pathname,
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: port === '' ? this.#usualPort : Number(port),
      endpoints: ['metrics', 'live'],
    });
  }

  export(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  #shown(): Snapshot {
    if (this.#snapshot !== undefined) return this.#snapshot;
    throw new VsrMetricsError('VSR_METRICS_SERVER_EMPTY', {
      problem: 'nothing has been exported yet',
    });
  }
}
