// Labels and values as the text formats write them.

import type { Layout } from './types.cjs';

function escapeText(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
}

const needsEscape = /[\\\n"]/;

function labelText(name: string, value: unknown): string {
  if (typeof value !== 'string' || !needsEscape.test(value)) return `${name}="${value}"`;
  return `${name}="${escapeText(value).replace(/"/g, '\\"')}"`;
}

function labelTexts(labels: Readonly<Record<string, unknown>>, without: object = {}): string[] {
  return Object.entries(labels)
    .filter(([name]) => !Object.hasOwn(without, name))
    .map(([name, value]) => labelText(name, value));
}

/** The default labels that a sample has not got itself. */
function defaultTexts({ defaults }: Layout, own: object): string[] {
  return defaults.filter(([name]) => !Object.hasOwn(own, name)).map(([, text]) => text);
}

function inBraces(texts: readonly string[]): string {
  return texts.length === 0 ? '' : `{${texts.join(',')}}`;
}

/** A number as prom-client writes it. */
function valueText(value: number): string {
  if (Number.isFinite(value)) return `${value}`;
  if (Number.isNaN(value)) return 'Nan';
  return value < 0 ? '-Inf' : '+Inf';
}

export = { defaultTexts, escapeText, inBraces, labelText, labelTexts, valueText };
