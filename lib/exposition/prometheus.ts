// Prometheus' text format, version 0.0.4, as the documents' sample has it: HELP and TYPE, the
// samples of one family together, an empty line between families, `le` last and as short as can be.

import type { FamilySnapshot } from '../core/region/directory.js';
import type { Template } from './fill.js';
import {
  addHistogramSamples,
  addSample,
  boundsAsText,
  escapeCharacter,
  labelList,
  quotedName,
} from './samples.js';
import { cached, TemplateBuilder } from './template.js';

/** The text of a layout, without its numbers. */
export const prometheusTemplate = cached((layout): Template => {
  const text = new TemplateBuilder();
  layout.families.forEach((family, index) => {
    if (index > 0) text.add('\n');
    addFamily(text, family);
  });
  return text.build();
});

function addFamily(text: TemplateBuilder, { info, series }: FamilySnapshot): void {
  const { name, kind, help } = info;
  const quoted = quotedName(name);
  text.add(`# HELP ${quoted} ${escapeHelp(help)}\n# TYPE ${quoted} ${kind}\n`);
  if (kind === 'histogram') {
    const lesOf = boundsAsText(String);
    for (const each of series) addHistogramSamples(text, name, lesOf(each), each);
    return;
  }
  for (const { info, offset } of series) addSample(text, name, labelList(info.labels), offset);
}

function escapeHelp(help: string): string {
  return help.replace(/[\\\n]/g, escapeCharacter);
}
