// docs/runbooks/ and the tables of docs/alerts.md, from the alerts as they were built.

import { pathToFileURL } from 'node:url';
import { inRoot } from './paths.mjs';

const built = (...parts) => import(pathToFileURL(inRoot('dist', 'lib', ...parts)).href);

export const begin = '<!-- Written by npm run docs:runbooks from here on. -->';
export const end = '<!-- Written by hand from here on. -->';

/** The files of docs/runbooks/, by name. */
export async function runbookFiles() {
  const { runbookOf } = await built('alerts', 'index.js');
  const { errorRunbooks } = await built('alerts', 'error-runbooks.js');
  const all = await allRules();
  const files = new Map([
    ['README.md', index(all)],
    ['errors.md', errors(errorRunbooks)],
  ]);
  for (const { alerts } of all) {
    for (const alert of alerts) files.set(`${alert.key}.md`, runbookOf(alert));
  }
  return files;
}

/** The generated part of docs/alerts.md. */
export async function alertTables() {
  const all = await allRules();
  const { printDuration } = await built('promql', 'numbers.js');
  const parts = [];
  for (const { title, system, alerts, recordings } of all) {
    const rows = alerts.map(({ key, severity, priority, forMs, declaration }) => [
      `[${key}](runbooks/${key}.md)`,
      `${severity} (${priority})`,
      forMs === 0 ? 'at once' : printDuration(forMs),
      declaration.original?.name ?? '',
      declaration.why,
    ]);
    const { systemNamed } = await built('alerts', 'systems', 'all.js');
    const { thresholds } = await systemNamed(system);
    const set = Object.entries(thresholds).map(([name, { is, unit, why }]) => [
      `\`${name}\``,
      `${is}`,
      unit,
      why,
    ]);
    parts.push(
      `### ${title}`,
      table(['alert', 'severity', 'for', 'in its document', 'why this threshold'], rows),
      ...(set.length > 0 ? [table(['threshold', 'is', 'of', 'why'], set)] : []),
    );
    if (recordings.length > 0) {
      const names = recordings.map(({ name }) => `\`${name}\``).join(', ');
      parts.push(`Recording rules: ${names}.`);
    }
  }
  return parts.join('\n\n');
}

/** docs/alerts.md with its generated part as it should be. */
export async function alertsDocument(text) {
  const [before, rest] = split(text, begin);
  const [, after] = split(rest, end);
  return `${before}${begin}\n\n${await alertTables()}\n\n${end}${after}`;
}

function split(text, mark) {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`docs/alerts.md lacks the line ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

async function allRules() {
  const { alertsOf } = await built('alerts', 'index.js');
  const { systemNamed, systemNames } = await built('alerts', 'systems', 'all.js');
  return Promise.all(systemNames.map(async (name) => alertsOf(await systemNamed(name))));
}

function index(all) {
  const lists = all.map(({ title, alerts }) => {
    const items = alerts.map(
      ({ key, severity, declaration }) =>
        `- [${key}](${key}.md) (${severity}): ${firstOf(declaration)}`,
    );
    return `## ${title}\n\n${items.join('\n')}`;
  });
  return `# Runbooks

Each alert has one, and each error of the package [an entry](errors.md). They are written by
\`npm run docs:runbooks\` from the alerts themselves; a test fails when one is out of date.
[incident-response.md](../incident-response.md) says who does what, and in which order.

Queries are for Prometheus with the default settings of the rules. Commands are for the machine of the program; they
take it that its metrics are in /dev/shm and its server listens on port 9464.

${lists.join('\n\n')}
`;
}

function firstOf({ runbook }) {
  return runbook.meaning.split(/(?<=[.:]) /)[0].replace(/:$/, '.');
}

function errors(entries) {
  const sections = Object.entries(entries).map(
    ([code, { meaning, impact, remedies }]) =>
      `## ${code}\n\n${meaning}\n\nImpact: ${impact}\n\n${remedies.map((each) => `- ${each}`).join('\n')}`,
  );
  return `# Errors

Every error of the package has one of these codes as \`code\`. Its message names the metric or the option, what was
given and what is allowed. Errors are thrown while something is set up, never while recording.

${sections.join('\n\n')}
`;
}

function table(heading, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heading), `|${'---|'.repeat(heading.length)}`, ...rows.map(line)].join('\n');
}
