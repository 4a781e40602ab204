import { expect } from 'chai';
import { type Client, ours, theirs } from './both.js';

/** Which families there are, and which series they show, without their numbers. */
async function shownBy(client: Client, config: object): Promise<string[]> {
  const register = new client.Registry();
  client.collectDefaultMetrics({ register, ...config });
  const text = await register.metrics();
  return text
    .split('\n')
    .filter((line) => !/nodejs_gc_duration|nodejs_active_\w+\{/.test(line) || line.startsWith('#'))
    .map((line) => (line.startsWith('#') ? line : line.replace(/ [-\d.e+]+$/, '')));
}

describe('collectDefaultMetrics', () => {
  for (const config of [{}, { prefix: 'shop_', labels: { zone: 'a', rack: '2' } }]) {
    it(`shows the families and series of prom-client with ${JSON.stringify(config)}`, async () => {
      const expected = await shownBy(theirs, config);
      expect(expected.length).to.be.above(70);
      expect(await shownBy(ours, config)).to.deep.equal(expected);
    });
  }

  it('measures this process', async () => {
    const register = new ours.Registry();
    ours.collectDefaultMetrics({ register, gcDurationBuckets: [0.5] });
    const readings = await register.getMetricsAsJSON();
    const values = new Map(readings.map(({ name, values: [first] }) => [name, first?.value]));
    const age = Date.now() / 1000 - values.get('process_start_time_seconds')!;
    expect(Math.abs(age - process.uptime())).to.be.below(60);
    expect(values.get('process_resident_memory_bytes')).to.be.above(10e6);
    expect(values.get('nodejs_heap_size_used_bytes')).to.be.above(1e6);
    expect(values.get('process_cpu_seconds_total')).to.be.at.least(0);
    expect(values.get('nodejs_version_info')).to.equal(1);
  });

  it('lists the same metrics', () => {
    const { metricsList } = theirs.collectDefaultMetrics;
    expect(ours.collectDefaultMetrics.metricsList).to.deep.equal(metricsList);
  });
});
