import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OtlpProtocol, startOtlp } from '../../lib/export/otlp/index.js';
import { renderPrometheus } from '../../lib/exposition/index.js';
import { createRegistry } from '../../lib/index.js';
import { freePort } from '../servers/ports.js';
import { until } from '../support/until.js';
import { proofCatalogue } from './catalogue.js';
import { claim, type Proof } from './proof.js';

const protocols: readonly OtlpProtocol[] = ['grpc', 'http/protobuf', 'http/json'];

/** The collector as a process; its metrics can be read on a page, as Prometheus reads them. */
class Collector {
  readonly grpc: string;
  readonly http: string;
  readonly #page: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'vsr-metrics-collector-'));
  #process: ChildProcess | undefined;

  constructor([grpc, http, page]: readonly number[]) {
    this.grpc = `http://127.0.0.1:${grpc}`;
    this.http = `http://127.0.0.1:${http}`;
    this.#page = `127.0.0.1:${page}`;
    const config = {
      receivers: {
        otlp: {
          protocols: {
            grpc: { endpoint: `127.0.0.1:${grpc}` },
            http: { endpoint: `127.0.0.1:${http}` },
          },
        },
      },
      exporters: { prometheus: { endpoint: this.#page, add_metric_suffixes: false } },
      service: {
        pipelines: { metrics: { receivers: ['otlp'], exporters: ['prometheus'] } },
        telemetry: { metrics: { level: 'none' }, logs: { level: 'error' } },
      },
    };
    // YAML takes JSON.
    writeFileSync(join(this.#folder, 'config.yaml'), JSON.stringify(config));
  }

  async start(): Promise<void> {
    const args = ['--config', join(this.#folder, 'config.yaml')];
    const child = spawn('otel-collector', args, { stdio: ['ignore', 'ignore', 'inherit'] });
    this.#process = child;
    let isReady = false;
    child.once('error', (error) => console.error(error.message));
    const poll = setInterval(() => {
      this.read().then(
        () => (isReady = true),
        () => undefined,
      );
    }, 100);
    await until(() => isReady || child.exitCode !== null, 60_000).finally(() =>
      clearInterval(poll),
    );
    claim(isReady, 'the collector does not start');
  }

  async kill(): Promise<void> {
    const gone = once(this.#process!, 'exit');
    this.#process!.kill('SIGKILL');
    await gone;
  }

  async end(): Promise<void> {
    if (this.#process?.exitCode === null && this.#process.signalCode === null) await this.kill();
    rmSync(this.#folder, { recursive: true });
  }

  async read(): Promise<string> {
    return (await fetch(`http://${this.#page}/metrics`)).text();
  }
}

interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

function samplesOf(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, list = '', value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined) return [];
    const labels = new Map<string, string>();
    for (const [, label, text] of list.matchAll(/(\w+)="([^"]*)"/g)) {
      // 1 and 1.0 are the same bound.
      labels.set(label!, label === 'le' ? String(Number(text!.replace('Inf', 'Infinity'))) : text!);
    }
    return [{ name, labels, value: Number(value) }];
  });
}

/** Every sample of the registry is on the collector's page; returns how many that is. */
function compare(own: string, page: string, protocol: string): number {
  const theirs = new Map<string, Sample[]>();
  for (const sample of samplesOf(page)) {
    if (sample.labels.get('protocol') !== protocol) continue;
    theirs.set(sample.name, [...(theirs.get(sample.name) ?? []), sample]);
  }
  let compared = 0;
  for (const { name, labels, value } of samplesOf(own)) {
    if (name.startsWith('vsr_metrics_')) continue;
    const found = (theirs.get(name) ?? []).filter((each) =>
      [...labels].every(([label, text]) => each.labels.get(label) === text),
    );
    const where = `${name} ${JSON.stringify([...labels])}`;
    claim(found.length === 1, `${where} is there ${found.length} times`);
    claim(found[0]!.value === value, `${where} is ${found[0]!.value} there, and ${value} here`);
    compared++;
  }
  return compared;
}

/** The real collector shows what the registry says, also after it was killed and started again. */
export const collector: Proof<{ readonly exports: number; readonly restarts: number }> = {
  name: 'collector',
  claim: 'the OpenTelemetry Collector shows the same numbers, by every protocol, across restarts',
  full: { exports: 200, restarts: 5 },
  short: { exports: 20, restarts: 1 },

  async run({ exports, restarts }, progress) {
    const collector = new Collector(await Promise.all([freePort(), freePort(), freePort()]));
    let compared = 0;
    let failed = 0;
    let done = 0;
    try {
      await collector.start();
      for (const protocol of protocols) {
        const registry = createRegistry({ catalogue: proofCatalogue, defaultLabels: { protocol } });
        const endpoint = protocol === 'grpc' ? collector.grpc : collector.http;
        const otlp = await startOtlp({ registry, endpoint, protocol, everyMs: 3_600_000 });
        const { steps, latency, inFlight, grown } = registry.metrics;
        for (let step = 1; step <= exports; step++) {
          steps.inc(Math.floor(Math.random() * 1000));
          for (let count = 0; count < 100; count++) latency.record(Math.random() ** 4 * 3);
          inFlight.set(step - exports / 2);
          grown.with({ series: `of-${step % 50}` }).inc();
          if (step % Math.ceil(exports / (restarts + 1)) === 0) {
            await collector.kill();
            claim(!(await otlp.flush()), 'an export succeeds without a collector');
            await collector.start();
          }
          // After a restart the first may fail: gRPC waits before it connects again.
          while (!(await otlp.flush()));
          compared += compare(
            renderPrometheus(registry.snapshot()),
            await collector.read(),
            protocol,
          );
          progress(++done, exports * protocols.length);
        }
        failed += otlp.counts.failed;
        claim(await otlp.close(), 'the last export does not arrive');
        registry.close();
      }
    } finally {
      await collector.end();
    }
    return { exports: done, samplesCompared: compared, failedExports: failed };
  },
};
