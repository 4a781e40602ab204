// Catalogues that join a registry while it is used.

import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { renderPrometheus } from '../../lib/exposition/index.js';
import {
  attachRegistry,
  CatalogueError,
  createRegistry,
  defineCatalogue,
  RegistryError,
} from '../../lib/index.js';
import { thrownBy } from './catalogue/thrown.js';

const shop = defineCatalogue({
  name: 'shop',
  families: {
    sales: { kind: 'counter', name: 'sales_total', help: 'S', labels: { zone: ['a', 'b'] } },
  },
});
const mail = defineCatalogue({
  name: 'mail',
  families: {
    sent: {
      kind: 'counter',
      name: 'mail_sent_total',
      help: 'M',
      labels: { zone: 'any', to: 'any' },
    },
    waiting: { kind: 'gauge', name: 'mail_waiting', help: 'W', combine: 'sum' },
    // The same key as in the other one: they are reached by different ways.
    sales: { kind: 'histogram', name: 'mail_size_bytes', help: 'B', buckets: [10, 1000] },
  },
});

describe('registry.add()', () => {
  it('adds families to a registry that records already, under its labels', () => {
    const registry = createRegistry({
      catalogue: shop,
      fixedLabels: { zone: 'a' },
      defaultLabels: { app: 'shop' },
    });
    registry.metrics.sales.inc();
    expect(registry.snapshot().family('mail_waiting')).to.equal(undefined);
    const added = registry.add(mail);
    added.sent.with({ to: 'x' }).inc(2);
    added.waiting.inc();
    added.sales.record(7);
    const text = renderPrometheus(registry.snapshot());
    expect(text).to.include('\nmail_sent_total{zone="a",to="x",app="shop"} 2\n');
    expect(text).to.include('\nmail_waiting{app="shop"} 1\n');
    expect(text).to.include('\nmail_size_bytes_bucket{app="shop",le="10"} 1\n');
    expect(text).to.include('\nsales_total{zone="a",app="shop"} 1\n');
    expect(registry.add(mail)).to.equal(added);
    // What is there from the start is what it was.
    expect(registry.add(shop).sales).to.equal(registry.metrics.sales);
    registry.close();
  });

  it('sums what all who add it record', () => {
    const registry = createRegistry({ catalogue: shop });
    const other = attachRegistry(registry.share(), { catalogue: shop });
    for (const each of [registry, other]) each.add(mail).waiting.inc(3);
    expect(registry.snapshot().value('mail_waiting')).to.equal(6);
    other.close();
    registry.close();
  });

  it('refuses names that are taken, whatever exposes them, and changes nothing then', () => {
    const registry = createRegistry({ catalogue: shop });
    registry.add(mail);
    const families = registry.snapshot().families.length;
    for (const name of [
      'sales_total',
      'mail_waiting',
      'mail_size_bytes_count',
      'mail_size_bytes_sum',
    ]) {
      const kind = 'gauge' as const;
      const clash = defineCatalogue({ name: 'clash', families: { it: { kind, name, help: 'C' } } });
      const error = thrownBy(() => registry.add(clash));
      expect(error).to.be.instanceOf(CatalogueError);
      expect(error.message).to.include(name.replace(/_(sum|count)$/, ''));
    }
    expect(registry.snapshot().families.length).to.equal(families);
    registry.close();
  });

  it('refuses what is no catalogue, and a registry that is closed', () => {
    const registry = createRegistry({ catalogue: shop });
    expect(thrownBy(() => registry.add({} as typeof mail))).to.be.instanceOf(CatalogueError);
    registry.close();
    expect(thrownBy(() => registry.add(mail))).to.be.instanceOf(RegistryError);
  });

  it('adds in a worker what its main thread does not know', async () => {
    const registry = createRegistry({ catalogue: shop });
    const at = new URL('../../lib/index.js', import.meta.url);
    const program = `
      import { workerData } from 'node:worker_threads';
      const { attachRegistry, defineCatalogue } = await import('${at}');
      const own = attachRegistry(workerData, { catalogue: [] });
      own.add(defineCatalogue({
        name: 'late',
        families: { late: { kind: 'counter', name: 'late_total', help: 'L' } },
      })).late.inc(4);
      own.close();`;
    const url = new URL(`data:text/javascript,${encodeURIComponent(program)}`);
    const worker = new Worker(url, { workerData: registry.share() });
    await new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject));
    expect(registry.snapshot().value('late_total')).to.equal(4);
    registry.close();
  });
});
