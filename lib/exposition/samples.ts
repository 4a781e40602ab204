// What both text formats have in common: names, labels and the samples of a histogram.

import { labelNamePattern, metricNamePattern } from '../core/catalogue/names.js';
import type { SeriesSnapshot } from '../core/region/directory.js';
import type { FamilyInfo, SeriesInfo } from '../core/region/family-info.js';
import type { TemplateBuilder } from './template.js';

type Labels = SeriesInfo['labels'];

/** A label value between its quotes. */
export function escapeLabelValue(value: string): string {
  return /[\\"\n]/.test(value) ? value.replace(/[\\"\n]/g, escapeCharacter) : value;
}

export function escapeCharacter(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`;
}

/** A name as it stands in comments: in quotes where it is none that every scraper can read. */
export function quotedName(name: string): string {
  return metricNamePattern.test(name) ? name : `"${escapeLabelValue(name)}"`;
}

/** `a="x",b="y"`, in the order of their declaration. */
export function labelList(labels: Labels): string {
  let list = '';
  for (const [name, value] of labels) {
    const written = labelNamePattern.test(name) ? name : `"${escapeLabelValue(name)}"`;
    list += `${list === '' ? '' : ','}${written}="${escapeLabelValue(value)}"`;
  }
  return list;
}

/** `hits_total{a="x"}` or, where the name needs quotes, `{"hits.total",a="x"}`. */
export function sampleName(name: string, list: string): string {
  if (!metricNamePattern.test(name)) {
    return `{${quotedName(name)}${list === '' ? '' : `,${list}`}}`;
  }
  return list === '' ? name : `${name}{${list}}`;
}

/**
 * The bounds of series as text. In a combination of several registries not every series of a family
 * need have the same.
 */
export function boundsAsText(
  write: (bound: number) => string,
): (series: SeriesSnapshot) => readonly string[] {
  const written = new Map<FamilyInfo, readonly string[]>();
  return ({ info: { family } }) => {
    let les = written.get(family);
    if (les === undefined) {
      les = family.bounds.map(write);
      written.set(family, les);
    }
    return les;
  };
}

/** The name of a family without what a counter's sample adds to it. */
export function stemOf({ kind, name }: Pick<FamilyInfo, 'kind' | 'name'>): string {
  return kind === 'counter' ? name.replace(/_total$/, '') : name;
}

/** The unit, which formats that have one want at the end of the name; undefined where it is not. */
export function exposedUnit(info: FamilyInfo): string | undefined {
  return info.unit !== undefined && stemOf(info).endsWith(`_${info.unit}`) ? info.unit : undefined;
}

/** A series as the text formats write it: `hits_total{code="200"}`. */
export function seriesText({ family, labels }: SeriesInfo): string {
  return sampleName(family.name, labelList(labels));
}

/** One line: a name, a list of labels, and the number at `index`. */
export function addSample(text: TemplateBuilder, name: string, list: string, index: number): void {
  text.add(`${sampleName(name, list)} `);
  text.addValue(index);
  text.add('\n');
}

/**
 * The buckets, then _sum and _count. `les` are the bounds as text, without +Inf, whose bucket is the
 * count itself: the two cannot disagree.
 */
export function addHistogramSamples(
  text: TemplateBuilder,
  name: string,
  les: readonly string[],
  { info, offset }: SeriesSnapshot,
): void {
  const list = labelList(info.labels);
  const others = list === '' ? '' : `${list},`;
  const count = offset + les.length;
  les.forEach((le, index) => {
    addSample(text, `${name}_bucket`, `${others}le="${le}"`, offset + index);
  });
  addSample(text, `${name}_bucket`, `${others}le="+Inf"`, count);
  addSample(text, `${name}_sum`, list, count + 1);
  addSample(text, `${name}_count`, list, count);
}
