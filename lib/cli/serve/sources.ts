// The files and servers of `serve` and the labels that tell their series apart.

import { existsSync } from 'node:fs';
import { validateLabelName } from '../../core/catalogue/validate.js';
import { VsrMetricsError } from '../../core/errors.js';
import { type ClusterPart, type ClusterPartOptions, isUrl } from '../../server/cluster-source.js';
import { type Misuse, misuse } from '../failure.js';
import { nameFiles } from '../files.js';

type Labels = Readonly<Record<string, string>>;

/**
 * Operands as in `/dev/shm/a.metrics:zone=eu,file=a`, the sources of a configuration, and what
 * `--label` adds to all of them.
 *
 * @throws Failure when a label cannot be used, or two files could not be told apart
 */
export function parseSources(
  operands: readonly string[],
  configured: Readonly<Record<string, ClusterPartOptions>>,
  common: Labels,
): ClusterPart[] {
  if (common.file !== undefined) {
    throw misuse({
      problem: '--label cannot be file, which tells files apart',
      given: `file=${common.file}`,
      allowed: 'FILE:file=NAME, for each of them',
    });
  }
  const parsed = operands.map(parseOperand);
  const names = nameFiles(parsed.map(({ path }) => (isUrl(path) ? new URL(path).host : path)));
  const given = parsed.map(({ path, labels }, index): ClusterPart => {
    const all = { file: names[index]!, ...common, ...labels };
    return { path, name: all.file, labels: all };
  });
  const named = Object.entries(configured).map(
    ([name, { path, labels, tokenFile }]): ClusterPart => {
      return { path, name, labels: { file: name, ...common, ...labels }, request: { tokenFile } };
    },
  );
  const sources = [...given, ...named];
  if (sources.length === 0) {
    throw misuse({
      problem: 'there is nothing to serve',
      allowed: 'FILE, URL, or [[sources]] in --config',
    });
  }
  for (const [index, { name, path }] of sources.entries()) {
    const other = sources.slice(0, index).find((each) => each.name === name);
    if (other === undefined) continue;
    throw misuse({
      problem: `${other.path} and ${path} would have the same label file`,
      given: name,
      allowed: `another name for one of them, as in ${path}:file=NAME`,
    });
  }
  return sources;
}

/**
 * Labels as in `--label zone=eu`.
 *
 * @throws Failure when one cannot be used
 */
export function parseLabels(option: string, given: readonly string[]): Labels {
  const labels: Record<string, string> = {};
  for (const text of given) {
    const [name, value] = parseLabel(option, text);
    if (Object.hasOwn(labels, name)) {
      throw misuse({ problem: `${option} gives ${name} twice`, given: text });
    }
    labels[name] = value;
  }
  return labels;
}

function parseOperand(operand: string): { path: string; labels: Labels } {
  const [, path, list] = /^(.+?):([a-zA-Z_]\w*=.*)$/s.exec(operand) ?? [];
  // A file may well have such a name.
  if (path === undefined || existsSync(operand)) return { path: checked(operand), labels: {} };
  return { path: checked(path), labels: parseLabels(operand, list!.split(',')) };
}

function checked(path: string): string {
  if (isUrl(path) && !URL.canParse(path)) {
    throw misuse({ problem: 'no URL', given: path, allowed: 'http://HOST:PORT' });
  }
  return path;
}

function parseLabel(option: string, text: string): [name: string, value: string] {
  const equals = text.indexOf('=');
  const [name, value] = [text.slice(0, equals), text.slice(equals + 1)];
  const wrong: Misuse = { problem: `${option} is no label`, given: text, allowed: 'NAME=VALUE' };
  // An empty label is as good as none, so two files could not be told apart by it.
  if (equals < 1 || value === '') throw misuse(wrong);
  try {
    validateLabelName(name, {});
  } catch (error) {
    if (!(error instanceof VsrMetricsError)) throw error;
    throw misuse({ problem: `${option}: ${error.message}` });
  }
  return [name, value];
}
