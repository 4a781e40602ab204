// Series that are one number, of counters and gauges, and their lines in a scrape.

import labelText = require('./label-text.cjs');
import rendering = require('./rendering.cjs');

import type { ExemplarData, Labels, Layout, Value } from './types.cjs';

const { defaultTexts, inBraces, labelTexts, valueText } = labelText;

/** What the constant part of a line was written for. */
interface WrittenFor {
  readonly name: string;
  readonly layout: Layout | undefined;
}

class ValueSeries<Child> {
  value = 0;
  readonly labels: Labels;
  exemplar: ExemplarData | undefined = undefined;
  /** What `labels()` returned for it. */
  child: Child | undefined = undefined;
  /** What else happens to an amount or a value that is recorded: see sharing.cts. */
  mirror: ((value: number) => void) | undefined = undefined;
  prefix = '';
  prefixFor: WrittenFor | undefined = undefined;

  constructor(labels: Labels) {
    this.labels = labels;
  }

  read(): Value {
    const { value, labels, exemplar } = this;
    return exemplar === undefined ? { value, labels } : { value, labels, exemplar };
  }
}

/** Writes the lines of one metric. */
class ValueWriter {
  #writtenFor: WrittenFor = { name: '', layout: undefined };

  write(
    metric: { readonly name: string; readonly help: string; readonly type: string },
    series: Iterable<ValueSeries<unknown>>,
    lines: string[],
    layout: Layout,
  ): void {
    const { name } = metric;
    const isSame = this.#writtenFor.layout === layout && this.#writtenFor.name === name;
    if (!isSame) this.#writtenFor = { name, layout };
    const writtenFor = this.#writtenFor;
    for (const each of series) {
      if (each.prefixFor !== writtenFor) {
        const texts = [...labelTexts(each.labels), ...defaultTexts(layout, each.labels)];
        each.prefix = `${rendering.sampleName(metric, layout)}${inBraces(texts)} `;
        each.prefixFor = writtenFor;
      }
      const line = each.prefix + valueText(each.value);
      lines.push(each.exemplar === undefined ? line : line + rendering.exemplarText(each, layout));
    }
  }
}

export = { ValueSeries, ValueWriter };
