// Pushes the text of a registry to a Pushgateway.

import http = require('http');
import https = require('https');
import url = require('url');
import zlib = require('zlib');
import Registry = require('./registry.cjs');

import type { AnyRegistry } from './types.cjs';

interface PushParameters {
  readonly jobName?: string;
  readonly groupings?: Readonly<Record<string, string>>;
}

interface PushResult {
  readonly resp: http.IncomingMessage;
  readonly body: string;
}

class Pushgateway {
  readonly registry: AnyRegistry;
  readonly gatewayUrl: string;
  readonly requireJobName: boolean;
  readonly requestOptions: https.RequestOptions;

  constructor(
    gatewayUrl: string,
    options?: https.RequestOptions & { readonly requireJobName?: boolean },
    registry?: AnyRegistry,
  ) {
    const { requireJobName, ...requestOptions } = { requireJobName: true, ...options };
    this.registry = registry || Registry.globalRegistry;
    this.gatewayUrl = gatewayUrl;
    this.requireJobName = requireJobName;
    this.requestOptions = requestOptions;
  }

  pushAdd(parameters: PushParameters = {}): Promise<PushResult> {
    return this.#send('POST', parameters);
  }

  push(parameters: PushParameters = {}): Promise<PushResult> {
    return this.#send('PUT', parameters);
  }

  delete(parameters: PushParameters = {}): Promise<PushResult> {
    return this.#send('DELETE', parameters);
  }

  // Not async: a missing name is thrown, not a rejection.
  #send(method: string, parameters: PushParameters): Promise<PushResult> {
    if (this.requireJobName && !parameters.jobName) throw new Error('Missing jobName parameter');
    return this.#request(method, parameters);
  }

  async #request(method: string, { jobName, groupings }: PushParameters): Promise<PushResult> {
    const target = new URL(this.gatewayUrl);
    const base = target.pathname === '/' ? '' : target.pathname;
    const pairs = Object.entries(groupings || {})
      .flat()
      .map(encodeURIComponent);
    const job = jobName ? `/${['job', encodeURIComponent(jobName), ...pairs].join('/')}` : '';
    target.pathname = `${base}/metrics${job}`;
    target.search = '';
    const options: https.RequestOptions = {
      ...url.urlToHttpOptions(target),
      ...this.requestOptions,
      method,
    };
    const { headers } = options as { headers?: http.OutgoingHttpHeaders };
    const isCompressed = headers?.['Content-Encoding'] === 'gzip';
    if (method === 'DELETE' && headers !== undefined) {
      const { 'Content-Encoding': _, ...others } = headers;
      options.headers = others;
    }
    return new Promise((resolve, reject) => {
      const client = target.protocol === 'https:' ? https : http;
      const request = client.request(options, (resp) => {
        let body = '';
        resp.setEncoding('utf8');
        resp.on('data', (chunk: string) => {
          body += chunk;
        });
        resp.on('end', () => {
          if (resp.statusCode! < 400) resolve({ resp, body });
          else reject(new Error(`push failed with status ${resp.statusCode}, ${body}`));
        });
      });
      request.on('error', reject);
      request.on('timeout', () => request.destroy(new Error('Pushgateway request timed out')));
      if (method === 'DELETE') {
        request.end();
        return;
      }
      this.registry.metrics().then((text) => {
        // Written, then ended: in chunks, as prom-client sends it.
        request.write(isCompressed ? zlib.gzipSync(text) : text);
        request.end();
      }, reject);
    });
  }
}

export = Pushgateway;
