// A server in a thread of its own, seen from the thread that started it: it is told the results of
// health checks, and started again when it ends by itself.

import { Worker } from 'node:worker_threads';
import { ServerError, type VsrMetricsErrorCode } from '../core/errors.js';
import type { HealthResult } from '../health/report.js';
import { type CloseOptions, defaultDrainMs } from './listener.js';
import { ServerMeter } from './meter.js';
import type { HealthSource, ServedRegistry } from './source.js';
import type { FromThread, ServerSettings, ThreadSettings, ToThread } from './thread-messages.js';

/** Where a server listens. */
export interface Listening {
  readonly address: string;
  readonly port: number;
}

const program = new URL('./thread.js', import.meta.url);

/** A server that ended so often in a minute is given up. */
const mostRestarts = 5;
const restartDelayMs = 100;

export class ThreadedServer {
  readonly closed: Promise<void>;
  // Held: a region in memory goes with the last registry that has it.
  readonly #registry: ServedRegistry;
  readonly #health: HealthSource | undefined;
  readonly #onError: (error: unknown) => void;
  readonly #unsubscribe: () => void;
  #settings: ServerSettings;
  #worker: Worker | undefined;
  readonly #meter: ServerMeter;
  #isRefed = true;
  #closing: CloseOptions | undefined;
  #restarts: number[] = [];
  #settle: { resolve(): void; reject(error: unknown): void };

  constructor(
    registry: ServedRegistry,
    settings: ServerSettings,
    health: HealthSource | undefined,
    onError: (error: unknown) => void,
  ) {
    this.#registry = registry;
    this.#meter = new ServerMeter(registry);
    if (settings.handler.token !== undefined) this.#meter.open();
    this.#settings = settings;
    this.#onError = onError;
    this.#settle = { resolve: () => undefined, reject: () => undefined };
    this.closed = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Whoever does not wait for it has onError.
    this.closed.catch(() => undefined);
    this.#health = health;
    const tell = (results: readonly HealthResult[]) => this.#tell({ kind: 'results', results });
    this.#unsubscribe = health?.onResults?.(tell) ?? (() => undefined);
  }

  /** @throws ServerError when it cannot listen */
  async listen(): Promise<Listening> {
    const listening = await this.#start().catch((error: unknown) => {
      this.#unsubscribe();
      throw error;
    });
    // Where it has been is where it comes back to.
    const listen = { ...this.#settings.listen, port: listening.port, waitForPortMs: 5000 };
    this.#settings = { ...this.#settings, listen };
    return listening;
  }

  close(options: CloseOptions): Promise<void> {
    if (this.#closing !== undefined) return this.closed;
    this.#closing = options;
    this.#unsubscribe();
    const worker = this.#worker;
    if (worker === undefined) {
      this.#settle.resolve();
      return this.closed;
    }
    this.#tell({ kind: 'close', options });
    // Until it has ended, as whoever closes it expects.
    worker.ref();
    const { readinessDelayMs = 0, drainMs = defaultDrainMs } = options;
    // One that is stuck must not hold up the end of the program.
    const patience = setTimeout(() => worker.terminate(), readinessDelayMs + drainMs + 5000);
    worker.on('exit', () => clearTimeout(patience));
    return this.closed;
  }

  ref(): void {
    this.#isRefed = true;
    this.#worker?.ref();
  }

  unref(): void {
    this.#isRefed = false;
    this.#worker?.unref();
  }

  #tell(message: ToThread): void {
    this.#worker?.postMessage(message);
  }

  /** @throws RegistryError when the registry is closed */
  async #start(): Promise<Listening> {
    const results = this.#health?.results();
    const region = regionOf(this.#registry);
    const workerData = { isVsrMetricsServer: true, ...this.#settings, ...region, results } as const;
    const worker = new Worker(program, {
      workerData: workerData satisfies ThreadSettings,
      name: 'vsr-metrics server',
      // What the program preloads is for the program: a file among it that starts a server would start
      // one in this thread too, and so on without end.
      execArgv: [],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    this.#worker = worker;
    if (!this.#isRefed) worker.unref();
    return new Promise((resolve, reject) => {
      let isListening = false;
      let failure: unknown;
      worker.on('message', (message: FromThread) => {
        if (message.kind === 'problem') this.#onError(new Error(message.message));
        if (message.kind === 'unauthorized') this.#meter.refused(message.reason, message.count);
        if (message.kind === 'refused') {
          const code = message.code as VsrMetricsErrorCode;
          failure = new ServerError(code, { problem: message.message });
        }
        if (message.kind !== 'listening') return;
        isListening = true;
        resolve(message);
      });
      worker.on('error', (error) => {
        failure = error;
      });
      worker.on('exit', (code) => {
        this.#worker = undefined;
        const reason = failure ?? new Error(`the thread of the server ended with code ${code}`);
        if (!isListening) reject(reason);
        else this.#ended(reason);
      });
    });
  }

  /** After it had listened: as it was told, or by itself. */
  #ended(reason: unknown): void {
    if (this.#closing !== undefined) {
      this.#settle.resolve();
      return;
    }
    this.#onError(reason);
    const now = performance.now();
    this.#restarts = [...this.#restarts.filter((at) => now - at < 60_000), now];
    if (this.#restarts.length > mostRestarts) {
      this.#giveUp(reason);
      return;
    }
    setTimeout(() => this.#restart(), restartDelayMs * this.#restarts.length);
  }

  #restart(): void {
    if (this.#closing !== undefined) return;
    this.#start().catch((error: unknown) => {
      if (this.#closing === undefined) this.#giveUp(error);
      else this.#settle.resolve();
    });
  }

  #giveUp(cause: unknown): void {
    this.#unsubscribe();
    const problem = 'the thread of the server ended again and again; it is given up';
    const error = new ServerError('VSR_METRICS_SERVER_ENDED', { problem, cause });
    this.#onError(error);
    this.#settle.reject(error);
  }
}

function regionOf(registry: ServedRegistry): Pick<ThreadSettings, 'file' | 'isOwn'> {
  if ('file' in registry) return { file: registry.file, isOwn: false };
  return { file: registry.share().path, isOwn: true };
}
