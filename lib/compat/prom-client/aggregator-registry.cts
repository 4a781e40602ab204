// A registry of a cluster's primary: it asks the workers for their metrics and adds them up.
//
// The messages are those of prom-client, so that primaries and workers may use either package.

import type { Cluster } from 'node:cluster';

import clusterModule = require('cluster');
import aggregators = require('./aggregators.cjs');
import Registry = require('./registry.cjs');

import type { AnyMetric, AnyRegistry, Reading } from './types.cjs';

// Its types are those of its ESM form.
const cluster = clusterModule as unknown as Cluster;

const requestType = 'prom-client:getMetricsReq';
const responseType = 'prom-client:getMetricsRes';
const timeoutMilliseconds = 5000;

interface Message {
  readonly type?: string;
  readonly requestId?: number;
  readonly metrics?: Reading[][];
  readonly error?: string;
}

interface Request {
  readonly responses: Reading[][];
  pending: number;
  settle(error: Error | undefined, text?: string | Promise<string>): void;
}

let registries: readonly AnyRegistry[] = [Registry.globalRegistry];
let nextRequestId = 0;
let isListening = false;
const requests = new Map<number, Request>();

class AggregatorRegistry extends Registry {
  constructor(contentType?: string) {
    super(contentType);
    listen();
  }

  clusterMetrics(): Promise<string> {
    const requestId = nextRequestId++;
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(
        () => request.settle(new Error('Operation timed out.')),
        timeoutMilliseconds,
      );
      const request: Request = {
        responses: [],
        pending: 0,
        settle(error, text) {
          clearTimeout(timeout);
          requests.delete(requestId);
          if (error === undefined) resolve(text!);
          else reject(error);
        },
      };
      requests.set(requestId, request);
      // A worker that is ending may be listed, and not be there any more.
      const workers = Object.values(cluster.workers ?? {}).filter((each) => each?.isConnected());
      request.pending = workers.length;
      for (const worker of workers) worker!.send({ type: requestType, requestId });
      if (workers.length === 0) process.nextTick(() => request.settle(undefined, ''));
    });
  }

  static aggregate(
    metrics: readonly (readonly Reading[])[],
    contentType = Registry.PROMETHEUS_CONTENT_TYPE,
  ): Registry {
    const aggregated = new Registry();
    aggregated.setContentType(contentType);
    const byName = new Map<string, Reading[]>();
    for (const reading of metrics.flat()) {
      const alike = byName.get(reading.name);
      if (alike === undefined) byName.set(reading.name, [reading]);
      else alike.push(reading);
    }
    for (const readings of byName.values()) {
      const name = readings[0]!.aggregator;
      const aggregator = (aggregators as Record<string, unknown>)[name];
      if (typeof aggregator !== 'function') {
        throw new Error(`'${name}' is not a defined aggregator.`);
      }
      const reading: Reading | undefined = aggregator(readings);
      if (reading === undefined) continue;
      aggregated.registerMetric({ get: () => reading, ...reading } as unknown as AnyMetric);
    }
    return aggregated;
  }

  static setRegistries(given: AnyRegistry | readonly AnyRegistry[]): void {
    const list = (Array.isArray(given) ? given : [given]) as readonly AnyRegistry[];
    for (const registry of list) {
      // By what it can do: a registry of prom-client itself is as good.
      if (typeof registry?.getMetricsAsJSON !== 'function') {
        throw new TypeError(`Expected Registry, got ${typeof registry}`);
      }
    }
    registries = list;
  }
}

/** Answers the primary in a worker, and takes the answers in the primary. Once. */
function listen(): void {
  if (isListening) return;
  isListening = true;
  if (cluster.isPrimary) cluster.on('message', (_worker, message: Message) => receive(message));
  if (cluster.isWorker) process.on('message', (message: Message) => void answer(message));
}

function receive({ type, requestId, metrics = [], error }: Message): void {
  if (type !== responseType) return;
  // Nobody waits any more for an answer that comes late.
  const request = requests.get(requestId!);
  if (request === undefined) return;
  if (error !== undefined) {
    request.settle(new Error(error));
    return;
  }
  request.responses.push(...metrics);
  request.pending--;
  if (request.pending > 0) return;
  try {
    request.settle(undefined, AggregatorRegistry.aggregate(request.responses).metrics());
  } catch (failure) {
    request.settle(failure as Error);
  }
}

async function answer({ type, requestId }: Message): Promise<void> {
  if (type !== requestType) return;
  try {
    const metrics = await Promise.all(registries.map((each) => each.getMetricsAsJSON()));
    process.send!({ type: responseType, requestId, metrics });
  } catch (error) {
    process.send!({ type: responseType, requestId, error: (error as Error).message });
  }
}

export = AggregatorRegistry;
