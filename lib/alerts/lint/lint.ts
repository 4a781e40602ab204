// What is wrong in a rule file, with line and column. Nothing is asked of a Prometheus.
//
// A rule that breaks one of these on purpose says so in a comment: # lint: allow bare-counter

import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { ExpressionError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import type { Place } from '../../promql/expression.js';
import { readDuration } from '../../promql/numbers.js';
import { parse } from '../../promql/parser.js';
import { checkTypes } from '../../promql/types.js';
import { meaningOf, severities } from '../severity.js';
import { mistakesIn } from './expressions.js';
import { labelsOf } from './labels.js';

export interface Mistake {
  /** Its name in `# lint: allow NAME`. */
  readonly rule: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

const groupKeys = [
  'name',
  'interval',
  'query_offset',
  'limit',
  'labels',
  'rules',
  'partial_response_strategy',
];
const alertKeys = ['alert', 'expr', 'for', 'keep_firing_for', 'labels', 'annotations'];
const recordKeys = ['record', 'expr', 'labels'];

/** What is wrong in a rule file, in the order of the file. */
export function lintRules(text: string): Mistake[] {
  return new Linter(text).lint();
}

class Linter {
  readonly #text: string;
  readonly #lines = new LineCounter();
  readonly #found: (Mistake & { readonly offset: number })[] = [];
  readonly #seen = new Map<string, number>();
  readonly #recorded = new Set<string>();
  /** The names of rules that the rule which is looked at may break. */
  #allowed: ReadonlySet<string> = new Set();

  constructor(text: string) {
    this.#text = text;
  }

  lint(): Mistake[] {
    const document = parseDocument(this.#text, { lineCounter: this.#lines });
    for (const { pos, message } of document.errors) {
      this.#add('yaml', message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, ''), pos[0]);
    }
    if (document.errors.length === 0) this.#file(document.contents);
    return this.#found
      .sort((one, other) => one.offset - other.offset)
      .map(({ offset, ...mistake }) => mistake);
  }

  #file(contents: unknown): void {
    const groups = isMap(contents) ? contents.get('groups', true) : undefined;
    if (!isSeq(groups)) {
      this.#add('structure', 'a rule file has a list of groups under "groups"', 0);
      return;
    }
    const maps = groups.items.filter(isMap);
    for (const group of maps) this.#rememberRecorded(group);
    const names = new Set<string>();
    let end = 0;
    for (const group of maps) {
      this.#keys(group, groupKeys, 'a group');
      const name = this.#string(group, 'name');
      if (name === undefined) this.#add('structure', 'a group has no name', startOf(group));
      else if (names.has(name)) {
        this.#add('duplicate-group', `two groups are called ${name}`, startOf(group));
      } else names.add(name);
      const rules = group.get('rules', true);
      if (!isSeq(rules)) continue;
      for (const rule of rules.items.filter(isMap)) {
        const last = rule.range?.[2] ?? end;
        this.#allowed = allowedIn(this.#text.slice(end, last));
        end = last;
        this.#rule(rule);
      }
      this.#allowed = new Set();
    }
  }

  #rememberRecorded(group: YAMLMap): void {
    const rules = group.get('rules', true);
    if (!isSeq(rules)) return;
    for (const rule of rules.items.filter(isMap)) {
      const name = this.#string(rule, 'record');
      if (name !== undefined) this.#recorded.add(name);
    }
  }

  #rule(rule: YAMLMap): void {
    const alert = this.#string(rule, 'alert');
    const record = this.#string(rule, 'record');
    const at = startOf(rule);
    if ((alert === undefined) === (record === undefined)) {
      this.#add('structure', 'a rule has either "alert" or "record"', at);
      return;
    }
    this.#keys(rule, alert === undefined ? recordKeys : alertKeys, 'a rule');
    const expression = rule.get('expr', true);
    if (!isScalar(expression)) {
      this.#add('structure', `rule ${alert ?? record} has no expression`, at);
      return;
    }
    this.#duplicate(rule, alert ?? record!, String(expression.value));
    const forMs = alert === undefined ? 0 : this.#durations(rule);
    const kept = this.#expression(expression as Scalar, alert !== undefined, forMs);
    if (alert === undefined) return;
    this.#labels(rule);
    this.#annotations(rule, kept);
  }

  #duplicate(rule: YAMLMap, name: string, expression: string): void {
    const key = JSON.stringify([name, expression, rule.get('labels')]);
    const before = this.#seen.get(key);
    if (before === undefined) this.#seen.set(key, startOf(rule));
    else {
      const { line } = this.#lines.linePos(before);
      this.#add('duplicate-rule', `rule ${name} stands in line ${line} already`, startOf(rule));
    }
  }

  #durations(rule: YAMLMap): number {
    let forMs = 0;
    for (const key of ['for', 'keep_firing_for'] as const) {
      const node = rule.get(key, true);
      if (!isScalar(node)) continue;
      const at = node.range?.[0] ?? 0;
      const value = String(node.value);
      const milliseconds = value === '0' ? 0 : readDuration(value);
      if (milliseconds === undefined) {
        this.#add('structure', `${key} is no duration like 5m: ${JSON.stringify(value)}`, at);
      } else if (milliseconds === 0) {
        this.#add('default-spelled-out', `${key} is 0 when it is left out`, at);
      } else if (key === 'for') forMs = milliseconds;
    }
    return forMs;
  }

  /** The labels that the result has, when they are known exactly. */
  #expression(node: Scalar, isAlert: boolean, forMs: number): ReadonlySet<string> | undefined {
    const text = String(node.value);
    try {
      const expression = parse(text);
      checkTypes(expression, text);
      for (const { rule, message, place } of mistakesIn(expression, {
        isAlert,
        forMs,
        recorded: this.#recorded,
      })) {
        this.#add(rule, message, this.#offsetIn(node, place));
      }
      const { isExact, labels } = labelsOf(expression);
      return isExact ? labels : undefined;
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const message = error.message.split('\n')[0]!.replace(/^line \d+, column \d+: /, '');
      const { place } = error;
      const start = place === undefined ? 0 : offsetOf(text, place.line, place.column);
      this.#add('expression', message, this.#offsetIn(node, { start, end: start }));
      return undefined;
    }
  }

  #labels(rule: YAMLMap): void {
    const labels = rule.get('labels', true);
    if (isMap(labels)) {
      for (const { key, value } of labels.items) {
        if (!isScalar(value) || !/\$value|\bquery\b/.test(String(value.value))) continue;
        const message = `label ${key} holds the value: every evaluation makes another alert, and none is pending long enough`;
        this.#add('value-in-label', message, value.range?.[0] ?? 0);
      }
    }
    const severity = isMap(labels) ? labels.get('severity', true) : undefined;
    if (!isScalar(severity)) {
      this.#add('no-severity', 'the alert has no label severity', startOf(rule));
      return;
    }
    const word = String(severity.value);
    if ((severities as readonly string[]).includes(word) || word === 'none') return;
    const meant = meaningOf(word)?.severity ?? nearest(word, severities);
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    const message = `severity is critical, warning, info or none, not ${word}${hint}`;
    this.#add('severity', message, severity.range?.[0] ?? 0);
  }

  #annotations(rule: YAMLMap, kept: ReadonlySet<string> | undefined): void {
    const annotations = rule.get('annotations', true);
    const own = rule.get('labels', true);
    for (const name of ['summary', 'description', 'runbook_url']) {
      if (isMap(annotations) && isScalar(annotations.get(name, true))) continue;
      this.#add('no-annotation', `the alert has no annotation ${name}`, startOf(rule));
    }
    if (!isMap(annotations)) return;
    for (const { key, value } of annotations.items) {
      if (!isScalar(value)) continue;
      const text = String(value.value);
      if (String(key) === 'runbook_url' && !/^https?:\/\/[^ ]+$/.test(text)) {
        this.#add(
          'runbook',
          `runbook_url is no URL: ${JSON.stringify(text)}`,
          value.range?.[0] ?? 0,
        );
      }
      for (const [, label] of text.matchAll(/\$labels\.(\w+)/g)) {
        const isOwn = isMap(own) && own.has(label!);
        if (kept === undefined || kept.has(label!) || isOwn) continue;
        const message = `annotation ${key} names the label ${label}, which the expression has aggregated away`;
        this.#add('lost-label', message, value.range?.[0] ?? 0);
      }
    }
  }

  #keys(map: YAMLMap, allowed: readonly string[], what: string): void {
    for (const { key } of map.items) {
      const name = String(isScalar(key) ? key.value : key);
      if (allowed.includes(name)) continue;
      const meant = nearest(name, allowed);
      const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
      const at = isScalar(key) ? (key.range?.[0] ?? 0) : startOf(map);
      this.#add('structure', `${what} has no "${name}"${hint}`, at);
    }
  }

  #string(map: YAMLMap, key: string): string | undefined {
    const value = map.get(key);
    return typeof value === 'string' ? value : undefined;
  }

  /** Where a place of the value of a scalar stands in the file. */
  #offsetIn({ range, type, value }: Scalar, place: Place | undefined): number {
    const start = range?.[0] ?? 0;
    const before = String(value).slice(0, place?.start ?? 0);
    const source = this.#text.slice(start, range?.[1] ?? start);
    if (type === 'BLOCK_LITERAL') {
      const lines = source.split('\n');
      const row = before.split('\n').length;
      const indent = /^ */.exec(lines.slice(1).find((line) => line.trim() !== '') ?? '')![0].length;
      const above = lines.slice(0, row).join('\n').length + 1;
      return start + above + indent + before.length - (before.lastIndexOf('\n') + 1);
    }
    if (source.includes('\n') || (type?.startsWith('QUOTE') && source.includes('\\'))) return start;
    return start + (type?.startsWith('QUOTE') ? 1 : 0) + before.length;
  }

  #add(rule: string, message: string, offset: number): void {
    if (this.#allowed.has(rule)) return;
    const { line, col } = this.#lines.linePos(offset);
    this.#found.push({ rule, message: `${message} (${rule})`, line, column: col, offset });
  }
}

function startOf(map: YAMLMap): number {
  return map.range?.[0] ?? 0;
}

function allowedIn(text: string): Set<string> {
  return new Set(Array.from(text.matchAll(/# lint: allow ([\w-]+)/g), ([, rule]) => rule!));
}

function offsetOf(text: string, line: number, column: number): number {
  const before = text.split('\n').slice(0, line - 1);
  return before.join('\n').length + (line > 1 ? 1 : 0) + column - 1;
}
