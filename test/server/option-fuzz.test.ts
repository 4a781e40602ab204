// Options that make no sense, to every function that takes options: an error of ours that names what is
// wrong, or it works. Nothing else is thrown, and nothing is left running.

import { expect } from 'chai';
import { assertWithinBudget, measureOverhead } from '../../lib/budget/index.js';
import { recordInfo, startNodejsMetrics } from '../../lib/collectors/index.js';
import { readConfiguration } from '../../lib/configuration/index.js';
import { createDashboard } from '../../lib/dashboard/index.js';
import { startExporter } from '../../lib/export/index.js';
import { createMetricProducer, OtelExporter, startOtlp } from '../../lib/export/otlp/index.js';
import { createStatsdExporter, startStatsd } from '../../lib/export/statsd/index.js';
import { createExporter } from '../../lib/exporters/index.js';
import {
  decodeHistogram,
  renderBytes,
  renderChunks,
  renderOpenMetrics,
  renderPrometheus,
  renderProtobuf,
  renderStatsd,
} from '../../lib/exposition/index.js';
import {
  addDefaultChecks,
  cpuCheck,
  createHealthChecks,
  databaseCheck,
  diskCheck,
  eventLoopCheck,
  httpCheck,
  memoryCheck,
  networkCheck,
  postgresCheck,
  redisCheck,
} from '../../lib/health/index.js';
import { attachRegistry, createRegistry, readRegistry, VsrMetricsError } from '../../lib/index.js';
import {
  closeOnSignals,
  createClusterSource,
  createHandler,
  startServer,
} from '../../lib/server/index.js';
import { fixture } from '../fixtures/catalogue.js';
import { randomNumbers } from '../prove/mutated-requests.js';
import { newFile, removeAll } from '../sharing/processes.js';

type Options = Readonly<Record<string, unknown>>;

describe('options of every part', function () {
  this.timeout(60_000);
  const file = newFile();
  const registry = createRegistry({ catalogue: fixture, file });
  after(async () => {
    registry.close();
    await removeAll();
  });

  const snapshot = registry.snapshot();
  const histogramFamily = snapshot.families.find(({ info }) => info.kind === 'histogram')!;
  const emptyHistogram = snapshot.read(histogramFamily.series[0]!)!.encode();
  const exporter = { name: 'none', export: () => undefined };
  const running = { close: async () => undefined };
  const database = { getDatabaseMetrics: () => Promise.reject(new Error()) };

  /** Each with options that fit, but for what is added to them. */
  const takers: Readonly<Record<string, readonly [fitting: Options, (options: never) => unknown]>> =
    {
      createRegistry: [{ catalogue: fixture }, createRegistry],
      'createRegistry, capacity': [
        { lanes: 4 },
        (capacity) => createRegistry({ catalogue: fixture, capacity }),
      ],
      attachRegistry: [{ catalogue: fixture }, (options) => attachRegistry(file, options)],
      readRegistry: [{ hungAfterMs: 5 }, (options) => readRegistry(file, options)],
      onSnapshot: [{ everyMs: 1000 }, (options) => registry.onSnapshot(options, () => undefined)],
      history: [{ from: 0 }, (options) => registry.history('fixture_total', options)],
      encode: [{ compress: true }, (options) => decodeHistogram(emptyHistogram).encode(options)],
      renderPrometheus: [{ quantiles: {} }, (options) => renderPrometheus(snapshot, options)],
      'renderPrometheus, quantiles': [
        { previous: snapshot },
        (quantiles) => renderPrometheus(snapshot, { quantiles }),
      ],
      renderOpenMetrics: [{ escaping: 'dots' }, (options) => renderOpenMetrics(snapshot, options)],
      renderProtobuf: [{ escaping: 'dots' }, (options) => renderProtobuf(snapshot, options)],
      renderBytes: [{ escaping: 'dots' }, (options) => renderBytes('json', snapshot, options)],
      renderChunks: [{ chunkBytes: 9 }, (options) => [...renderChunks('json', snapshot, options)]],
      renderStatsd: [{ prefix: 'a.' }, (options) => renderStatsd(snapshot, undefined, options)],
      startExporter: [{ registry, exporter, keep: 5 }, startExporter],
      createStatsdExporter: [{ prefix: 'a.' }, createStatsdExporter],
      startStatsd: [{ registry, everyMs: 60_000 }, startStatsd],
      startOtlp: [{ registry, endpoint: 'http://127.0.0.1:9', everyMs: 60_000 }, startOtlp],
      OtelExporter: [{ registry, serviceName: 'a' }, (options) => new OtelExporter(options)],
      createMetricProducer: [{ registry, temporality: 'delta' }, createMetricProducer],
      createExporter: [{ type: 'StatsD', endpoint: 'localhost:9' }, createExporter],
      createHealthChecks: [{ everyMs: 60_000 }, createHealthChecks],
      'createHealthChecks, add': [
        { cacheMs: 5 },
        (options) => createHealthChecks().add('a', () => undefined, options),
      ],
      addDefaultChecks: [
        { path: '/' },
        (options) => addDefaultChecks(createHealthChecks(), options),
      ],
      cpuCheck: [{ degradedPercent: 5 }, cpuCheck],
      memoryCheck: [{ degradedPercent: 5 }, memoryCheck],
      diskCheck: [{ path: '/' }, diskCheck],
      eventLoopCheck: [{ degradedMs: 5 }, eventLoopCheck],
      networkCheck: [{ addresses: ['a:1'] }, networkCheck],
      httpCheck: [{ url: 'http://a' }, httpCheck],
      redisCheck: [{ address: 'a:1' }, redisCheck],
      postgresCheck: [{ address: 'a:1' }, postgresCheck],
      databaseCheck: [{ degradedMs: 5 }, (options) => databaseCheck(database, options)],
      createDashboard: [{ registry, basePath: '/a' }, createDashboard],
      startNodejsMetrics: [{ registry, everyMs: 60_000 }, startNodejsMetrics],
      recordInfo: [{ registry, labels: {}, name: 'a_info' }, recordInfo],
      createHandler: [{ registry, path: '/a' }, createHandler],
      startServer: [{ registry, port: 0, thread: false }, startServer],
      'startServer, limits': [
        { idleMs: 1000 },
        (limits) => startServer({ registry, port: 0, thread: false, limits }),
      ],
      'close of a server': [
        { drainMs: 5 },
        async (options) => (await startServer({ registry, port: 0, thread: false })).close(options),
      ],
      closeOnSignals: [{ drainMs: 5 }, (options) => closeOnSignals(running, options)],
      createClusterSource: [{ sources: {}, everyMs: 60_000 }, createClusterSource],
      'createClusterSource, part': [
        { path: file },
        (part) => createClusterSource({ sources: { part } }),
      ],
      readConfiguration: [{ environment: {} }, readConfiguration],
      measureOverhead: [
        { baseline: () => 1, instrumented: () => 1, limitSeconds: 0.01 },
        measureOverhead,
      ],
      assertWithinBudget: [
        { baseline: () => 1, instrumented: () => 1, limitSeconds: 0.01 },
        assertWithinBudget,
      ],
    };

  /** What is thrown or rejected with; undefined when it worked, and what it made is ended. */
  async function failureOf(take: (options: never) => unknown, options: unknown) {
    try {
      const made = await take(options as never);
      if (typeof made === 'function' && !('beginShutdown' in made)) made();
      await (made as { close?(): unknown } | undefined)?.close?.();
      return undefined;
    } catch (error) {
      return error;
    }
  }

  for (const [name, [fitting, take]] of Object.entries(takers)) {
    it(`${name}: are refused when they are misspelt, with the nearest name`, async () => {
      const [known] = Object.keys(fitting) as [string];
      const last = Object.keys(fitting).at(-1)!;
      for (const right of [known, last]) {
        const misspelt = `${right.slice(0, -2)}${right.at(-1)}${right.at(-2)}`;
        if (Object.hasOwn(fitting, misspelt) || misspelt === right) continue;
        const error = await failureOf(take, { ...fitting, [misspelt]: fitting[right] });
        expect(error, misspelt).to.be.instanceOf(VsrMetricsError);
        expect((error as Error).message)
          .to.include(`has no option "`)
          .and.include(misspelt);
        expect((error as Error).message).to.include('did you mean ');
      }
    });

    it(`${name}: are refused when they are none, or make no sense`, async () => {
      for (const none of [null, 5, ['a'], true]) {
        const error = await failureOf(take, none);
        expect(error, String(none)).to.be.instanceOf(VsrMetricsError);
      }
      const random = randomNumbers(name.length);
      const values = [null, -1, 0, NaN, Infinity, 1e99, '', 'x', '\0', [], {}, true, Symbol('x')];
      const names = [...Object.keys(fitting), '__proto__', 'constructor', 'toString', ''];
      for (let round = 0; round < 50; round++) {
        const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
        const options = Object.fromEntries([
          ...Object.entries(fitting),
          [pick(names), pick(values)],
        ]);
        const error = await failureOf(take, options);
        if (error === undefined || error instanceof VsrMetricsError) continue;
        // What an operation that is measured comes to is no matter of options.
        expect((error as Error).name, String(error)).to.equal('AssertionError');
      }
    });
  }
});
