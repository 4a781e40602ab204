// npm start: a cluster of Viewstamped Replication with live metrics on this machine.
//
//   npm start -- --replicas 5 --rate 5000 --faults "5s kill primary"
//
// How it is built, and where it records what: docs/vsr-cluster.md.

import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerError } from 'vsr-metrics';
import type { HealthChecks } from 'vsr-metrics/health';
import { type RunningServer, type ServerOptions, startServer } from 'vsr-metrics/server';
import { readConfigured } from '../../lib/cli/configured.js';
import { exitCodes, Failure } from '../../lib/cli/failure.js';
import { type PlannedFault, parseScript, runFault } from './cluster/fault-commands.js';
import { keys } from './cluster/keys.js';
import { Cluster } from './cluster/launcher.js';
import { watchMachine } from './cluster/machine-health.js';
import { type ClusterArguments, clusterHelp, parseClusterArguments } from './cluster/options.js';
import { Screen } from './cluster/screen.js';

const defaultPort = 9464;

async function run(given: readonly string[]): Promise<number> {
  const args = parseClusterArguments(given);
  if (args.has('help')) {
    process.stdout.write(clusterHelp());
    return exitCodes.ok;
  }
  const faults = faultsOf(args);
  const seconds = args.number('duration', { least: 0.1, most: 1e6 });
  const rate = args.number('rate', { least: 0, most: 1e6 }) ?? 1000;
  const port = args.number('port', { least: 0, most: 65_535, whole: true });
  const { server } = await readConfigured(args.text('config'), (message) => {
    console.error(`npm start: ${message}`);
  });
  const cluster = await Cluster.start({
    replicas: Number(args.text('replicas') ?? 3),
    standbys: args.number('standbys', { least: 0, most: 3, whole: true }) ?? 0,
    rate,
    data: args.text('data') ?? mkdtempSync(join(tmpdir(), 'vsr-cluster-')),
    metricsFile: args.text('file') ?? `/dev/shm/vsr-cluster-${process.pid}.metrics`,
  });
  const session = new Session(cluster, args, rate);
  try {
    await session.run({ faults, seconds, server: { ...server, port: port ?? server.port } });
  } finally {
    await session.end();
  }
  return exitCodes.ok;
}

function faultsOf(args: ClusterArguments): readonly PlannedFault[] {
  const script = args.text('faults');
  if (script === undefined) return [];
  let text = script;
  try {
    text = readFileSync(script, 'utf8');
  } catch {
    // No file of that name: the script itself.
  }
  return parseScript(text);
}

/** From the start of the cluster to its end. */
class Session {
  readonly #cluster: Cluster;
  readonly #keeps: { readonly data: boolean; readonly file: boolean };
  readonly #rate: number;
  readonly #plain: boolean;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #health: HealthChecks;
  #server: RunningServer | undefined;
  #screen: Screen | undefined;

  constructor(cluster: Cluster, args: ClusterArguments, rate: number) {
    this.#cluster = cluster;
    this.#health = watchMachine(cluster.registry, cluster.options.data);
    this.#rate = rate;
    this.#plain = args.has('plain');
    this.#keeps = { data: args.has('data'), file: args.has('file') };
  }

  async run({
    faults,
    seconds,
    server: configured,
  }: {
    readonly faults: readonly PlannedFault[];
    readonly seconds: number | undefined;
    readonly server: Omit<ServerOptions, 'registry' | 'source'>;
  }): Promise<void> {
    const cluster = this.#cluster;
    const server = await this.#serve(configured);
    await new Promise<void>((resolve, reject) => {
      cluster.onFailure = reject;
      const screen = new Screen({
        plain: this.#plain,
        snapshot: () => cluster.registry.snapshot(),
        subscribe: (schedule, listener) => cluster.registry.onSnapshot(schedule, listener),
        stateOf: (snapshot, previous) => ({
          snapshot,
          previous,
          replicas: Array.from({ length: cluster.rosterSize }, (_, id) => ({
            id,
            isRunning: cluster.isRunning(id),
          })),
          rate: this.#rate,
          answered: cluster.load.answered,
          url: server.url,
          file: cluster.options.metricsFile,
          notice: '',
        }),
        onKey: (key) => {
          const pressed = keys.find((each) => each.key === key);
          if (key === 'q') resolve();
          else if (pressed !== undefined) this.#fault(pressed.line);
        },
      });
      this.#screen = screen;
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve);
      if (seconds !== undefined) this.#timers.push(setTimeout(resolve, seconds * 1000));
      for (const { atMs, line } of faults) {
        const carryOut = () => {
          try {
            this.#fault(line);
          } catch (error) {
            reject(error);
          }
        };
        this.#timers.push(setTimeout(carryOut, atMs));
      }
      console.log(`metrics: ${server.url}`);
      console.log(`file:    ${cluster.options.metricsFile}   (Ctrl-C ends)`);
      screen.start();
    });
  }

  async end(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#screen?.stop();
    await this.#server?.close();
    this.#health.close();
    const { answered } = this.#cluster.load;
    await this.#cluster.stop(this.#keeps);
    console.log(`stopped after ${answered} operations`);
  }

  #fault(line: string): void {
    runFault(this.#cluster, line);
    if (this.#plain || !process.stdout.isTTY) console.log(`fault: ${line}`);
    this.#screen?.draw(`fault: ${line}`);
  }

  /** On the port that was asked for; on the usual one, or a free one, when none was. */
  async #serve(configured: Omit<ServerOptions, 'registry' | 'source'>): Promise<RunningServer> {
    const { registry } = this.#cluster;
    const { port } = configured;
    const health = this.#health;
    const serve = (port: number) => startServer({ health, ...configured, registry, port });
    try {
      this.#server = await serve(port ?? defaultPort);
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      if (port !== undefined || error.code !== 'VSR_METRICS_SERVER_LISTEN') {
        throw new Failure(exitCodes.environment, error.message, error);
      }
      this.#server = await serve(0);
    }
    return this.#server;
  }
}

process.exitCode = await run(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof Failure)) throw error;
  console.error(`npm start: ${error.message}`);
  if (error.exitCode === exitCodes.usage) console.error('npm start -- --help says how to use it');
  return error.exitCode;
});
