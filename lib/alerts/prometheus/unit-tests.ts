// Unit tests of rule files for promtool: for each alert a time in which it fires, with exactly these
// labels and texts, and one in which it does not.

import { printDuration } from '../../promql/numbers.js';
import { print } from '../../promql/printer.js';
import { type Duration, durationMs } from '../durations.js';
import { isNumber } from '../lint/labels.js';
import { type Fired, scrapeEvery, type TestSeries } from '../scenarios.js';
import { type Alert, type AlertRules, annotationsFor, type RecordingRule } from '../settings.js';
import { Commented, toYaml, type Yaml } from './yaml.js';

/** Tests that take longer are evaluated less often, or promtool would need minutes for them. */
const longMs = 3_600_000;
const longEvery = '5m';

/**
 * The tests of one system's rules: files by name, to be put beside the rule file.
 *
 * @example
 * ```ts
 * import { alertsOf, unitTestFiles } from 'vsr-metrics/alerts';
 * import { kotobaAlerts } from 'vsr-metrics/alerts/kotoba';
 *
 * const files = unitTestFiles(alertsOf(kotobaAlerts), 'kotoba.rules.yml');
 * console.log(Object.keys(files)); // [ 'kotoba.test.yml' ]
 * ```
 */
export function unitTestFiles(rules: AlertRules, ruleFile: string): Record<string, string> {
  const { system, alerts, histograms } = rules;
  // What promtool reads of native histograms differs from version to version.
  const canTest = ({ isAsDeclared, expression }: Alert) =>
    isAsDeclared && (histograms === 'classic' || !print(expression).includes('histogram_quantile'));
  const tested = [
    ...rules.recordings.flatMap((each) => recordingTest(each, rules)),
    ...alerts.filter(canTest).flatMap((each) => testsOf(each, rules)),
  ];
  const long = tested.filter(({ atMs }) => atMs >= longMs);
  const short = tested.filter(({ atMs }) => atMs < longMs);
  const untested = alerts.filter((each) => !canTest(each)).map(({ name }) => name);
  const comments =
    untested.length === 0
      ? []
      : [`Without a test, because of how they are set: ${untested.join(', ')}`];
  const file = (every: string, tests: readonly Test[]) =>
    toYaml(
      new Commented(comments, {
        rule_files: [ruleFile],
        evaluation_interval: every,
        tests: tests.map(({ yaml }) => yaml),
      }),
    );
  return {
    [`${system}.test.yml`]: file(scrapeEvery, short),
    ...(long.length > 0 && { [`${system}.long.test.yml`]: file(longEvery, long) }),
  };
}

interface Test {
  readonly atMs: number;
  readonly yaml: Yaml;
}

function recordingTest(
  { name, expression, scenario }: RecordingRule,
  { selector, histograms }: AlertRules,
): Test[] {
  if (scenario === undefined || histograms !== 'classic') return [];
  const kept = keptOf(expression, selector);
  const yaml = {
    name: `${name} is recorded`,
    interval: scrapeEvery,
    input_series: scenario.series.map((each) => seriesOf(each, selector)),
    promql_expr_test: [
      {
        expr: name,
        eval_time: printDuration(durationMs(scenario.at)),
        exp_samples: scenario.gives.map(({ labels, value }) => ({
          labels: seriesText(name, { ...labels, ...kept }),
          value,
        })),
      },
    ],
  };
  return [{ atMs: durationMs(scenario.at), yaml }];
}

function testsOf(alert: Alert, rules: AlertRules): Test[] {
  const { firing, quiet } = alert.declaration.scenarios;
  return [
    testOf(`${alert.name} fires`, alert, firing, rules, firing.fires),
    ...(quiet === 'never' ? [] : [testOf(`${alert.name} does not fire`, alert, quiet, rules, [])]),
  ];
}

function testOf(
  name: string,
  alert: Alert,
  { series, at }: { readonly series: readonly TestSeries[]; readonly at: Duration },
  { selector }: AlertRules,
  fires: readonly Fired<string>[],
): Test {
  const yaml = {
    name,
    interval: scrapeEvery,
    input_series: series.map((each) => seriesOf(each, selector)),
    alert_rule_test: [
      {
        eval_time: printDuration(durationMs(at)),
        alertname: alert.name,
        exp_alerts: fires.map((each) => firedOf(alert, each, selector)),
      },
    ],
  };
  return { atMs: durationMs(at), yaml };
}

function seriesOf(
  { name, labels, values }: TestSeries,
  selector: Readonly<Record<string, string>>,
) {
  return { series: seriesText(name, { ...labels, ...selector }), values };
}

function seriesText(name: string, labels: Readonly<Record<string, string>>): string {
  const all = Object.entries(labels);
  const text = all.map(([label, value]) => `${label}=${JSON.stringify(value)}`).join(', ');
  return all.length === 0 ? name : `${name}{${text}}`;
}

function firedOf(
  alert: Alert,
  { labels: own, value }: Fired<string>,
  selector: Readonly<Record<string, string>>,
): Yaml {
  const given = own as Readonly<Record<string, string>>;
  return {
    exp_labels: { ...keptOf(alert.expression, selector), ...given, ...alert.labels },
    exp_annotations: annotationsFor(alert, given, value),
  };
}

/** Labels of the selector that the series which fire still have. */
function keptOf(
  expression: Alert['expression'],
  selector: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  switch (expression.kind) {
    case 'selector':
    case 'range':
      return selector;
    case 'call':
      return Object.assign({}, ...expression.arguments.map((each) => keptOf(each, selector)));
    case 'aggregation': {
      const names = expression.grouping?.labels ?? [];
      return Object.fromEntries(Object.entries(selector).filter(([name]) => names.includes(name)));
    }
    case 'binary': {
      const { left, right, matching } = expression;
      const isRight = matching?.many === 'right' || isNumber(left);
      return keptOf(isRight ? right : left, selector);
    }
    case 'parentheses':
    case 'negation':
    case 'subquery':
      return keptOf(expression.expression, selector);
    default:
      return {};
  }
}
