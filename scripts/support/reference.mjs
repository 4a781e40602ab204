// docs/reference.md: every endpoint, every default of the server, what the presets say instead, every
// setting, and every option with its default, from the library as it was built and from its sources.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkComment, defaultOf } from './defaults.mjs';
import { inRoot } from './paths.mjs';

const built = (...parts) => import(pathToFileURL(inRoot('dist', 'lib', ...parts)).href);

/** The text of docs/reference.md. */
export async function referenceDocument() {
  const library = describe(await readSources());
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

${table(...(await presets(library)))}

## Settings

[configuration.md](configuration.md) says what they are for. Without a default a setting has no effect until
somebody sets it.

${table(['setting', 'variable', 'allowed', 'default'], await settings(library))}

## Options

Every function refuses an option that is not listed here. An option without a question mark is required. A
default that is computed, or comes from elsewhere, is told in words.

${options(library)}
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

async function presets(library) {
  const catalogues = Object.values(await built('catalogues', 'index.js'));
  const found = catalogues.map(({ preset }) => preset).filter((preset) => preset !== undefined);
  const flat = found.map((preset) => new Map(flatten(preset)));
  const settings = [...new Set(flat.flatMap((each) => [...each.keys()]))]
    .filter((name) => name !== 'name')
    .sort();
  const cell = (value, name) => (value === undefined ? '' : shown(value, name));
  const rows = settings.map((name) => [
    `\`${name}\``,
    cell(library.defaultOf(behind[name]), name),
    ...flat.map((each) => cell(each.get(name), name)),
  ]);
  return [['setting', 'without a preset', ...found.map(({ name }) => name)], rows];
}

function flatten(value, prefix = '') {
  return Object.entries(value).flatMap(([name, each]) =>
    typeof each === 'object' ? flatten(each, `${prefix}${name}.`) : [[`${prefix}${name}`, each]],
  );
}

/** Which option a part of a preset, or a setting, is the value of. */
const behind = {
  variables: 'ConfigurationSources.prefix',
  'health.everyMs': 'HealthChecksOptions.everyMs',
  'otlp.everyMs': 'OtlpSettings.everyMs',
  'otlp.scopeName': 'OtlpSettings.scopeName',
  'otlp.serviceName': 'OtlpSettings.serviceName',
  'otlp.timeoutMs': 'OtlpSettings.timeoutMs',
  'registry.resourcesEveryMs': 'RegistryOptions.resourcesEveryMs',
  'server.port': 'ServerOptions.port',
  'server.path': 'ServerOptions.path',
  'server.healthWord': 'ServerOptions.healthWord',
  'metrics.address': 'ServerOptions.host',
  'metrics.port': 'ServerOptions.port',
  'metrics.base_path': 'ServerOptions.basePath',
  'metrics.path': 'ServerOptions.path',
  'metrics.open_probes': 'ServerOptions.openProbes',
  'metrics.stuck_after_secs': 'ServerOptions.stuckAfterMs',
  'metrics.collection_interval_secs': 'RegistryOptions.resourcesEveryMs',
  'health.interval_secs': 'HealthChecksOptions.everyMs',
  'health.timeout_secs': 'HealthChecksOptions.timeoutMs',
  'health.word': 'ServerOptions.healthWord',
  'telemetry.export_interval_secs': 'OtlpSettings.everyMs',
  'telemetry.service_name': 'OtlpSettings.serviceName',
};

async function settings(library) {
  const { settings } = await built('configuration', 'settings.js');
  const { readConfiguration } = await built('configuration', 'index.js');
  const { enabled, server } = await readConfiguration({ environment: {} });
  const flags = {
    'metrics.enabled': enabled.metrics,
    'metrics.dashboard': server.endpoints?.includes('page') ?? true,
    'health.enabled': enabled.healthChecks,
    'telemetry.tracing_enabled': enabled.tracing,
  };
  return Object.entries(settings).map(([name, { allowed }]) => {
    const value = flags[name] ?? library.defaultOf(behind[name]);
    const inSeconds = name.endsWith('_secs') ? value / 1000 : value;
    const variable = `VSR_METRICS_${name
      .replace(/^metrics\./, '')
      .replace('.', '_')
      .toUpperCase()}`;
    const cell = inSeconds === undefined || inSeconds === '' ? '' : shown(inSeconds, name);
    return [`\`${name}\``, `\`${variable}\``, allowed, cell];
  });
}

/** A section for each kind of options that is checked: by whom, and what its comments say. */
function options({ checked, propertiesOf }) {
  const sections = checked.map((name) => {
    const rows = propertiesOf(name).map(({ option, isOptional, says, value }) => [
      `\`${option}${isOptional ? '?' : ''}\``,
      value === undefined ? '' : shown(value, option),
      says.replaceAll('|', '\\|'),
    ]);
    return `### ${name}\n\n${table(['option', 'default', 'what it is'], rows)}`;
  });
  return sections.join('\n\n');
}

/** What the sources say of options: which are checked, what they are, and their defaults. */
function describe(sources) {
  const declared = new Map(
    sources.flatMap(({ path, text }) =>
      interfacesIn(text).map(([name, found]) => [name, { ...found, path }]),
    ),
  );
  const all = sources.map(({ text }) => text).join('\n');
  const names = [...all.matchAll(/(?:optionsCheck|checkOptionsOf)<(\w+)/g)].map(([, name]) => name);
  const checked = [...new Set(names)].filter((name) => declared.has(name)).sort();

  /** Its own properties after those of what it extends. */
  function propertiesOf(name, heirs = []) {
    const { parents = [], body = '', path } = declared.get(name) ?? {};
    const found = new Map();
    const whose = [name, ...heirs];
    for (const parent of parents) {
      for (const each of propertiesOf(parent, whose)) found.set(each.option, each);
    }
    const property = /^ {2}(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n {2})?readonly (\w+)(\??):/gm;
    for (const [, comment = '', option, mark] of body.matchAll(property)) {
      const says = comment
        .replaceAll(/^\s*\* ?/gm, '')
        .replace(/@example[\s\S]*/, '')
        .replaceAll(/\s+/g, ' ')
        .trim();
      const isOptional = mark === '?';
      const value = isOptional
        ? defaultOf(option, { names: whose, home: path, sources })
        : undefined;
      checkComment(says, value, `${name}.${option}`);
      found.set(option, { option, isOptional, says, value });
    }
    return [...found.values()];
  }

  return {
    checked,
    propertiesOf,
    /** Of an option that is called by its interface: 'ServerOptions.port'. */
    defaultOf(whole) {
      if (whole === undefined) return undefined;
      const [name, option] = whole.split('.');
      const own = propertiesOf(name).find((each) => each.option === option);
      if (own !== undefined) return own.value;
      return defaultOf(option, { names: [name], home: declared.get(name).path, sources });
    },
  };
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
