// vsr-metrics serve: many files and servers as one /metrics, with their health, their status and a
// live page.

import { serverSettings } from '../../configuration/index.js';
import { ServerError } from '../../core/errors.js';
import { ClusterSource, isUrl } from '../../server/cluster-source.js';
import { startServer } from '../../server/index.js';
import type { Arguments } from '../arguments.js';
import { exitCodes, Failure, misuse } from '../failure.js';
import { type Streams, say } from '../streams.js';
import type { serveCommand } from './command.js';
import { readConfigured } from './configured.js';
import { loadPreset } from './presets.js';
import { parseLabels, parseSources } from './sources.js';

const obeyed = [
  ...serverSettings,
  'metrics.enabled',
  // How often servers are asked.
  'metrics.collection_interval_secs',
  'metrics.global_labels',
] as const;

export async function serve(
  args: Arguments<typeof serveCommand.options>,
  streams: Streams,
): Promise<number> {
  const report = (message: string) => say(streams.stderr, `vsr-metrics serve: ${message}`);
  const presetName = args.text('preset');
  const preset = presetName === undefined ? undefined : await loadPreset(presetName);
  const {
    enabled,
    server: configured,
    registry,
    sources: configuredSources,
  } = await readConfigured({
    file: args.text('config'),
    environment: streams.environment,
    preset,
    obeyed,
  });
  if (!enabled.metrics) {
    throw misuse({ problem: 'metrics.enabled is false, so there is nothing to serve' });
  }
  const commonLabels = {
    ...registry.defaultLabels,
    ...parseLabels('--label', args.texts('label')),
  };
  const sources = parseSources(args.operands, configuredSources, commonLabels);
  const port = args.number('port', { least: 0, most: 65535, whole: true });
  const host = args.text('host') ?? configured.host;
  const hungAfter = args.number('hung-after', { least: 0.1, most: 86_400 });

  const members = args.number('members', { least: 1, most: 1000, whole: true });
  const names = sources.map(({ name }) => name);

  const source = new ClusterSource(sources, {
    commonLabels,
    hungAfterMs: hungAfter === undefined ? (configured.stuckAfterMs ?? 5000) : hungAfter * 1000,
    everyMs: registry.resourcesEveryMs,
    report,
  });
  const server = await startServer({
    ...configured,
    preset,
    source,
    health: source,
    title: names.length > 3 ? `${names.length} sources` : names.join(', '),
    cluster: { members },
    port: port ?? configured.port,
    host,
    holdProcess: true,
    onWarning: ({ message }) => report(message),
  }).catch(explain);
  // What is wrong with the files is said at the start.
  source.snapshot();
  // Whoever reads the line may at once ask to stop.
  const asked = streams.asked();
  const urls = sources.filter(({ path }) => isUrl(path)).length;
  const counts = [count(sources.length - urls, 'file'), count(urls, 'server')];
  const parts = counts.filter((text) => text !== '').join(' and ');
  say(streams.stdout, `serving ${parts} on ${server.url}`);
  await asked;
  await server.close();
  source.close();
  return exitCodes.ok;
}

function explain(error: unknown): never {
  if (!(error instanceof ServerError)) throw error;
  throw new Failure(exitCodes.environment, error.message, error);
}

function count(number: number, what: string): string {
  if (number === 0) return '';
  return number === 1 ? `1 ${what}` : `${number} ${what}s`;
}
