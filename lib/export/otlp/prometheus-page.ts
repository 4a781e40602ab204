// Pulled instead of pushed: a page with the last snapshot that was exported.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { VsrMetricsError } from '../../core/errors.js';
import type { Snapshot } from '../../core/snapshot.js';
import { negotiate } from '../../exposition/negotiate.js';
import { renderBytes } from '../../exposition/render.js';
import type { Exporter } from '../exporter.js';

export class PrometheusPage implements Exporter {
  readonly name = 'prometheus';
  readonly #endpoint: URL;
  #server: Server | undefined;
  #snapshot: Snapshot | undefined;

  constructor(endpoint: string) {
    const url = endpoint.includes('://') ? endpoint : `http://${endpoint}`;
    if (!URL.canParse(url) || !url.startsWith('http://')) {
      throw new VsrMetricsError('VSR_METRICS_EXPORTER_OPTIONS', {
        problem: 'a page for Prometheus needs an endpoint to listen on',
        given: endpoint,
        allowed: 'HOST:PORT, or a URL as http://0.0.0.0:9464/metrics',
      });
    }
    this.#endpoint = new URL(url);
  }

  async start(): Promise<void> {
    const { pathname, hostname, port } = this.#endpoint;
    const path = pathname === '/' ? '/metrics' : pathname;
    const server = createServer((request, response) => {
      if (this.#snapshot === undefined || request.url?.split('?')[0] !== path) {
        response.writeHead(404).end();
        return;
      }
      const { format, contentType } = negotiate(request.headers.accept);
      response.setHeader('content-type', contentType);
      response.end(renderBytes(format, this.#snapshot));
    });
    server.listen(Number(port || 80), hostname.replace(/^\[(.*)\]$/, '$1')).unref();
    await once(server, 'listening');
    this.#server = server;
  }

  export(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}
