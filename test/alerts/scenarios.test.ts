// The library's own PromQL sees in each scenario what promtool sees.

import { expect } from 'chai';
import { type Duration, durationMs } from '../../lib/alerts/durations.js';
import type { Alert, TestSeries } from '../../lib/alerts/index.js';
import { compile, SeriesList } from '../../lib/promql/index.js';
import { allRules } from './systems.js';
import { samplesOf } from './test-series.js';

interface Seen {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

function evaluate({ expression }: Alert, series: readonly TestSeries[], at: Duration): Seen[] {
  const atMs = durationMs(at);
  const source = new SeriesList(series.map((each) => samplesOf(each, atMs)));
  const result = compile(expression).evaluate(source, atMs);
  if (result.type !== 'vector') throw new Error('an alert is a vector');
  return result.elements.map(({ labels, value }) => {
    return { labels: labels.withoutMetadata.toRecord(), value };
  });
}

function inOrder(seen: readonly Seen[]): Seen[] {
  return [...seen].sort((one, other) => (text(one) < text(other) ? -1 : 1));
}

function text({ labels }: Seen): string {
  return JSON.stringify(Object.entries(labels).sort());
}

describe('scenarios of alerts', () => {
  it('are seen in the same way by the PromQL of this package', async () => {
    let count = 0;
    for (const { alerts } of await allRules()) {
      for (const each of alerts) {
        const { firing, quiet } = each.declaration.scenarios;
        const seen = inOrder(evaluate(each, firing.series, firing.at));
        const expected = inOrder(firing.fires as readonly Seen[]);
        expect(seen.map(text), each.name).to.deep.equal(expected.map(text));
        for (const [index, { value }] of seen.entries()) {
          // Texts show rounded values, and so may scenarios.
          const { value: wanted } = expected[index]!;
          expect(value, each.name).to.be.closeTo(wanted, Math.abs(wanted) * 0.02);
        }
        if (quiet !== 'never') {
          expect(evaluate(each, quiet.series, quiet.at), each.name).to.deep.equal([]);
        }
        count += 1;
      }
    }
    expect(count).to.be.above(60);
  });
});
