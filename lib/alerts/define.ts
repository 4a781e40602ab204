// The alerts of one system, as a function of what can be set: thresholds, and how histograms are kept.

import type { AnyAlert } from './alert.js';
import type { Duration } from './durations.js';
import type { TestSeries } from './scenarios.js';
import type { Severity } from './severity.js';
import type { AnyVector, HistogramForm } from './vectors.js';

/** A number that operators may want otherwise. */
export interface Threshold {
  readonly is: number;
  /** What it counts, for people: 'ms', 'operations'. */
  readonly unit: string;
  readonly least: number;
  readonly most: number;
  /** Why it is what it is. */
  readonly why: string;
}

export type Thresholds = Readonly<Record<string, Threshold>>;

/** What alerts and recordings are built from. */
export interface Building<T extends Thresholds> {
  /** The numbers as they are set. */
  readonly thresholds: { readonly [Name in keyof T]: number };
  /** The jobs whose targets are of this system: a pattern. */
  readonly job: string;
  /** For the options of `quantile`. */
  readonly form: HistogramForm;
}

/** A series that Prometheus computes and keeps. */
export interface Recording {
  readonly help: string;
  readonly of: AnyVector;
  /** What it comes to, for tests of rules. */
  readonly scenario?: RecordingScenario;
}

export interface RecordingScenario {
  readonly series: readonly TestSeries[];
  readonly at: Duration;
  readonly gives: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
}

export interface SystemAlerts<T extends Thresholds = Thresholds, Name extends string = string> {
  /** Of the catalogue: vsr, kimberlite. */
  readonly system: string;
  readonly title: string;
  /** The jobs that its targets have, as a pattern, unless told otherwise. */
  readonly job: string;
  /** The groups of its rules, by severity, and how often each is evaluated. */
  readonly groups: { readonly [S in Severity]: AlertGroup };
  readonly thresholds: T;
  readonly alerts: Readonly<Record<Name, (building: Building<T>) => AnyAlert>>;
  readonly recordings: (building: Building<T>) => Readonly<Record<string, Recording>>;
}

export interface AlertGroup {
  readonly name: string;
  /** As often as the server evaluates, unless told otherwise. */
  readonly interval?: Duration;
}

/** Checks the alerts of a system and keeps the names of alerts and thresholds. */
export function defineAlerts<const T extends Thresholds, Name extends string>(
  system: SystemAlerts<T, Name>,
): SystemAlerts<T, Name> {
  return Object.freeze(system);
}

/** A group for each severity. */
export function groupsOf(system: string): SystemAlerts['groups'] {
  return {
    critical: { name: `${system}_critical` },
    warning: { name: `${system}_warnings` },
    info: { name: `${system}_info` },
  };
}
