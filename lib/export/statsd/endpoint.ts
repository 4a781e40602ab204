// Where a StatsD server listens: `localhost:8125`, `[::1]:8125`, or `unix:/run/statsd.sock`.

import type { ExporterError } from '../../core/errors.js';
import { refusals } from '../../core/options.js';
import { longestUnixPath } from './unix-transport.js';

export type StatsdEndpoint =
  | { readonly kind: 'udp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

const defaultPort = 8125;

/** @throws ExporterError when it is no endpoint */
export function parseEndpoint(text: string): StatsdEndpoint {
  const path = /^unix:(?:\/\/)?(\/.+)$/.exec(text)?.[1];
  if (path !== undefined) {
    if (Buffer.byteLength(path) <= longestUnixPath) return { kind: 'unix', path };
    throw invalid(text, `a path of at most ${longestUnixPath} bytes`);
  }
  const [, bracketed, name, digits] =
    /^(?:udp:\/\/)?(?:\[([0-9a-fA-F:.%]+)\]|([^\s:/[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? name;
  const port = digits === undefined ? defaultPort : Number(digits);
  if (host !== undefined && port >= 1 && port <= 65_535) return { kind: 'udp', host, port };
  throw invalid(text, 'HOST:PORT, [IPV6]:PORT, or unix:/PATH');
}

function invalid(given: string, allowed: string): ExporterError {
  const problem = 'the option endpoint of a StatsD exporter is no place to send to';
  return refusals.exporter({ problem, given, allowed });
}
