import { expect } from 'chai';
import { vsr } from '../../../lib/catalogues/index.js';
import client from '../../../lib/compat/prom-client/index.js';
import { renderPrometheus } from '../../../lib/exposition/index.js';
import { createRegistry } from '../../../lib/index.js';
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
  }
});
