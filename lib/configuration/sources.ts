// The list `[[sources]]` of a file: what a page of a whole cluster shows.
//
//   [[sources]]
//   name = "replica-1"
//   path = "https://10.0.0.2:9464"
//   token_file = "secrets/replica-1"

import { resolve } from 'node:path';
import { validateLabelName } from '../core/catalogue/validate.js';
import { show } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import type { ClusterPartOptions } from '../server/cluster-source.js';
import { type ConfigurationFile, unfit } from './file.js';
import { sourcesTable } from './settings.js';
import { type Kind, labels, type Table, text } from './values.js';

const kinds = { name: text, path: text, token_file: text, labels } as const;
const names = Object.keys(kinds);

/** By their names. @throws ServerError that names the line, what was given and what is allowed */
export function readSources(file: ConfigurationFile): Readonly<Record<string, ClusterPartOptions>> {
  const sources = new Map<string, ClusterPartOptions>();
  for (const { table, place } of file.list(sourcesTable)) {
    refuseUnknown(table, place);
    const name = required(table, 'name', place);
    if (sources.has(name)) throw unfit(`${place}: there are two sources ${show(name)}`);
    const path = required(table, 'path', place);
    const tokenFile = settingOf(table, 'token_file', place);
    const own = settingOf(table, 'labels', place);
    for (const label of Object.keys(own ?? {})) validateLabelName(label, {});
    sources.set(name, {
      // Paths in the file are relative to it.
      path: /^https?:\/\//.test(path) ? path : resolve(file.folder, path),
      ...(tokenFile !== undefined && { tokenFile: resolve(file.folder, tokenFile) }),
      ...(own !== undefined && { labels: own }),
    });
  }
  return Object.fromEntries(sources);
}

function refuseUnknown(table: Table, place: string): void {
  for (const key of Object.keys(table)) {
    if (names.includes(key)) continue;
    const meant = nearest(key, names);
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    throw unfit(`${place}: a source has no setting ${key}${hint}; allowed: ${names.join(', ')}`);
  }
}

function required(table: Table, name: 'name' | 'path', place: string): string {
  const value = settingOf(table, name, place);
  if (value === undefined) throw unfit(`${place}: a source needs ${name}`);
  return value;
}

function settingOf<Name extends keyof typeof kinds>(
  table: Table,
  name: Name,
  place: string,
): ((typeof kinds)[Name] extends Kind<infer T> ? T : never) | undefined {
  if (!Object.hasOwn(table, name)) return undefined;
  const { fromToml, allowed } = kinds[name];
  const value = fromToml(table[name]);
  if (value !== undefined) return value as never;
  throw unfit(
    `${place}: ${name} of a source does not fit; given ${show(table[name])}; allowed: ${allowed}`,
  );
}
