// What an alert is. Everything that whoever is woken needs is required: an alert that lacks its
// runbook or the reason for its threshold does not compile.

import type { Expression } from '../promql/expression.js';
import type { Condition } from './conditions.js';
import type { Panel } from './dashboards.js';
import type { Duration } from './durations.js';
import type { Scenarios } from './scenarios.js';
import type { Priority, Severity } from './severity.js';
import type { AnyVector } from './vectors.js';
import { templates, type Words } from './words.js';

/** A text, or one that names labels and the value of what fires. */
export type Text<L extends string> = string | ((words: Words<L>) => string);

/** Something to look at, as it can be pasted. */
export type Look =
  | { readonly what: string; readonly query: AnyVector }
  | { readonly what: string; readonly command: string };

/** What to do at 3 a.m. */
export interface Runbook {
  /** What is so when it fires. */
  readonly meaning: string;
  readonly impact: string;
  /** How long until users notice, when nobody does anything. */
  readonly usersNotice: string;
  /** Look here first. */
  readonly look: readonly [Look, ...Look[]];
  readonly causes: readonly [string, ...string[]];
  readonly remedies: readonly [string, ...string[]];
  /** How to know that it is over. */
  readonly over: string;
}

/** How a document has an alert that is corrected here. */
export interface Original {
  /** What it is called there. */
  readonly name: string;
  readonly expression: string;
  /** Why it is not taken as it is; left out where only the form differs. */
  readonly problem?: string;
}

interface Common<L extends string> {
  /** When it is so. Something that is no comparison does not compile. */
  readonly when: Condition<L>;
  /** How long it has to be so; '0s': at once. */
  readonly for: Duration;
  /** How long it goes on firing when it is no longer so. */
  readonly keepFiringFor?: Duration;
  readonly summary: Text<NoInfer<L>>;
  readonly description: Text<NoInfer<L>>;
  /** The reason for the threshold. */
  readonly why: string;
  readonly runbook: Runbook;
  /** The panel to look at. */
  readonly panel: Panel;
  /** Labels of the alert besides severity and priority. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly original?: Original;
  /** Names of lint rules that it breaks on purpose. */
  readonly allows?: readonly string[];
  /** When it fires and when it does not, for tests of rules. */
  readonly scenarios: Scenarios<NoInfer<L>>;
}

export type AlertDeclaration<L extends string> = Common<L> &
  (
    | { readonly severity: 'critical'; readonly priority?: 'P0' | 'P1' }
    | { readonly severity: 'warning' | 'info'; readonly priority?: never }
  );

/** An alert without its name: that is its key among others. */
export interface AnyAlert {
  readonly tree: Expression;
  readonly severity: Severity;
  readonly priority: Priority | undefined;
  readonly for: Duration;
  readonly keepFiringFor: Duration | undefined;
  /** In the template language of Prometheus. */
  readonly summary: string;
  readonly description: string;
  readonly summaryFor: (words: Words<string>) => string;
  readonly descriptionFor: (words: Words<string>) => string;
  readonly why: string;
  readonly runbook: Runbook;
  readonly panel: Panel;
  readonly labels: Readonly<Record<string, string>>;
  readonly original: Original | undefined;
  readonly allows: readonly string[];
  readonly scenarios: Scenarios<string>;
}

/**
 * An alert, checked by the compiler: its texts can name only labels that its condition has.
 *
 * @example
 * ```ts
 * import { above, alert, increase, sum } from 'vsr-metrics/alerts';
 * import { vsr } from 'vsr-metrics/catalogues';
 *
 * const stormy = sum(increase(vsr.families.viewChanges, '1m'), 'replica_id');
 * console.log(above(stormy, 5).tree.kind);
 * ```
 */
export function alert<L extends string>(declaration: AlertDeclaration<L>): AnyAlert {
  const { when, summary, description, scenarios, priority, ...rest } = declaration;
  const summaryFor = textOf(summary);
  const descriptionFor = textOf(description);
  return {
    keepFiringFor: undefined,
    labels: {},
    original: undefined,
    allows: [],
    ...rest,
    tree: when.tree,
    priority,
    summary: summaryFor(templates),
    description: descriptionFor(templates),
    summaryFor,
    descriptionFor,
    scenarios: scenarios as Scenarios<string>,
  };
}

function textOf<L extends string>(text: Text<L>): (words: Words<string>) => string {
  return typeof text === 'string' ? () => text : (words) => text(words as Words<L>);
}
