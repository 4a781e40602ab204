import { expect } from 'chai';
import fc from 'fast-check';
import { vsr } from '../../lib/catalogues/index.js';
import { EncodingError } from '../../lib/core/errors.js';
import { renderJson, renderOpenMetrics } from '../../lib/exposition/index.js';
import { decodeSnapshot, encodeSnapshot } from '../../lib/exposition/transfer.js';
import { createRegistry, defineCatalogue } from '../../lib/index.js';

const odd = defineCatalogue({
  name: 'odd',
  families: {
    depth: {
      kind: 'gauge',
      name: 'odd_depth',
      help: 'a "quoted" \\ text\n',
      labels: { of: 'any' },
    },
    wait: {
      kind: 'histogram',
      name: 'odd_wait_seconds',
      help: 'Bounds that no scale aligns',
      unit: 'seconds',
      buckets: [1 / 3, 2 / 3, 1, 1000 / 3],
    },
  },
});

function filled() {
  const registry = createRegistry({ catalogue: [vsr, odd] });
  const { metrics } = registry;
  for (const replica_id of ['0', '1']) {
    metrics.operations.with({ replica_id, status: 'success' }).inc(2 ** 40 + 1);
    for (let step = 0; step < 2000; step++) {
      metrics.clientLatency.with({ replica_id }).record(1.01 ** step / 1000);
      metrics.prepareLatency.with({ replica_id }).record(step);
    }
  }
  metrics.depth.with({ of: '</script>\u2028"' }).set(1e300);
  metrics.depth.with({ of: '__proto__' }).set(-0.1);
  metrics.wait.record(0.3);
  metrics.wait.record(2e9);
  const snapshot = registry.snapshot();
  registry.close();
  return snapshot;
}

interface Sent {
  readonly version: number;
  readonly families: readonly { readonly cells: object; readonly series: readonly object[] }[];
}

/** Nothing but the first family and its first series, changed. */
function only(sent: Sent, family: object, series: object = {}) {
  const [first] = sent.families;
  const changed = { ...first, ...family, series: [{ ...first!.series[0], ...series }] };
  return { ...sent, families: [changed] };
}

function sent(snapshot: ReturnType<typeof filled>): string {
  return JSON.stringify(encodeSnapshot(snapshot));
}

describe('a snapshot that travels', () => {
  it('is rendered there as it would be here, to the last percentile', () => {
    const snapshot = filled();
    const received = decodeSnapshot(JSON.parse(sent(snapshot)));
    expect(renderJson(received)).to.equal(renderJson(snapshot));
    expect(renderOpenMetrics(received)).to.equal(renderOpenMetrics(snapshot));
    const labels = { replica_id: '1' };
    for (const percent of [1, 50, 99.9, 99.99]) {
      const [there, here] = [received, snapshot].map((each) =>
        each.histogram('vsr_client_latency_ms', labels)!.percentile(percent),
      );
      expect(there).to.equal(here);
    }
  });

  it('is refused with what is wrong with it', () => {
    const text = sent(filled());
    const refused: [RegExp, (sent: Sent) => unknown][] = [
      [/the whole has no fields/, () => []],
      [/only version 1/, (sent) => ({ ...sent, version: 2 })],
      [/families is no list/, (sent) => ({ ...sent, families: {} })],
      [/takenAt is no time/, (sent) => ({ ...sent, takenAt: 1e300 })],
      [/is there twice/, (sent) => ({ ...sent, families: [sent.families[0], ...sent.families] })],
      [/no metric name/, (sent) => only(sent, { name: '' })],
      [/no known kind/, (sent) => only(sent, { kind: 'summary' })],
      [/do not ascend/, (sent) => only(sent, { bounds: [2, 1] })],
      [
        /too many cells/,
        (sent) => only(sent, { cells: { ...sent.families[0]!.cells, count: 1e12 } }),
      ],
      [/lacks values/, (sent) => only(sent, {}, { values: [1, 2] })],
      [/is no number/, (sent) => only(sent, {}, { values: ['1'] })],
      [/no such cell/, (sent) => only(sent, {}, { cells: [5, 4], counts: [1, 1] })],
      [/no such cell/, (sent) => only(sent, {}, { cells: [1e9], counts: [1] })],
      [/no such count/, (sent) => only(sent, {}, { cells: [5, 6], counts: [1] })],
      [
        /a label of vsr_prepare_latency_ms is no text/,
        (sent) => only(sent, {}, { labels: { a: 1 } }),
      ],
    ];
    for (const [message, edit] of refused) {
      const edited = edit(JSON.parse(text) as Sent);
      expect(() => decodeSnapshot(edited), String(message)).to.throw(EncodingError, message);
    }
  });

  it('is a snapshot or an error, whatever was changed on its way', () => {
    const text = sent(filled());
    const junk = fc.constantFrom('null', '-1', '1e999', '"x"', '[]', '{}', '"__proto__"', '0.5');
    const places = Array.from(text.matchAll(/(?<=[:[,])(?:"[^"]*"|[-\d.e+]+)/g), (match) => [
      match.index,
      match[0].length,
    ]);
    fc.assert(
      fc.property(fc.nat(places.length - 1), junk, (index, value) => {
        const [at, length] = places[index]!;
        const changed = text.slice(0, at) + value + text.slice(at! + length!);
        let given: unknown;
        try {
          given = JSON.parse(changed);
        } catch {
          return;
        }
        try {
          // What was accepted can be shown.
          renderJson(decodeSnapshot(given));
        } catch (error) {
          expect(error).to.be.instanceOf(EncodingError);
        }
      }),
      { numRuns: 150 },
    );
  });
});
