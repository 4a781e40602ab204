// Rule files as Prometheus reads them.

import { printDuration } from '../../promql/numbers.js';
import { print } from '../../promql/printer.js';
import type { Alert, AlertRules, RecordingRule, RuleGroup } from '../settings.js';
import { Block, Commented, toYaml, type Yaml } from './yaml.js';

/**
 * The rules of one or several systems as one file.
 *
 * @example
 * ```ts
 * import { alertsOf, ruleFile } from 'vsr-metrics/alerts';
 * import { kalkiAlerts } from 'vsr-metrics/alerts/kalki';
 * import { vsrAlerts } from 'vsr-metrics/alerts/vsr';
 *
 * const text = ruleFile([alertsOf(vsrAlerts), alertsOf(kalkiAlerts)]);
 * console.log(text.slice(0, 7)); // groups:
 * ```
 */
export function ruleFile(rules: readonly AlertRules[]): string {
  return toYaml({ groups: rules.flatMap(({ groups }) => groups.map(groupOf)) });
}

function groupOf({ name, intervalMs, recordings, alerts }: RuleGroup): Yaml {
  return {
    name,
    ...(intervalMs !== undefined && { interval: printDuration(intervalMs) }),
    rules: [...recordings.map(recordingOf), ...alerts.map(alertOf)],
  };
}

function recordingOf({ name, help, expression }: RecordingRule): Yaml {
  return new Commented([help], { record: name, expr: new Block(print(expression)) });
}

function alertOf({
  name,
  expression,
  forMs,
  keepFiringForMs,
  labels,
  annotations,
  declaration,
}: Alert): Yaml {
  const { original, allows } = declaration;
  const comments =
    original === undefined
      ? []
      : [
          `${original.name} in its document: ${original.expression}`,
          ...(original.problem === undefined ? [] : [`Changed: ${original.problem}`]),
        ];
  const marks = allows.map((rule) => `lint: allow ${rule}`);
  return new Commented([...comments, ...marks], {
    alert: name,
    expr: new Block(print(expression)),
    // 0 is what Prometheus takes when nothing is said.
    ...(forMs > 0 && { for: printDuration(forMs) }),
    ...(keepFiringForMs > 0 && { keep_firing_for: printDuration(keepFiringForMs) }),
    labels,
    annotations,
  });
}
