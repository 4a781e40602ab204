// Layouts for scrapers that cannot read every name; core/catalogue/names.ts has the schemes.

import {
  escapeName,
  labelNamePattern,
  metricNamePattern,
  type NameEscaping,
} from '../core/catalogue/names.js';
import type { SeriesSnapshot, SnapshotLayout } from '../core/region/directory.js';
import type { FamilyInfo } from '../core/region/family-info.js';
import { cached } from './template.js';

/** The layout with names as a scheme writes them; the same one where that changes nothing. */
export function escapedLayout(layout: SnapshotLayout, escaping: NameEscaping): SnapshotLayout {
  return escaping === 'allow-utf-8' ? layout : escapers[escaping](layout);
}

const escapers = {
  underscores: cached((layout) => escapeLayout(layout, 'underscores')),
  dots: cached((layout) => escapeLayout(layout, 'dots')),
  values: cached((layout) => escapeLayout(layout, 'values')),
};

function escapeLayout(layout: SnapshotLayout, escaping: NameEscaping): SnapshotLayout {
  let changed = false;
  const write = (name: string, pattern: RegExp): string => {
    const escaped = escapeName(name, pattern, escaping);
    changed ||= escaped !== name;
    return escaped;
  };
  const known = new Map<FamilyInfo, FamilyInfo>();
  const escapeFamily = (info: FamilyInfo): FamilyInfo => {
    let escaped = known.get(info);
    if (escaped === undefined) {
      escaped = { ...info, name: write(info.name, metricNamePattern) };
      known.set(info, escaped);
    }
    return escaped;
  };
  const escapeSeries = ({ info, offset }: SeriesSnapshot): SeriesSnapshot => ({
    info: {
      ...info,
      family: escapeFamily(info.family),
      labels: info.labels.map(([name, value]) => [write(name, labelNamePattern), value] as const),
    },
    offset,
  });
  const families = layout.families.map(({ info, series }) => ({
    info: escapeFamily(info),
    series: series.map(escapeSeries),
  }));
  return changed ? { families } : layout;
}
