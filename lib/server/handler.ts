// The endpoints as a handler for a server of one's own: node:http, express, fastify and the like.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { closeBefore } from '../core/dependents.js';
import { RegistryReader } from '../core/reading/reader.js';
import { Endpoints } from './endpoints.js';
import type { Condition } from './health-documents.js';
import { type Refusal, ServerMeter } from './meter.js';
import {
  checkHandlerOptions,
  type EndpointName,
  type HandlerOptions,
  type ResolvedHandlerOptions,
  resolveHandlerOptions,
} from './options.js';
import { checkShown } from './shown.js';

/** Answers a request when it is for one of the endpoints; false: it is for someone else. */
export interface Handler extends AsyncDisposable {
  (request: IncomingMessage, response: ServerResponse): boolean;
  /** From now on `/health/live`, `/health/ready` and `/health` say 503. */
  beginShutdown(): void;
  /** Ends the streams of those who watch the page; closing the registry does so too. */
  close(): Promise<void>;
}

/** All else is the application's, unless it says so. */
const usualEndpoints: readonly EndpointName[] = ['metrics', 'live', 'ready'];

/**
 * The endpoints as a handler for one's own server: `/metrics`, `/health/live` and `/health/ready`,
 * unless `endpoints` names others. All other requests are the application's, and so are those with other
 * methods than GET and HEAD. It runs in this thread: while that is busy it answers nobody, other than a
 * server of `startServer`.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { createHandler } from 'vsr-metrics/server';
 *
 * const handler = createHandler({ registry });
 * createServer((request, response) => {
 *   if (!handler(request, response)) response.writeHead(404).end();
 * }).listen(8080);
 * ```
 * @throws ServerError when an option does not fit
 */
export function createHandler(options: HandlerOptions): Handler {
  checkHandlerOptions(options);
  const endpoints = createEndpoints(options, resolveHandlerOptions(options, usualEndpoints));
  const release = closeBefore(options.registry ?? endpoints, 'servers', () => close());
  const close = async () => {
    release();
    endpoints.close();
  };
  return Object.assign(
    (request: IncomingMessage, response: ServerResponse) => endpoints.handle(request, response),
    { beginShutdown: () => endpoints.beginShutdown(), close, [Symbol.asyncDispose]: close },
  );
}

/** @throws ServerError when there is nothing to show, or two things */
export function createEndpoints(given: HandlerOptions, options: ResolvedHandlerOptions): Endpoints {
  const source = checkShown(given);
  const condition = (): Omit<Condition, 'isStopping'> => ({
    // That it answers shows that the event loop turns.
    loopAgeMs: undefined,
    stuckAfterMs: options.stuckAfterMs,
    writerState: source instanceof RegistryReader ? source.writer.state : undefined,
  });
  const meter = new ServerMeter(source.ownRegistry ?? source);
  if (options.token !== undefined) meter.open();
  const onRefused = (reason: Refusal) => meter.refused(reason, 1);
  return new Endpoints({ ...options, source, condition, onRefused });
}
