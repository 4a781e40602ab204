// The text of a scrape.
//
// A metric of this package writes its own lines and keeps the constant part of each. Others, of
// prom-client itself or made by hand, are asked for their values.

import labelText = require('./label-text.cjs');

import type { AnyMetric, Layout, Reading, Value } from './types.cjs';

const { defaultTexts, escapeText, inBraces, labelTexts, valueText } = labelText;

function headLines({ name, help, type }: Pick<Reading, 'name' | 'help' | 'type'>): string {
  const escaped = escapeText(name);
  return `# HELP ${escaped} ${escapeText(help)}\n# TYPE ${escaped} ${type}`;
}

/** Prometheus and OpenMetrics differ in the name of a counter's samples. */
function sampleName({ name, type }: Pick<Reading, 'name' | 'type'>, layout: Layout): string {
  return layout.isOpenMetrics && type === 'counter' ? `${name}_total` : name;
}

function exemplarText({ exemplar }: Pick<Value, 'exemplar'>, layout: Layout): string {
  if (!exemplar || !layout.isOpenMetrics) return '';
  const labels = labelTexts(exemplar.labelSet).join(',');
  return ` # {${labels}} ${valueText(exemplar.value as number)} ${exemplar.timestamp}`;
}

/** Any metric, from what it says of itself. */
async function renderReading(metric: AnyMetric, layout: Layout): Promise<string> {
  const reading =
    typeof metric.getForPromString === 'function'
      ? await metric.getForPromString()
      : await metric.get();
  return readingText(reading, layout);
}

function readingText(reading: Reading, layout: Layout): string {
  const name = escapeText(reading.name);
  const lines = [headLines(reading)];
  for (const value of reading.values || []) {
    const { labels = {}, sharedLabels = {}, metricName = name } = value;
    const texts = [
      ...labelTexts(labels, sharedLabels),
      ...defaultTexts(layout, { ...labels, ...sharedLabels }),
      ...labelTexts(sharedLabels),
    ];
    const full = sampleName({ name: metricName, type: reading.type }, layout);
    const line = `${full}${inBraces(texts)} ${valueText(value.value)}`;
    lines.push(line + exemplarText(value, layout));
  }
  return lines.join('\n');
}

export = { exemplarText, headLines, readingText, renderReading, sampleName };
