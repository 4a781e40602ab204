import { rmSync, statSync } from 'node:fs';
import { expect } from 'chai';
import { widthOf } from '../../../lib/cli/text.js';
import { arrange, type Controls, initialControls } from '../../../lib/cli/top/controls.js';
import { Model } from '../../../lib/cli/top/model.js';
import { plainText } from '../../../lib/cli/top/plain.js';
import { drawView } from '../../../lib/cli/top/view.js';
import { createRegistry, defineCatalogue, type Registry } from '../../../lib/index.js';
import { newFile, removeAll } from '../../sharing/processes.js';

const catalogue = defineCatalogue({
  name: 'shop',
  families: {
    sales: {
      kind: 'counter',
      name: 'shop_sales_total',
      help: 'Sales',
      labels: { shop: 'any', till: 'any' },
    },
    wait: {
      kind: 'histogram',
      name: 'shop_wait_seconds',
      help: 'Wait',
      labels: { shop: 'any' },
      buckets: [1],
    },
    open: { kind: 'gauge', name: 'shop_open', help: 'Open', labels: { shop: 'any' } },
    bytes: { kind: 'gauge', name: 'shop_stock_bytes', help: 'Stock', labels: { shop: 'any' } },
  },
});

type Shop = Registry<typeof catalogue, { readonly shop: string }>;

function open(file: string, shop: string): Shop {
  const capacity = { lanes: 2, series: 256, histograms: 8, historyBytes: 0 };
  return createRegistry({ catalogue, file, fixedLabels: { shop }, capacity });
}

const screen = { width: 80, height: 24, unicode: true, intervalSeconds: 1, now: new Date(0) };

function draw(model: Model, controls: Partial<Controls> = {}, options = {}): string[] {
  const all = { ...initialControls, ...controls };
  const { lines } = drawView(model, all, { ...screen, ...options });
  return lines.map((line) => line.map(({ text }) => text).join(''));
}

/** Waits until the clock moved on: rates need an interval. */
async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('the view of top', () => {
  let registry: Shop;
  let model: Model;
  let file: string;

  beforeEach(() => {
    file = newFile();
    registry = open(file, 'a');
    registry.metrics.sales.with({ till: '1' }).inc(100);
    registry.metrics.wait.record(0.5);
    registry.metrics.open.set(3);
    model = new Model([file], 5000);
    model.sample();
  });
  afterEach(async () => {
    registry.close();
    await removeAll();
  });

  const row = (lines: string[], name: string) => lines.find((line) => line.includes(name))!;

  it('shows rates of counters, percentiles of the interval, gauges, and the writer', async () => {
    await pause();
    registry.metrics.sales.with({ till: '1' }).inc(50);
    for (let ms = 1; ms <= 100; ms++) registry.metrics.wait.record(ms / 1000);
    registry.metrics.open.set(4);
    model.sample();
    const lines = draw(model);
    // A name longer than its column is cut; how long it is depends on the process id.
    const name = file.split('/').at(-1)!.slice(0, 20);
    expect(draw(model, {}, { width: 120 })[1]).to.match(
      new RegExp(`^${name}\\S*  alive +pid ${process.pid}  heard \\S+ ago  up \\S+  shop=a$`),
    );
    expect(row(lines, 'SERIES')).to.match(/^SERIES +VALUE +RATE\/S +P50 +P95 +P99 TREND +$/);
    expect(row(lines, 'shop_sales_total')).to.match(/shop_sales_total(\{till="1"\}| 1) +150 +\d/);
    const rate = Number(/150 +([\d.]+)/.exec(row(lines, 'shop_sales_total'))![1]);
    expect(rate).to.be.within(1, 50 / 0.02);
    expect(row(lines, 'shop_wait_seconds')).to.match(/ 101 +[\d.]+ +50\.?\d*ms +9\d\.?\d*ms/);
    expect(row(lines, 'shop_open')).to.match(/shop_open +4 .*▁█ *$/);

    // Since the start, the half second of before counts as well.
    expect(row(draw(model, { total: true }), 'shop_wait_seconds')).to.match(
      / 51\.?\d*ms +9\d\.?\d*ms +100ms/,
    );
    await pause();
    model.sample();
    expect(row(draw(model), 'shop_wait_seconds')).to.match(/ 101 +0 +- +-/);
  });

  it('fits on a screen of any size', () => {
    registry.metrics.sales.with({ till: '日本🚀'.repeat(20) }).inc();
    registry.metrics.sales.with({ till: '\x1b[2J\r\n\t' }).inc();
    for (let till = 0; till < 50; till++) registry.metrics.sales.with({ till: `${till}` }).inc();
    model.sample();
    for (const width of [1, 2, 10, 20, 39, 40, 41, 60, 79, 80, 81, 120, 132, 200, 400]) {
      for (const height of [1, 2, 3, 5, 10, 24, 100]) {
        for (const controls of [{}, { editing: '', filter: 'x' }, { scroll: 1e9 }]) {
          const lines = draw(model, controls, { width, height });
          expect(lines.length, `${width}x${height}`).to.equal(height);
          for (const line of lines) {
            expect(widthOf(line), `${width}x${height}: ${line}`).to.be.at.most(width);
            expect(line).not.to.match(/\p{Control}/u);
          }
        }
      }
    }
  });

  it('shows more on a wider screen, and less on a narrow one', () => {
    const header = (width: number) =>
      row(draw(model, {}, { width }), 'SERIES')
        .trim()
        .split(/ +/)
        .slice(1);
    expect(header(200)).to.eql(['VALUE', 'RATE/S', 'P50', 'P95', 'P99', 'MAX', 'TREND']);
    expect(header(80)).to.eql(['VALUE', 'RATE/S', 'P50', 'P95', 'P99', 'TREND']);
    expect(header(50)).to.eql(['VALUE', 'RATE/S']);
    expect(header(40)).to.eql(['VALUE', 'RATE/S']);
    expect(header(30)).to.eql(['VALUE']);
  });

  it('keeps what tells series apart when names are too long', () => {
    registry.metrics.sales.with({ till: 'the-one-at-the-door' }).inc();
    model.sample();
    expect(row(draw(model, {}, { width: 200 }), 'door')).to.match(
      /^shop_sales_total\{till="the-one/,
    );
    expect(row(draw(model, {}, { width: 98 }), 'door')).to.match(
      /^shop_sales_tot~ the-one-at-the-door /,
    );
  });

  it('draws ASCII where there is nothing else', () => {
    registry.metrics.open.set(9);
    model.sample();
    const lines = draw(model, { total: true }, { unicode: false });
    expect(lines.join('')).to.match(/^[ -~]*$/);
    expect(row(lines, 'shop_open')).to.match(/_# *$/);
  });

  it('hides counters and histograms that hold nothing, unless asked', async () => {
    const other = newFile();
    const empty = open(other, 'b');
    const idle = new Model([other], 5000);
    idle.sample();
    expect(draw(idle).some((line) => line.startsWith('shop_wait_seconds'))).to.equal(false);
    // A gauge at 0 says something; one that nobody has set does not.
    expect(draw(idle).some((line) => line.startsWith('shop_open'))).to.equal(false);
    expect(draw(idle, { all: true }).some((line) => /^shop_open +- /.test(line))).to.equal(true);
    empty.metrics.open.set(0);
    idle.sample();
    expect(draw(idle).some((line) => line.startsWith('shop_open'))).to.equal(true);
    expect(draw(idle, { all: true }).some((line) => line.startsWith('shop_wait'))).to.equal(true);
    empty.close();
  });

  it('sorts, reverses, filters and scrolls', async () => {
    const tills = registry.metrics.sales;
    for (const [till, count] of [
      ['x', 1],
      ['y', 100],
      ['z', 10],
    ] as const) {
      tills.with({ till }).inc(1);
      model.sample();
      await pause();
      tills.with({ till }).inc(count);
    }
    registry.metrics.bytes.set(1);
    model.sample();
    const names = (controls: Partial<Controls>) =>
      arrange(model.rows, { ...initialControls, ...controls }, ['file']).map(
        ({ metric, labels }) => labels.map(([, value]) => value).join() || metric,
      );
    expect(names({})).to.eql([
      '1',
      'x',
      'y',
      'z',
      'shop_wait_seconds',
      'shop_open',
      'shop_stock_bytes',
    ]);
    expect(names({ reverse: true })[0]).to.equal('shop_stock_bytes');
    expect(names({ order: 'name' }).slice(0, 2)).to.eql(['shop_open', '1']);
    expect(names({ order: 'rate' })[0]).to.equal('z');
    expect(names({ filter: 'TILL= sales' })).to.eql(['1', 'x', 'y', 'z']);
    expect(names({ filter: 'till=y' })).to.eql(['y']);
    expect(names({ filter: 'nothing' })).to.eql([]);
    const scrolled = draw(model, { scroll: 3 }, { height: 7 });
    expect(scrolled.at(-1)).to.match(/4-6 of 7$/);
    expect(draw(model, { scroll: 99 }, { height: 7 }).at(-1)).to.match(/5-7 of 7$/);
  });

  it('numbers the rows of several files, and puts those with a problem first', () => {
    const others = Array.from({ length: 8 }, newFile);
    const registries = others.map((other) => open(other, 'b'));
    for (const each of registries) each.metrics.open.set(1);
    const many = new Model([file, ...others], 5000);
    rmSync(others[6]!);
    many.sample();
    const lines = draw(many);
    expect(lines[6]).to.match(/^ {2}and 4 more files$/);
    expect(lines.slice(1, 6).some((line) => /^8 .*cannot be read/.test(line))).to.equal(true);
    expect(row(lines, 'SERIES')).to.match(/^# +SERIES/);
    expect(lines.some((line) => /^9 +shop_open /.test(line))).to.equal(true);
    for (const each of registries) each.close();
    expect(statSync(file).isFile()).to.equal(true);
  });

  it('as plain text has everything in full', async () => {
    await pause();
    registry.metrics.wait.record(0.25);
    model.sample();
    const text = plainText(model, initialControls);
    expect(text).to.match(
      /^\S+ {2}alive .* shop=a\n\nSERIES +VALUE +RATE\/S +P50 +P95 +P99 +MAX\n/,
    );
    expect(text).to.match(/^shop_wait_seconds +2 +[\d.]+ +250ms +250ms +250ms +250ms$/m);
    expect(text).to.match(/^shop_sales_total\{till="1"\} +100 +0$/m);
  });
});
