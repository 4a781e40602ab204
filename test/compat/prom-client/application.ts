// A web shop as it might be written for prom-client: it uses everything the package has. It is given
// the package, and a clock to turn; all else it does itself. What it returns is everything seen.

import { type Client, outcome, type Registry, shown } from './both.js';
import type { FakeClock } from './clock.js';

interface Request {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly milliseconds: number;
  readonly bytes: number;
}

/** The traffic: the same in every run. */
function* traffic(requests: number): Generator<Request> {
  const methods = ['GET', 'GET', 'GET', 'POST', 'DELETE'];
  const routes = ['/', '/cart', '/item/:id', '/a"b\\c'];
  let state = 42;
  const next = (below: number) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state % below;
  };
  for (let index = 0; index < requests; index++) {
    const status = next(10) === 0 ? 500 : next(10) === 0 ? 404 : 200;
    yield {
      method: methods[next(methods.length)]!,
      route: routes[next(routes.length)]!,
      status,
      milliseconds: next(1500),
      bytes: next(100_000),
    };
  }
}

const defaultLabels = { service: 'shop', method: 'none' };

class HttpMetrics {
  readonly requests;
  readonly inFlight;
  readonly durations;
  readonly sizes;
  readonly lastRequest;

  constructor(client: Client, registry: Registry) {
    const registers = [registry];
    this.requests = new client.Counter({
      name: 'http_requests_total',
      help: 'Requests\nby outcome',
      labelNames: ['method', 'route', 'status'] as const,
      registers,
    });
    this.inFlight = new client.Gauge({
      name: 'http_requests_in_flight',
      help: 'Requests being handled',
      labelNames: ['method'] as const,
      registers,
    });
    this.durations = new client.Histogram({
      name: 'http_request_duration_seconds',
      help: 'How long requests took',
      labelNames: ['method', 'route'] as const,
      buckets: client.exponentialBuckets(0.01, 2.5, 6),
      registers,
    });
    this.sizes = new client.Summary({
      name: 'http_response_bytes',
      help: 'Sizes of responses',
      labelNames: ['method'] as const,
      percentiles: [0.5, 0.9, 0.99],
      maxAgeSeconds: 60,
      ageBuckets: 4,
      registers,
    });
    this.lastRequest = new client.Gauge({
      name: 'http_last_request_timestamp_seconds',
      help: 'When the last request came',
      registers,
    });
  }

  handle(request: Request, clock: FakeClock): number {
    const { method, route, status } = request;
    this.lastRequest.setToCurrentTime();
    this.inFlight.inc({ method });
    const end = this.durations.startTimer({ method });
    clock.advance(request.milliseconds);
    const seconds = end({ route });
    this.requests.inc({ method, route, status });
    this.sizes.labels(method).observe(request.bytes);
    this.inFlight.labels({ method }).dec();
    return seconds;
  }
}

class Stock {
  readonly #items = new Map([
    ['apple', 10],
    ['pear', 3],
  ]);
  readonly level;
  readonly orders;
  readonly weights;
  collected = 0;

  constructor(client: Client, registry: Registry) {
    const stock = this;
    const registers = [registry];
    this.level = new client.Gauge({
      name: 'stock_items',
      help: 'Items in stock',
      labelNames: ['item'],
      registers,
      aggregator: 'max',
      collect() {
        stock.collected++;
        this.reset();
        for (const [item, count] of stock.#items) this.set({ item }, count);
      },
    });
    this.orders = new client.Counter({
      name: 'stock_orders',
      help: 'Orders',
      registers,
      async collect() {
        await Promise.resolve();
        this.inc(0.5);
      },
    });
    this.weights = new client.Histogram({
      name: 'stock_order_weight_kilograms',
      help: 'Weights of orders',
      labelNames: ['item'],
      buckets: client.linearBuckets(0, 0.5, 5),
      registers,
    });
    for (const item of this.#items.keys()) this.weights.zero({ item });
  }

  order(item: string, count: number): void {
    this.#items.set(item, (this.#items.get(item) ?? 0) - count);
    this.orders.inc(count);
    this.weights.observe({ item }, count * 0.25);
  }
}

/** What goes wrong, and how it is said. */
async function mistakes(client: Client, registry: Registry): Promise<string[]> {
  const make = (config: object, kind: 'Counter' | 'Gauge' | 'Histogram' | 'Summary' = 'Counter') =>
    outcome(() => {
      const Kind = client[kind] as new (config: unknown) => object;
      new Kind({ registers: [registry], help: 'Help', ...config });
    });
  const counter = new client.Counter({
    name: 'mistakes_total',
    help: 'Mistakes',
    labelNames: ['kind'],
    registers: [registry],
  });
  const gauge = new client.Gauge({ name: 'mistaken', help: 'Mistakes', registers: [registry] });
  const wrong = counter as unknown as Record<string, (...args: unknown[]) => unknown>;
  const wrongGauge = gauge as unknown as Record<string, (...args: unknown[]) => unknown>;
  return Promise.all([
    make({ name: 'http_requests_total' }),
    make({ name: 'no-name' }),
    make({ name: '' }),
    make({ name: 'no_help', help: '' }),
    make({ name: 'labels', labelNames: ['not-a-label'] }),
    make({ name: 'collects', collect: 5 }),
    make({ name: 'exemplars', enableExemplars: true }),
    make({ name: 'reserved', labelNames: ['le'] }, 'Histogram'),
    make({ name: 'reserved_too', labelNames: ['quantile'] }, 'Summary'),
    outcome(() => new (client.Counter as unknown as new () => unknown)()),
    outcome(() => counter.inc(-1)),
    outcome(() => counter.inc({ kind: 'a' }, -1)),
    outcome(() => wrong.inc!({ sort: 'a' })),
    outcome(() => wrong.inc!('five')),
    outcome(() => counter.labels('a', 'b')),
    outcome(() => (wrong.labels!({ sort: 'a' }) as { inc(): void }).inc()),
    outcome(() => counter.labels('a').inc(Infinity)),
    outcome(() => counter.remove('a', 'b')),
    outcome(() => wrongGauge.set!('5')),
    outcome(() => wrongGauge.inc!('five')),
    outcome(() => wrongGauge.set!({ kind: 'a' }, 5)),
    outcome(() => client.linearBuckets(0, 1, 0)),
    outcome(() => client.exponentialBuckets(0, 2, 3)),
    outcome(() => client.exponentialBuckets(1, 1, 3)),
    outcome(() => client.exponentialBuckets(1, 2, 0)),
    outcome(() => registry.setContentType('text/html' as never)),
    outcome(() => new (client.Registry as new (type: string) => unknown)('text/html')),
    outcome(() => registry.getSingleMetricAsString('not_there')),
    outcome(() => client.collectDefaultMetrics(5 as never)),
    outcome(() => new client.Pushgateway('http://127.0.0.1:1').push({} as never)),
    outcome(() => client.AggregatorRegistry.setRegistries('registry' as never)),
    outcome(() => client.AggregatorRegistry.aggregate([[{ name: 'a', aggregator: 'none' }]])),
    outcome(() => client.Registry.merge([registry, openMetrics(client)] as never)),
    outcome(() => client.Registry.merge([registry, copyOf(client, registry)])),
  ]);
}

function openMetrics(client: Client): Registry {
  const registry = new client.Registry();
  registry.setContentType(client.openMetricsContentType as never);
  return registry;
}

function copyOf(client: Client, registry: Registry): Registry {
  const copy = new client.Registry();
  for (const { name } of registry.getMetricsAsArray()) {
    new client.Counter({ name, help: 'The same name', registers: [copy] });
  }
  return copy;
}

async function withExemplars(client: Client, clock: FakeClock): Promise<string[]> {
  const registry = openMetrics(client);
  const orders = new client.Counter({
    name: 'orders_total',
    help: 'Orders',
    labelNames: ['shop', 'trace_id'],
    enableExemplars: true,
    registers: [registry],
  });
  const durations = new client.Histogram({
    name: 'order_duration_seconds',
    help: 'How long orders took',
    labelNames: ['shop', 'trace_id'],
    buckets: [0.1, 1, 10],
    enableExemplars: true,
    registers: [registry],
  });
  for (let index = 0; index < 5; index++) {
    const exemplarLabels = { trace_id: `trace-${index}` };
    orders.inc({ labels: { shop: 'north' }, value: index, exemplarLabels });
    durations.observe({ labels: { shop: 'north' }, value: 0.05 * 10 ** index, exemplarLabels });
    clock.advance(250);
  }
  orders.inc({ labels: { shop: 'south' } });
  orders.inc();
  const end = durations.startTimer({ shop: 'south' }, { trace_id: 'started' });
  clock.advance(300);
  const seconds = end();
  const exemplarLabels = { trace_id: 'x'.repeat(130) };
  const tooLong = await outcome(() => orders.inc({ labels: { shop: 'north' }, exemplarLabels }));
  return [String(seconds), tooLong, ...(await shown(registry))];
}

async function administration(client: Client, registry: Registry): Promise<string[]> {
  const other = new client.Registry();
  const loose = new client.Gauge({ name: 'loose', help: 'Registered later', registers: [] });
  other.registerMetric(loose);
  loose.set(3);
  const merged = client.Registry.merge([registry, other]);
  merged.setDefaultLabels(defaultLabels);
  const seen = [await merged.metrics()];
  const names = (from: Registry) => from.getMetricsAsArray().map(({ name }) => name);
  seen.push(names(merged).join(), String(merged.getSingleMetric('loose') === (loose as unknown)));
  const json = await registry.getMetricsAsJSON();
  const aggregated = client.AggregatorRegistry.aggregate([json, json]);
  seen.push(...(await shown(aggregated as Registry)));
  merged.removeSingleMetric('loose');
  seen.push(names(merged).join());
  registry.resetMetrics();
  seen.push(...(await shown(registry)));
  registry.setDefaultLabels(defaultLabels);
  seen.push(await registry.metrics());
  registry.clear();
  seen.push(await registry.metrics(), registry.contentType, String(names(registry).length));
  return seen;
}

export async function runApplication(client: Client, clock: FakeClock): Promise<string[]> {
  const registry = new client.Registry();
  registry.setDefaultLabels(defaultLabels);
  const http = new HttpMetrics(client, registry);
  const stock = new Stock(client, registry);
  let seconds = 0;
  for (const request of traffic(100)) {
    seconds += http.handle(request, clock);
    if (request.method === 'POST') stock.order(request.bytes % 2 ? 'apple' : 'pear', 1);
  }
  const seen = [String(seconds), ...(await shown(registry))];
  clock.advance(45_000);
  http.requests.remove('GET', '/', '200');
  http.requests.labels('GET', '/', '200').inc(7);
  http.durations.remove({ method: 'DELETE', route: '/' });
  seen.push(...(await shown(registry)), String(stock.collected));
  seen.push(...(await mistakes(client, registry)), ...(await withExemplars(client, clock)));
  seen.push(...(await administration(client, registry)));
  seen.push(String(client.validateMetricName('a:b')), String(client.validateMetricName('1')));
  seen.push(client.collectDefaultMetrics.metricsList.join(), client.contentType);
  return seen;
}
