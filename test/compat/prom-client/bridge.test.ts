import { expect } from 'chai';
import { vsr } from '../../../lib/catalogues/index.js';
import client from '../../../lib/compat/prom-client/index.js';
import { renderPrometheus } from '../../../lib/exposition/index.js';
import { createHealthChecks } from '../../../lib/health/index.js';
import { createRegistry } from '../../../lib/index.js';
import { catchWarnings } from '../../support/warnings.js';
import { theirs } from './both.js';

/** The lines of a text, and the labels of each, in one order. */
function sorted(text: string): string[] {
  return text
    .replace(/\{(.*)\}/g, (_, list: string) => `{${list.match(/\w+="[^"]*"/g)?.sort()}}`)
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

describe('bridge', () => {
  for (const [title, Registry] of [
    ['of this package', client.Registry],
    ['of prom-client', theirs.Registry],
  ] as const) {
    it(`shows a vsr-metrics registry in a registry ${title}, live`, async () => {
      const source = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
      const registry = new Registry();
      client.bridge(source, registry as InstanceType<typeof client.Registry>);
      for (const value of [1, 2]) {
        source.metrics.operations.with({ status: 'success' }).inc(value);
        source.metrics.viewNumber.set(value);
        source.metrics.prepareLatency.record(value / 3);
        const expected = sorted(renderPrometheus(source.snapshot()));
        expect(sorted(await registry.metrics())).to.deep.equal(expected);
      }
      registry.setContentType(theirs.openMetricsContentType as never);
      const text = await registry.metrics();
      expect(text).to.match(/^vsr_operations_total\{.*status="success".*\} 3$/m);
      source.close();
    });

    it(`shows exemplars in a registry ${title}`, async () => {
      const source = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
      const registry = new Registry(theirs.openMetricsContentType as never);
      client.bridge(source, registry as InstanceType<typeof client.Registry>);
      const success = source.metrics.operations.with({ status: 'success' });
      success.incWithExemplar(1, { trace_id: 'a1' });
      source.metrics.prepareLatency.recordWithExemplar(0.3, { trace_id: 'b2' });
      source.metrics.prepareLatency.recordWithExemplar(1e9, { trace_id: 'c3' });
      const text = await registry.metrics();
      expect(text).to.match(/^vsr_operations_total\{.*\} 1 # \{trace_id="a1"\} 1 \d+\.?\d*$/m);
      expect(text).to.match(/^vsr_prepare_latency_ms_bucket\{le="0.5".* # \{trace_id="b2"\} 0.3 /m);
      expect(text).to.match(/^vsr_prepare_latency_ms_bucket\{le="\+Inf".* # \{trace_id="c3"\} /m);
      expect(text.match(/ # /g)).to.have.lengthOf(3);
      source.close();
    });

    it(`shows families that the source got later in a registry ${title}`, async () => {
      const source = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
      const registry = new Registry();
      client.bridge(source, registry as InstanceType<typeof client.Registry>);
      expect(await registry.metrics()).not.to.include('health_check');
      const taken = { name: 'health_check_duration_seconds', help: 'Mine', registers: [registry] };
      new theirs.Gauge(taken as never);
      const health = createHealthChecks({ registry: source });
      health.add('disk', () => undefined);
      await health.run();
      let shown: Promise<string> | undefined;
      const warnings = catchWarnings(() => {
        shown = registry.metrics();
      });
      const text = await shown;
      expect(text).to.match(/^health_check_status\{.*check_name="disk".*\} 1$/m);
      // A name that is taken is left to whoever has it, and said once.
      expect(text).to.include('# HELP health_check_duration_seconds Mine\n');
      expect(warnings).to.have.lengthOf(1);
      expect(warnings[0]!.message).to.include('health_check_duration_seconds');
      expect(JSON.stringify(await registry.getMetricsAsJSON())).to.include('health_check_status');
      registry.clear();
      expect(await registry.metrics()).not.to.include('health');
      health.close();
      source.close();
    });
  }
});
