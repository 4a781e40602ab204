// Runbooks as documents: what is written where an alert is, for whoever is woken by it.

import { printDuration } from '../promql/numbers.js';
import { print } from '../promql/printer.js';
import type { Look } from './alert.js';
import { dashboards } from './dashboards.js';
import { rewrite } from './rewrite.js';
import type { Alert } from './settings.js';
import type { Words } from './words.js';

/** Labels and value as a reader sees that something is filled in there. */
export const placeholders: Words<string> = {
  labels: new Proxy({}, { get: (_, name) => `<${String(name)}>` }),
  value: { whole: '<value>', decimals: '<value>', percentage: '<value>' },
};

/**
 * The runbook of an alert, in Markdown.
 *
 * @example
 * ```ts
 * import { alertsOf, runbookOf } from 'vsr-metrics/alerts';
 * import { vsrAlerts } from 'vsr-metrics/alerts/vsr';
 *
 * for (const alert of alertsOf(vsrAlerts).alerts) console.log(runbookOf(alert));
 * ```
 */
export function runbookOf(alert: Alert): string {
  const { declaration, severity, priority, forMs, keepFiringForMs, expression } = alert;
  const { runbook, why, original, panel } = declaration;
  const times = [
    forMs === 0 ? 'fires at once' : `fires after ${printDuration(forMs)}`,
    ...(keepFiringForMs > 0 ? [`goes on for ${printDuration(keepFiringForMs)} after it`] : []),
  ];
  return `${[
    `# ${alert.key}`,
    escaped(declaration.summaryFor(placeholders)),
    escaped(declaration.descriptionFor(placeholders)),
    `Severity **${severity}** (${priority}); ${times.join(', ')}. Panel: ${panel.panel} on the dashboard ${dashboards[panel.dashboard].title}.`,
    `## Meaning\n\n${runbook.meaning}`,
    `## Impact\n\n${runbook.impact}`,
    `## How long until users notice\n\n${runbook.usersNotice}`,
    `## Look here first\n\n${runbook.look.map(lookText).join('\n\n')}`,
    `## Likely causes\n\n${listed(runbook.causes)}`,
    `## What to do\n\n${listed(runbook.remedies)}`,
    `## How to know that it is over\n\n${runbook.over}`,
    `## The rule\n\n${block('promql', print(expression))}\n\n${why}`,
    ...(original === undefined
      ? []
      : [
          `In its document it is called ${original.name}, and asks:\n\n${block('text', original.expression)}`,
          ...(original.problem === undefined ? [] : [`What was changed: ${original.problem}`]),
        ]),
  ].join('\n\n')}\n`;
}

function lookText(look: Look): string {
  const code = 'query' in look ? block('promql', queryText(look)) : block('sh', look.command);
  return `${look.what}:\n\n${code}`;
}

/** A query as it can be pasted into Prometheus. */
export function queryText({ query }: Extract<Look, { query: unknown }>): string {
  return print(rewrite(query.tree, { matchers: [], clusterLabel: 'cluster' }));
}

function block(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

function listed(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

/** Markdown takes what stands in angle brackets for HTML. */
function escaped(text: string): string {
  return text.replace(/</g, '\\<');
}
