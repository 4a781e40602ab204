// OpenMetrics 1.0. What differs from Prometheus' own text format:
//
// - a counter's family is named without _total, its sample with it: one that the catalogue calls
//   kalki_queries_processed has the sample kalki_queries_processed_total;
// - a gauge keeps its name even if that ends in _total: it clashes with nothing, because no two
//   families of a registry can expose the same name in any format;
// - UNIT, which must be the end of the family's name, is left out where it is not;
// - _created says since when a counter or histogram counts;
// - `le` is written as a float: 1.0, 1e-05, +Inf;
// - no empty lines, and # EOF at the end.

import type { FamilySnapshot } from '../core/region/directory.js';
import { canonicalNumber } from './canonical-number.js';
import type { Template } from './fill.js';
import {
  addHistogramSamples,
  addSample,
  boundsAsText,
  escapeLabelValue,
  exposedUnit,
  labelList,
  quotedName,
  sampleName,
  stemOf,
} from './samples.js';
import { cached, TemplateBuilder } from './template.js';

/** The text of a layout, without its numbers. */
export const openMetricsTemplate = cached((layout): Template => {
  const text = new TemplateBuilder();
  for (const family of layout.families) addFamily(text, family);
  text.add('# EOF\n');
  return text.build();
});

function addFamily(text: TemplateBuilder, { info, series }: FamilySnapshot): void {
  const { kind, help } = info;
  const name = stemOf(info);
  const quoted = quotedName(name);
  text.add(`# TYPE ${quoted} ${kind}\n`);
  const unit = exposedUnit(info);
  if (unit !== undefined) text.add(`# UNIT ${quoted} ${unit}\n`);
  // HELP is escaped like a label value here: quotes, too.
  text.add(`# HELP ${quoted} ${escapeLabelValue(help)}\n`);

  const lesOf = boundsAsText(canonicalNumber);
  for (const each of series) {
    const labels = labelList(each.info.labels);
    const created = `${sampleName(`${name}_created`, labels)} ${Math.floor(each.info.createdAt) / 1000}\n`;
    switch (kind) {
      case 'gauge':
        addSample(text, name, labels, each.offset);
        break;
      case 'counter':
        addSample(text, `${name}_total`, labels, each.offset);
        text.add(created);
        break;
      case 'histogram':
        addHistogramSamples(text, name, lesOf(each), each);
        text.add(created);
        break;
    }
  }
}
