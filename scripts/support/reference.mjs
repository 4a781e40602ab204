// docs/reference.md: every endpoint, every default of the server, what the presets say instead, and every
// option, from the library as it was built and from its sources.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inRoot } from './paths.mjs';

const built = (...parts) => import(pathToFileURL(inRoot('dist', 'lib', ...parts)).href);

/** The text of docs/reference.md. */
export async function referenceDocument() {
  const sources = await readSources();
  return `# Endpoints, options and defaults

This document is written by \`npm run docs:reference\`, from the library itself. A test fails when it is
out of date.

## Endpoints

The name is what the option \`endpoints\` calls it. A server answers all of them, a handler \`metrics\`, \`live\` and
\`ready\`. [server.md](server.md#endpoints) says what they answer.

${table(['endpoint', 'paths'], await endpoints())}

## Defaults of the server

${table(['option', 'default'], await serverDefaults())}

## What the presets say

The defaults without a preset are in the first column of values. An empty cell means that the documents of the
product say nothing, so that the default holds.

${table(...(await presets()))}

## Options

Every function refuses an option that is not listed here. An option without a question mark is required.

${options(sources)}
`;
}

/** Asks a server of each endpoint which paths it has. */
async function endpoints() {
  const { endpointNames } = await built('server', 'options.js');
  const { startServer } = await built('server', 'index.js');
  const rows = [];
  for (const name of endpointNames) {
    const source = { snapshot: () => ({}), history: () => [] };
    const server = await startServer({ source, endpoints: [name], port: 0 });
    const answer = await (await fetch(new URL('/nothing-here', server.url))).text();
    await server.close();
    const paths = [...answer.matchAll(/(?<=[ ,"])\/[\w/]*/g)].map(([path]) => `\`${path}\``);
    rows.push([`\`${name}\``, [...new Set(paths)].join(', ')]);
  }
  return rows;
}

async function serverDefaults() {
  const { endpointNames, resolveHandlerOptions, resolveListenOptions } = await built(
    'server',
    'options.js',
  );
  const { limits, ...listen } = resolveListenOptions({});
  // The title is the name of the program that runs.
  const { title, onError, ...handler } = resolveHandlerOptions({}, endpointNames);
  const named = Object.entries(limits).map(([name, value]) => [`limits.${name}`, value]);
  return [...Object.entries({ ...listen, ...handler }), ...named].map(([name, value]) => [
    `\`${name}\``,
    shown(value, name),
  ]);
}

async function presets() {
  const catalogues = Object.values(await built('catalogues', 'index.js'));
  const found = catalogues.map(({ preset }) => preset).filter((preset) => preset !== undefined);
  const usual = {
    variables: 'VSR_METRICS',
    'health.everyMs': 10_000,
    'otlp.everyMs': 10_000,
    'otlp.scopeName': 'vsr-metrics',
    'otlp.serviceName': 'unknown_service:node',
    'otlp.timeoutMs': 5000,
    'registry.resourcesEveryMs': 5000,
    'server.port': 9464,
    'server.path': '/metrics',
    'server.healthWord': 'ok',
  };
  const flat = found.map((preset) => new Map(flatten(preset)));
  const settings = [...new Set(flat.flatMap((each) => [...each.keys()]))]
    .filter((name) => name !== 'name')
    .sort();
  const cell = (value, name) => (value === undefined ? '' : shown(value, name));
  const rows = settings.map((name) => [
    `\`${name}\``,
    cell(usual[name], name),
    ...flat.map((each) => cell(each.get(name), name)),
  ]);
  return [['setting', 'without a preset', ...found.map(({ name }) => name)], rows];
}

function flatten(value, prefix = '') {
  return Object.entries(value).flatMap(([name, each]) =>
    typeof each === 'object' ? flatten(each, `${prefix}${name}.`) : [[`${prefix}${name}`, each]],
  );
}

/** A section for each kind of options that is checked: by whom, and what its comments say. */
function options(sources) {
  const all = sources.map(({ text }) => text).join('\n');
  const declared = new Map(sources.flatMap(({ text }) => interfacesIn(text)));
  const checked = new Set(
    [...all.matchAll(/(?:optionsCheck|checkOptionsOf)<(\w+)/g)].map(([, name]) => name),
  );
  checked.delete('T');
  const sections = [...checked]
    .filter((name) => declared.has(name))
    .sort()
    .map((name) => {
      const rows = propertiesOf(name, declared).map(({ option, isOptional, says }) => [
        `\`${option}${isOptional ? '?' : ''}\``,
        says,
      ]);
      return `### ${name}\n\n${table(['option', 'what it is'], rows)}`;
    });
  return sections.join('\n\n');
}

/** Its own properties after those of what it extends. */
function propertiesOf(name, declared) {
  const { parents, body } = declared.get(name) ?? { parents: [], body: '' };
  const found = new Map();
  for (const parent of parents) {
    for (const each of propertiesOf(parent, declared)) found.set(each.option, each);
  }
  const property = /^ {2}(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n {2})?readonly (\w+)(\??):/gm;
  for (const [, comment = '', option, mark] of body.matchAll(property)) {
    const says = comment
      .replaceAll(/^\s*\* ?/gm, '')
      .replace(/@example[\s\S]*/, '')
      .replaceAll(/\s+/g, ' ')
      .replaceAll('|', '\\|')
      .trim();
    found.set(option, { option, isOptional: mark === '?', says });
  }
  return [...found.values()];
}

function interfacesIn(text) {
  const declaration = /^(?:export )?interface (\w+)([^{]*)\{(.*)/gm;
  return [...text.matchAll(declaration)].map((match) => {
    const [, name, heading, rest] = match;
    const start = match.index + match[0].length;
    const body = rest.endsWith('}') ? '' : text.slice(start, text.indexOf('\n}', start));
    const inherited = /(?:^|\s|>)extends ([\s\S]*)$/.exec(
      heading.replace(/^<[\s\S]*>(?= extends)/, ''),
    );
    const parents = [...(inherited?.[1] ?? '').matchAll(/\b(?:Partial<)?(\w+)/g)];
    return [name, { parents: parents.map(([, parent]) => parent), body }];
  });
}

async function readSources() {
  const entries = await readdir(inRoot('lib'), { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => !path.includes('/dashboard/page/'))
    .sort();
  return Promise.all(paths.map(async (path) => ({ path, text: await readFile(path, 'utf8') })));
}

function shown(value, name) {
  if (value === undefined) return 'none';
  if (value === '') return 'empty';
  if (typeof value === 'number') {
    return name.endsWith('port') ? `${value}` : value.toLocaleString('en-US');
  }
  if (Array.isArray(value)) return value.map((each) => `\`${each}\``).join(', ');
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'none' : `${value}`;
  return `\`${value}\``;
}

function table(heading, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(heading), `|${'---|'.repeat(heading.length)}`, ...rows.map(line)].join('\n');
}
