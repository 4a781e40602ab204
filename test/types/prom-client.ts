// Types written for prom-client mean the same with vsr-metrics/prom-client.

import * as theirs from 'prom-client';
import client, {
  type Aggregator,
  AggregatorRegistry,
  Counter,
  type CounterConfiguration,
  collectDefaultMetrics,
  exponentialBuckets,
  Gauge,
  Histogram,
  type HistogramConfiguration,
  linearBuckets,
  type Metric,
  type OpenMetricsContentType,
  Pushgateway,
  Registry,
  type RegistryContentType,
  register,
  Summary,
  validateMetricName,
} from 'vsr-metrics/prom-client';

const counter = new Counter({
  name: 'metric_name',
  help: 'metric_help',
  labelNames: ['method', 'status'] as const,
  async collect() {
    this.inc({ method: 'GET' });
  },
});
counter.inc({ method: 1 });
counter.inc({ method: 'GET', status: '200' }, 5);
counter.inc();
counter.inc({ labels: { method: 'GET' }, value: 2, exemplarLabels: { status: 'a' } });
const child: Counter.Internal = counter.labels('GET', '200');
child.inc(2);
counter.remove({ method: 'GET' });
// @ts-expect-error: Object literal may only specify known properties
counter.inc({ methods: 1 });
// @ts-expect-error: Argument of type 'string' is not assignable
child.inc('5');

const configuration: CounterConfiguration<'zone'> = { name: 'a', help: 'A', labelNames: ['zone'] };
const zones: Counter<'zone'> = new client.Counter(configuration);
zones.inc({ zone: 'a' });
// @ts-expect-error: Property 'help' is missing
new Counter({ name: 'no_help' });

const gauge = new Gauge({ name: 'g', help: 'G', labelNames: ['a'], aggregator: 'average' });
const aggregator: Aggregator = 'first';
gauge.set({ a: 'b' }, 5);
gauge.labels({ a: 'b' }).setToCurrentTime();
const end = gauge.startTimer({ a: 'b' });
const seconds: number = end({ a: 'c' });
// @ts-expect-error: Argument of type 'string' is not assignable to parameter of type 'number'
gauge.set('5');

const buckets = [...linearBuckets(0, 1, 5), ...exponentialBuckets(8, 2, 3)];
const settings: HistogramConfiguration<string> = { name: 'h', help: 'H', buckets };
const histogram = new Histogram(settings);
histogram.observe({ any: 'label' }, 1);
histogram.zero({ any: 'label' });
histogram.startTimer({ a: 'b' }, { trace: 'c' })({}, { span: 'd' });
const summary = new Summary({ name: 's', help: 'S', percentiles: [0.5], ageBuckets: 5 });
summary.labels({}).observe(1);

const openMetrics = new Registry<OpenMetricsContentType>();
openMetrics.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
const aggregators = new AggregatorRegistry<RegistryContentType>();
const all: Promise<string> = aggregators.clusterMetrics();
AggregatorRegistry.setRegistries([register, openMetrics]);
new Gauge({ name: 'both', help: 'Both', registers: [register, openMetrics] });
collectDefaultMetrics({ register, prefix: 'shop_', labels: { zone: 'a' } });
const names: string[] = collectDefaultMetrics.metricsList;
const isName: boolean = validateMetricName('a');
const gateway = new Pushgateway('http://127.0.0.1:9091', { timeout: 5000 }, register);
await gateway.pushAdd({ jobName: 'job', groupings: { key: 'value' } });

/** A library that was written for prom-client takes what this package makes, and the other way. */
function instrument(registry: theirs.Registry, metric: theirs.Counter<'zone'>): theirs.Metric {
  registry.registerMetric(metric);
  return new theirs.Gauge({ name: 'theirs', help: 'Theirs', registers: [registry] });
}
const made: Metric = instrument(register, zones);
register.registerMetric(new theirs.Counter({ name: 'b', help: 'B' }));
Registry.merge([register, theirs.register]);
theirs.Registry.merge([register, theirs.register]);
theirs.collectDefaultMetrics({ register });
const text: string = await register.getSingleMetricAsString('metric_name');
const json = await register.getMetricsAsJSON();
const values: number[] = json.flatMap((metric) => metric.values.map(({ value }) => value));

export { aggregator, all, isName, made, names, seconds, text, values };
