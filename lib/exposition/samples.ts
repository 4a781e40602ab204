// What both text formats have in common: names, labels and the samples of a histogram.

import type { FamilyInfo, SeriesInfo, SeriesSnapshot } from '../core/directory.js';
import type { TemplateBuilder } from './template.js';

type Labels = SeriesInfo['labels'];

/** A label value between its quotes. */
export function escapeLabelValue(value: string): string {
  return /[\\"\n]/.test(value) ? value.replace(/[\\"\n]/g, escapeCharacter) : value;
}

export function escapeCharacter(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`;
}

/** `a="x",b="y"`, in the order of their declaration. */
export function labelList(labels: Labels): string {
  let list = '';
  for (const [name, value] of labels) {
    list += `${list === '' ? '' : ','}${name}="${escapeLabelValue(value)}"`;
  }
  return list;
}

/** `{a="x",b="y"}`, or nothing. */
export function labelSet(labels: Labels): string {
  return labels.length === 0 ? '' : `{${labelList(labels)}}`;
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

/** A series as the text formats write it: `hits_total{code="200"}`. */
export function seriesText({ family, labels }: SeriesInfo): string {
  return family.name + labelSet(labels);
}

/** One line: a name, labels, and the number at `index`. */
export function addSample(
  text: TemplateBuilder,
  name: string,
  labels: string,
  index: number,
): void {
  text.add(`${name}${labels} `);
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
  const bucket = `${name}_bucket{${list}${list === '' ? '' : ','}le="`;
  const count = offset + les.length;
  les.forEach((le, index) => {
    addSample(text, bucket, `${le}"}`, offset + index);
  });
  addSample(text, bucket, '+Inf"}', count);
  const labels = labelSet(info.labels);
  addSample(text, `${name}_sum`, labels, count + 1);
  addSample(text, `${name}_count`, labels, count);
}
