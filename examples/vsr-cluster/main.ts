// npm start: a cluster of Viewstamped Replication with live metrics on this machine.
//
//   npm start -- --replicas 5 --rate 5000 --faults "5s kill primary"
//
// How it is built, and where it records what: docs/vsr-cluster.md.

import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isatty } from 'node:tty';
import { ServerError } from 'vsr-metrics';
import { createClusterWatch } from 'vsr-metrics/cluster';
import { readConfiguration, serverSettings } from 'vsr-metrics/configuration';
import type { HealthChecks } from 'vsr-metrics/health';
import { type RunningServer, type ServerOptions, startServer } from 'vsr-metrics/server';
import { type PlannedFault, parseScript, runFault } from './cluster/fault-commands.js';
import { keys } from './cluster/keys.js';
import { Cluster } from './cluster/launcher.js';
import { watchMachine } from './cluster/machine-health.js';
import { type ClusterOptions, clusterHelp, parseClusterOptions } from './cluster/options.js';
import { Screen } from './cluster/screen.js';
import { UsageError } from './cluster/usage.js';

const defaultPort = 9464;

async function run(given: readonly string[]): Promise<void> {
  const options = parseClusterOptions(given);
  if (options.help) {
    process.stdout.write(clusterHelp());
    return;
  }
  const faults = faultsOf(options);
  const { server } = await readConfiguration({
    file: options.config,
    obeyed: serverSettings,
  });
  const cluster = await Cluster.start({
    replicas: options.replicas,
    standbys: options.standbys,
    rate: options.rate,
    data: options.data ?? mkdtempSync(join(tmpdir(), 'vsr-cluster-')),
    metricsFile: options.file ?? `/dev/shm/vsr-cluster-${process.pid}.metrics`,
  });
  const session = new Session(cluster, options);
  try {
    await session.run({ faults, server: { ...server, port: options.port ?? server.port } });
  } finally {
    await session.end();
  }
}

function faultsOf({ faults: script }: ClusterOptions): readonly PlannedFault[] {
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
  readonly #options: ClusterOptions;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #health: HealthChecks;
  #server: RunningServer | undefined;
  #screen: Screen | undefined;

  constructor(cluster: Cluster, options: ClusterOptions) {
    this.#cluster = cluster;
    this.#health = watchMachine(cluster.registry, cluster.options.data);
    this.#options = options;
  }

  async run({
    faults,
    server: configured,
  }: {
    readonly faults: readonly PlannedFault[];
    readonly server: Omit<ServerOptions, 'registry' | 'source'>;
  }): Promise<void> {
    const cluster = this.#cluster;
    const { plain, rate, seconds } = this.#options;
    const watch = createClusterWatch({ members: cluster.options.replicas });
    const server = await this.#serve(configured);
    await new Promise<void>((resolve, reject) => {
      cluster.onFailure = reject;
      const screen = new Screen({
        plain,
        snapshot: () => cluster.registry.snapshot(),
        subscribe: (schedule, listener) => cluster.registry.onSnapshot(schedule, listener),
        stateOf: (snapshot, previous) => ({
          snapshot,
          previous,
          // A registry of VSR knows members from the start.
          cluster: watch.observe(snapshot)!,
          rate,
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
      process.stdout.once('error', resolve);
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
    const { data, file } = this.#options;
    await this.#cluster.stop({ data: data !== undefined, file: file !== undefined });
    console.log(`stopped after ${answered} operations`);
  }

  #fault(line: string): void {
    runFault(this.#cluster, line);
    if (this.#options.plain || !process.stdout.isTTY) console.log(`fault: ${line}`);
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
      const isTaken = error instanceof ServerError && error.code === 'VSR_METRICS_SERVER_LISTEN';
      if (port !== undefined || !isTaken) throw error;
      this.#server = await serve(0);
    }
    return this.#server;
  }
}

// When nobody reads on (`| head`), or the terminal is gone, there is nobody who could be told so.
for (const stream of [process.stdin, process.stdout, process.stderr]) {
  stream.on('error', () => undefined);
}

await run(process.argv.slice(2)).catch((error: unknown) => {
  // What is wrong with the command line or the settings, or the port is taken.
  if (!(error instanceof UsageError || error instanceof ServerError)) throw error;
  console.error(`npm start: ${error.message}`);
  const isTaken = error instanceof ServerError && error.code === 'VSR_METRICS_SERVER_LISTEN';
  if (!isTaken) console.error('npm start -- --help says how to use it');
  process.exitCode = isTaken ? 3 : 1;
});

// Node aborts when it cannot restore a terminal that is gone. Other programs end by this signal then.
const { stdin, stdout, stderr } = process;
const wasClosed = [stdin, stdout, stderr].some(({ isTTY, fd }) => isTTY && !isatty(fd));
if (wasClosed) process.kill(process.pid, 'SIGHUP');
