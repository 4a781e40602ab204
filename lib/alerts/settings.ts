// The alerts of a system as they are to be: thresholds, names, labels and links are set here, and
// nowhere else.
//
//   const rules = alertsOf(vsrAlerts, { thresholds: { replicaLag: 5000 }, clusterLabel: 'ledger' });

import {
  either,
  group,
  type Kind,
  type Kinds,
  listOf,
  number,
  oneOf,
  optionsCheck,
  refusals,
  text,
  texts,
  url,
} from '../core/options.js';
import { packageVersion } from '../core/package-version.js';
import type { Expression, Matcher } from '../promql/expression.js';
import type { AnyAlert } from './alert.js';
import { uidOf } from './dashboards.js';
import type {
  AlertGroup,
  Building,
  RecordingScenario,
  SystemAlerts,
  Thresholds,
} from './define.js';
import { type Duration, durationMs, durationPattern } from './durations.js';
import { type Rewriting, rewrite } from './rewrite.js';
import { type Priority, priorityOf, type Severity, severities } from './severity.js';
import type { HistogramForm } from './vectors.js';
import { wordsOf } from './words.js';

export interface AlertSettings<T extends Thresholds = Thresholds, Name extends string = string> {
  /** Numbers that shall be others; those that are not named stay. */
  readonly thresholds?: { readonly [Key in keyof NoInfer<T>]?: number };
  /** Labels that every series has to have: { environment: 'production' }. */
  readonly selector?: Readonly<Record<string, string>>;
  /** The label that tells clusters apart, kept by every aggregation; '' when there is one cluster. */
  readonly clusterLabel?: string;
  /** What names of alerts begin with, before that of the system. */
  readonly prefix?: string;
  /** Labels that every alert has besides its own. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The jobs whose targets are of the system, as a pattern. */
  readonly job?: string;
  /** Whether Prometheus keeps classic histograms (the default) or native ones. */
  readonly histograms?: HistogramForm;
  /** How long a condition has to hold, by the name of the alert. */
  readonly for?: { readonly [Key in NoInfer<Name>]?: Duration };
  /** How long an alert goes on firing after that, by its name. */
  readonly keepFiringFor?: { readonly [Key in NoInfer<Name>]?: Duration };
  /** Alerts to leave out. */
  readonly leaveOut?: readonly NoInfer<Name>[];
  /** Where the runbooks are: a URL that the name of an alert and .md follow. */
  readonly runbooks?: string;
  /** Where Grafana is; with it alerts link to their panels. */
  readonly grafana?: string;
}

/** An alert as it is written and evaluated: an immutable value. */
export interface Alert {
  /** With its prefix. */
  readonly name: string;
  /** Its key among those of the system. */
  readonly key: string;
  readonly expression: Expression;
  readonly forMs: number;
  readonly keepFiringForMs: number;
  readonly severity: Severity;
  readonly priority: Priority;
  /** All labels that the rule adds. */
  readonly labels: Readonly<Record<string, string>>;
  /** All annotations, as templates. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Whether it asks what it asks without settings, so that its scenarios hold. */
  readonly isAsDeclared: boolean;
  readonly declaration: AnyAlert;
}

export interface RecordingRule {
  readonly name: string;
  readonly help: string;
  readonly expression: Expression;
  readonly scenario: RecordingScenario | undefined;
}

export interface RuleGroup {
  readonly name: string;
  readonly intervalMs: number | undefined;
  readonly recordings: readonly RecordingRule[];
  readonly alerts: readonly Alert[];
}

/** Everything that a system's rules are. */
export interface AlertRules {
  readonly system: string;
  readonly title: string;
  readonly groups: readonly RuleGroup[];
  /** In the order in which they are declared. */
  readonly alerts: readonly Alert[];
  readonly recordings: readonly RecordingRule[];
  /** What every series of a test needs besides its own labels. */
  readonly selector: Readonly<Record<string, string>>;
  readonly histograms: HistogramForm;
}

const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** A duration as Prometheus writes it. */
const duration = text("a duration, as '30s', '5m' or '4h'", durationPattern);

/**
 * The rules of a system.
 *
 * @example
 * ```ts
 * import { alertsOf } from 'vsr-metrics/alerts';
 * import { vsrAlerts } from 'vsr-metrics/alerts/vsr';
 *
 * const { alerts } = alertsOf(vsrAlerts, {
 *   thresholds: { replicaLag: 5000 },
 *   selector: { environment: 'production' },
 *   for: { VsrReplicaLag: '10m' },
 * });
 * console.log(alerts.map(({ name }) => name));
 * ```
 * @throws AlertsError for a setting that there is not, or that does not fit
 */
export function alertsOf<T extends Thresholds, Name extends string>(
  system: SystemAlerts<T, Name>,
  settings: AlertSettings<T, Name> = {},
): AlertRules {
  checkSettings(system, settings);
  const { prefix = '', leaveOut = [], selector = {}, histograms = 'classic' } = settings;
  const { clusterLabel = 'cluster' } = settings;
  const rewriting: Rewriting = {
    matchers: Object.entries(selector).map(
      ([label, value]): Matcher => ({ label, operator: '=', value }),
    ),
    clusterLabel: clusterLabel === '' ? undefined : clusterLabel,
  };
  const building = (used?: Set<string>) => buildingFor(system, settings, used);
  const alerts = Object.entries<SystemAlerts<T, Name>['alerts'][Name]>(system.alerts)
    .filter(([key]) => !(leaveOut as readonly string[]).includes(key))
    .map(([key, build]): Alert => {
      const used = new Set<string>();
      const declaration = build(building(used));
      const { severity, tree } = declaration;
      const priority = declaration.priority ?? priorityOf(severity);
      const isSet = (name: string) =>
        name === 'job' ? settings.job !== undefined : settings.thresholds?.[name] !== undefined;
      const hold = settings.for?.[key as Name];
      const keep = settings.keepFiringFor?.[key as Name] ?? declaration.keepFiringFor;
      return freeze({
        name: `${prefix}${key}`,
        key,
        expression: rewrite(tree, rewriting),
        forMs: durationMs(hold ?? declaration.for),
        keepFiringForMs: keep === undefined ? 0 : durationMs(keep),
        severity,
        priority,
        labels: { ...settings.labels, ...declaration.labels, severity, priority },
        annotations: annotationsOf(key, declaration, settings),
        isAsDeclared: hold === undefined && ![...used].some(isSet),
        declaration,
      });
    });
  const recordings = Object.entries(system.recordings(building())).map(
    ([name, { help, of, scenario }]): RecordingRule =>
      freeze({ name, help, expression: rewrite(of.tree, rewriting), scenario }),
  );
  return freeze({
    system: system.system,
    title: system.title,
    groups: groupsFor(system, alerts, recordings),
    alerts,
    recordings,
    selector,
    histograms,
  });
}

/** The annotations of one that fires, with its labels and its value filled in. */
export function annotationsFor(
  { annotations, declaration }: Alert,
  labels: Readonly<Record<string, string>>,
  value: number,
): Record<string, string> {
  const words = wordsOf(labels, value);
  return {
    ...annotations,
    summary: declaration.summaryFor(words),
    description: declaration.descriptionFor(words),
  };
}

function buildingFor<T extends Thresholds, Name extends string>(
  system: SystemAlerts<T, Name>,
  settings: AlertSettings<T, Name>,
  used: Set<string> | undefined,
): Building<T> {
  const values = Object.entries(system.thresholds).map(([name, { is }]) => [
    name,
    settings.thresholds?.[name] ?? is,
  ]);
  const thresholds = new Proxy(Object.fromEntries(values) as Building<T>['thresholds'], {
    get: (all, name) => {
      used?.add(String(name));
      return all[String(name)];
    },
  });
  return {
    thresholds,
    get job() {
      used?.add('job');
      return settings.job ?? system.job;
    },
    form: settings.histograms ?? 'classic',
  };
}

function annotationsOf(
  key: string,
  { summary, description, panel }: AnyAlert,
  { runbooks = ownRunbooks(), grafana }: AlertSettings,
): Record<string, string> {
  const folder = runbooks.endsWith('/') ? runbooks : `${runbooks}/`;
  return {
    summary,
    description,
    runbook_url: `${folder}${key}.md`,
    ...(grafana !== undefined && {
      dashboard_url: `${grafana.replace(/\/$/, '')}/d/${uidOf(panel.dashboard)}`,
    }),
    dashboard: panel.dashboard,
    panel: panel.panel,
  };
}

/** Those of this version, as the registry of packages serves them. */
function ownRunbooks(): string {
  return `https://unpkg.com/vsr-metrics@${packageVersion()}/docs/runbooks/`;
}

/** Recordings first, so that they are there when an alert looks; then alerts by severity. */
function groupsFor(
  { system, groups }: Pick<SystemAlerts, 'system' | 'groups'>,
  alerts: readonly Alert[],
  recordings: readonly RecordingRule[],
): RuleGroup[] {
  const named = new Map<string, { group: AlertGroup; alerts: Alert[] }>();
  for (const severity of severities) {
    const group = groups[severity];
    const found = named.get(group.name) ?? { group, alerts: [] };
    found.alerts.push(...alerts.filter((each) => each.severity === severity));
    named.set(group.name, found);
  }
  const recording = { name: `${system}_recordings`, intervalMs: undefined, recordings, alerts: [] };
  return [
    ...(recordings.length > 0 ? [recording] : []),
    ...[...named.values()]
      .filter((each) => each.alerts.length > 0)
      .map((each) => ({
        name: each.group.name,
        intervalMs: each.group.interval && durationMs(each.group.interval),
        recordings: [],
        alerts: each.alerts,
      })),
  ];
}

// ---- settings ----

function checkSettings<T extends Thresholds, Name extends string>(
  system: SystemAlerts<T, Name>,
  settings: AlertSettings<T, Name>,
): void {
  const names = Object.keys(system.alerts);
  const durations = group(kindsOf(names, () => duration));
  const kinds: Kinds<AlertSettings> = {
    thresholds: group(
      kindsOf(Object.keys(system.thresholds), (name) => {
        const { least, most, unit } = system.thresholds[name]!;
        return number(least, most, `a number from ${least} to ${most}, in ${unit}`);
      }),
    ),
    selector: labelled,
    clusterLabel: either(
      "the name of a label, or '' for one cluster",
      text('', labelName),
      oneOf(['']),
    ),
    prefix: text('letters, digits and _, beginning with a letter', labelName),
    labels: labelled,
    job: text(),
    histograms: oneOf(['classic', 'native']),
    for: durations,
    keepFiringFor: durations,
    leaveOut: listOf(oneOf(names)),
    runbooks: url(['http:', 'https:'], 'a URL of a folder'),
    grafana: url(['http:', 'https:'], "Grafana's URL"),
  };
  optionsCheck<AlertSettings>(`the alerts of ${system.title}`, refusals.alerts, kinds)(settings);
}

const labelled = {
  allowed: 'an object of labels and their values; no rule may set alertname, severity or priority',
  fits: (value: unknown) =>
    texts.fits(value) &&
    Object.keys(value as object).every(
      (name) => labelName.test(name) && !['alertname', 'severity', 'priority'].includes(name),
    ),
};

function kindsOf(names: readonly string[], kind: (name: string) => Kind): Record<string, Kind> {
  return Object.fromEntries(names.map((name) => [name, kind(name)]));
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
}
