// Names beyond a-z, 0-9, _ and :, which only newer scrapers take as they are. Everyone else gets them
// rewritten in one of three ways, by the scheme that the scraper asks for:
//
//   allow-utf-8   http.server duration   {"http.server duration"} 1
//   underscores   http_server_duration
//   dots          http_dot_server_duration      every underscore becomes two
//   values        U__http_2E_server_20_duration

import { labelNamePattern, metricNamePattern } from '../core/catalogue/validate.js';
import type { FamilyInfo, SeriesSnapshot, SnapshotLayout } from '../core/directory.js';
import { cached } from './template.js';

/** How names are written that Prometheus' older versions cannot read. */
export type NameEscaping = 'allow-utf-8' | 'underscores' | 'dots' | 'values';

export const nameEscapings: readonly NameEscaping[] = [
  'allow-utf-8',
  'underscores',
  'dots',
  'values',
];

export function escapeName(name: string, pattern: RegExp, escaping: NameEscaping): string {
  switch (escaping) {
    case 'allow-utf-8':
      return name;
    case 'underscores':
      return mapCharacters(name, pattern, { escape: () => '_' });
    case 'dots':
      return mapCharacters(name, pattern, {
        underscore: '__',
        escape: (character) => (character === '.' ? '_dot_' : '_'),
      });
    case 'values': {
      if (pattern.test(name)) return name;
      const escape = (character: string) =>
        `_${character.codePointAt(0)!.toString(16).toUpperCase()}_`;
      return `U__${mapCharacters(name, pattern, { underscore: '__', escape })}`;
    }
  }
}

function mapCharacters(
  name: string,
  pattern: RegExp,
  { underscore = '_', escape }: { underscore?: string; escape(character: string): string },
): string {
  let written = '';
  for (const character of name) {
    if (character === '_') written += underscore;
    // A digit is none only at the start.
    else if (pattern.test(written === '' ? character : `_${character}`)) written += character;
    else written += escape(character);
  }
  return written;
}

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
