// Recording from C++ through the public header, beside JavaScript, into one registry.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import { vsr } from '../../lib/catalogues/index.js';
import {
  attachRegistry,
  createRegistry,
  defineCatalogue,
  type HistogramReading,
  readRegistry,
} from '../../lib/index.js';
import { latency, proofCatalogue, steps } from '../prove/catalogue.js';
import { buildSharedPage, mapPage } from '../prove/shared-page.js';
import { compile, compileFixture, includeDirectory } from '../support/compile-fixture.js';
import { inPackage } from '../support/package-root.js';
import { runProgram } from '../support/processes.js';
import { until } from '../support/until.js';
import { catchWarnings } from '../support/warnings.js';
import { newFile, removeAll } from './processes.js';

const require = createRequire(import.meta.url);
const help = 'Of the tests in C++.';

const catalogue = defineCatalogue({
  name: 'cpp',
  families: {
    steps: { kind: 'counter', name: 'cpp_steps_total', help },
    sent: {
      kind: 'counter',
      name: 'cpp_sent_total',
      help,
      labels: { to: 'any', outcome: ['ok', 'rejected'] },
      maxSeries: 3,
    },
    last: { kind: 'gauge', name: 'cpp_last', help },
    used: { kind: 'gauge', name: 'cpp_in_use', help, combine: 'sum' },
    least: { kind: 'gauge', name: 'cpp_least', help, combine: 'min' },
    wait: {
      kind: 'histogram',
      name: 'cpp_wait_seconds',
      help,
      labels: { by: 'any' },
      buckets: [0.1, 1, 10],
    },
    thirds: {
      kind: 'histogram',
      name: 'thirds_seconds',
      help,
      labels: { by: 'any' },
      buckets: [1 / 3, 2 / 3, 4 / 3],
    },
    narrow: {
      kind: 'histogram',
      name: 'narrow_seconds',
      help,
      labels: { by: 'any' },
      buckets: [0.5, 1],
      range: { min: 0.1, max: 2 },
      digits: 2,
    },
    bytes: { kind: 'histogram', name: 'cpp_size_bytes', help, buckets: [1, 1024] },
  },
});

type How = 'inc' | 'add' | 'set' | 'step' | 'record' | 'twice' | 'time';
type Labels = Readonly<Record<string, string>>;

interface Recorder {
  record(
    path: string,
    fixedLabels: readonly string[],
    how: How,
    family: string,
    labels: readonly string[],
    values: Float64Array,
  ): string;
  start(path: string, family: string, times: number): void;
  join(): void;
}

describe('the C++ header', function () {
  this.timeout(120_000);
  let recorder: Recorder;

  before(() => {
    const path = compileFixture('recorder.node', ['test/fixtures/cpp/recorder.cc']);
    recorder = require(path) as Recorder;
  });
  afterEach(removeAll);

  /** Records on a thread of C++; gives back what it had to say. */
  function record(
    { path }: { readonly path: string },
    how: How,
    family: string,
    values: readonly number[],
    { labels = {}, fixedLabels = {} }: { labels?: Labels; fixedLabels?: Labels } = {},
  ): string {
    const list = (given: Labels) => Object.entries(given).flat();
    const numbers = Float64Array.from(values);
    return recorder.record(path, list(fixedLabels), how, family, list(labels), numbers);
  }

  it('counts with JavaScript, exactly, while both record', () => {
    const registry = createRegistry({ catalogue });
    const { path } = registry.share();
    const times = 200_000;
    recorder.start(path, 'cpp_steps_total', times);
    for (let time = 0; time < times; time++) registry.metrics.steps.inc();
    registry.metrics.steps.inc(0.5);
    recorder.join();
    expect(record({ path }, 'add', 'cpp_steps_total', [2, 0.25])).to.equal('');
    expect(registry.snapshot().value('cpp_steps_total')).to.equal(2 * times + 2.75);
    registry.close();
  });

  it('sets and steps gauges as JavaScript does', () => {
    const registry = createRegistry({ catalogue });
    const shared = registry.share();
    registry.metrics.last.set(1);
    expect(record(shared, 'set', 'cpp_last', [7, -3])).to.equal('');
    expect(registry.snapshot().value('cpp_last')).to.equal(-3);
    // What a thread contributed goes with it, in C++ too.
    registry.metrics.used.set(10);
    expect(record(shared, 'step', 'cpp_in_use', [5, -2])).to.equal('');
    expect(registry.snapshot().value('cpp_in_use')).to.equal(10);
    expect(record(shared, 'set', 'cpp_in_use', [5])).to.equal('');
    registry.close();
  });

  it('records the histograms that JavaScript records', () => {
    const registry = createRegistry({ catalogue });
    const { metrics } = registry;
    // Around every bound, in every cell of a few powers of two, too small, too large, and -0.
    const values = [0, -0, 5e-324, 1e-7, 1e12, 0.05, 0.05, 2, 2];
    for (const bound of [0.1, 1 / 3, 0.5, 2 / 3, 1, 4 / 3, 2, 10]) {
      for (const ulps of [-2, -1, 0, 1, 2]) values.push(bound * (1 + ulps * 2 ** -52));
    }
    for (let index = 0; index < 5000; index++) values.push(0.01 * 1.0013 ** ((index * 997) % 5000));
    for (const [name, family] of [
      ['cpp_wait_seconds', metrics.wait],
      ['thirds_seconds', metrics.thirds],
      ['narrow_seconds', metrics.narrow],
    ] as const) {
      const mine = family.with({ by: 'js' });
      for (const value of values) mine.record(value);
      for (const value of values) mine.record(value, 2);
      const labels = { by: 'c++' };
      expect(record(registry.share(), 'record', name, values, { labels })).to.equal('');
      expect(record(registry.share(), 'twice', name, values, { labels })).to.equal('');
      const read = (by: string): HistogramReading => registry.snapshot().histogram(name, { by })!;
      const [theirs, own] = [read('c++'), read('js')];
      expect(theirs.count).to.equal(3 * values.length);
      for (const property of ['count', 'min', 'max'] as const) {
        expect(theirs[property], `${name} ${property}`).to.equal(own[property]);
      }
      expect(theirs.sum).to.be.closeTo(own.sum, 1e-12 * own.sum);
      expect(theirs.buckets()).to.eql(own.buckets());
      expect([...theirs.cells()]).to.eql([...own.cells()]);
      for (const percent of [0, 1, 25, 50, 90, 99, 99.9, 100]) {
        expect(theirs.percentile(percent)).to.equal(own.percentile(percent));
      }
    }
    registry.close();
  });

  it('times scopes in the unit of the family', () => {
    const units = ['ns', 'us', 'ms', 'seconds', 'minutes', 'hours', 'days'] as const;
    const timed = defineCatalogue({
      name: 'timed',
      families: Object.fromEntries(
        units.map((unit) => [
          unit,
          { kind: 'histogram', name: `slept_${unit}`, help, unit, buckets: [1e-6, 1e9] } as const,
        ]),
      ),
      waive: Object.fromEntries(
        units
          .filter((unit) => unit !== 'seconds')
          .map((unit) => [`slept_${unit}`, { 'base-unit': 'every unit is tried' }]),
      ),
    });
    const registry = createRegistry({ catalogue: timed });
    const perSecond = [1e9, 1e6, 1e3, 1, 1 / 60, 1 / 3600, 1 / 86400];
    units.forEach((unit, index) => {
      const before = performance.now();
      expect(record(registry.share(), 'time', `slept_${unit}`, [0, 0, 0])).to.equal('');
      const mostSeconds = (performance.now() - before) / 1000;
      const { count, sum } = registry.snapshot().histogram(`slept_${unit}`)!;
      expect(count).to.equal(3);
      const seconds = sum / perSecond[index]!;
      expect(seconds, unit).to.be.within(0.0059, mostSeconds);
    });
    registry.close();
  });

  it('counts bad data by metric and reason, warns once, and records none of it', () => {
    const registry = createRegistry({ catalogue, defaultLabels: { service: 'ledger' } });
    const shared = registry.share();
    const by = { labels: { by: 'c++' } };
    const rejected = (metric: string, reason: string) =>
      registry
        .snapshot()
        .value('vsr_metrics_rejected_total', { metric, reason, service: 'ledger' }) ?? 0;
    for (const [how, metric, bad] of [
      ['add', 'cpp_steps_total', { nan: NaN, infinite: Infinity, negative: -1 }],
      ['set', 'cpp_last', { nan: NaN, infinite: -Infinity }],
      ['step', 'cpp_in_use', { nan: NaN, infinite: Infinity }],
      ['record', 'cpp_wait_seconds', { nan: NaN, infinite: Infinity, negative: -1e-9 }],
      ['twice', 'thirds_seconds', { nan: NaN, infinite: Infinity, negative: -5 }],
    ] as const) {
      for (const [reason, value] of Object.entries(bad)) {
        const labels = how === 'record' || how === 'twice' ? by : {};
        const said = record(shared, how, metric, [value, value], labels);
        expect(said, metric).to.match(
          new RegExp(`^${metric}: .* was not recorded \\(${reason}\\)`),
        );
        expect(said.trim().split('\n')).to.have.length(1);
        expect(rejected(metric, reason), `${metric} ${reason}`).to.equal(2);
      }
    }
    // No unit of time: a duration has no meaning there, as in JavaScript.
    expect(record(shared, 'time', 'cpp_size_bytes', [0])).to.include('nan');
    const warnings = catchWarnings(() => registry.metrics.bytes.since(registry.now()));
    expect(warnings).to.have.length(1);
    expect(rejected('cpp_size_bytes', 'nan')).to.equal(2);
    const snapshot = registry.snapshot();
    const labels = { ...by.labels, service: 'ledger' };
    expect(snapshot.value('cpp_steps_total')).to.equal(0);
    expect(snapshot.histogram('cpp_wait_seconds', labels)!.count).to.equal(0);
    expect(snapshot.histogram('thirds_seconds', labels)!.count).to.equal(0);
    registry.close();
  });

  it('finds the series of JavaScript by its labels, whatever they hold', () => {
    const registry = createRegistry({ catalogue });
    const hard = ['', 'plain', 'a "b" \\ c', 'tab\tnew\nline\r\b\f\u0001\u001f', 'käse 🧀 \u2028'];
    for (const by of hard) {
      registry.metrics.wait.with({ by }).record(1);
      expect(
        record(registry.share(), 'record', 'cpp_wait_seconds', [1], { labels: { by } }),
      ).to.equal('');
      expect(registry.snapshot().histogram('cpp_wait_seconds', { by })!.count, by).to.equal(2);
    }
    expect(registry.snapshot().family('cpp_wait_seconds')!.series).to.have.length(hard.length);
    registry.close();
  });

  it('is given labels once for all families that declare them', () => {
    const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
    const fixedLabels = { replica_id: '7' };
    for (const [how, family, labels] of [
      ['inc', 'vsr_operations_total', { status: 'success' }],
      ['set', 'vsr_view_number', {}],
    ] as const) {
      expect(record(registry.share(), how, family, [3], { labels, fixedLabels })).to.equal('');
    }
    const snapshot = registry.snapshot();
    const labels = { replica_id: '7', status: 'success' };
    expect(snapshot.value('vsr_operations_total', labels)).to.equal(1);
    expect(snapshot.value('vsr_view_number', { replica_id: '7' })).to.equal(3);
    registry.close();
  });

  it('says what is wrong with a family or its labels, and what is allowed', () => {
    const registry = createRegistry({ catalogue });
    const shared = registry.share();
    const said = (how: How, family: string, labels: Labels = {}, fixedLabels: Labels = {}) =>
      record(shared, how, family, [1], { labels, fixedLabels });
    expect(said('inc', 'cpp_stepps_total')).to.match(
      /^VSR_METRICS_REGISTRY_MISMATCH metric "cpp_stepps_total": the registry has no such family/,
    );
    expect(said('inc', 'cpp_last')).to.match(/MISMATCH metric "cpp_last": it is not a counter/);
    expect(said('set', 'cpp_steps_total')).to.match(/it is not a gauge$/);
    expect(said('step', 'cpp_last')).to.match(/it is not a gauge that combines threads/);
    expect(said('record', 'cpp_steps_total')).to.match(/it is not a histogram/);
    expect(said('inc', 'cpp_sent_total', { to: 'a', outcom: 'ok' })).to.equal(
      'VSR_METRICS_LABEL_UNKNOWN metric "cpp_sent_total": no such label to choose; ' +
        'given "outcom"; allowed: "to", "outcome"',
    );
    expect(said('inc', 'cpp_sent_total', { to: 'a' })).to.equal(
      'VSR_METRICS_LABEL_MISSING metric "cpp_sent_total": the label "outcome" is missing; ' +
        'allowed: "to", "outcome"',
    );
    expect(said('inc', 'cpp_sent_total', { to: 'a', outcome: 'ok' }, { outcome: 'ok' })).to.match(
      /^VSR_METRICS_LABEL_UNKNOWN .*given "outcome"; allowed: "to"$/,
    );
    expect(said('inc', 'cpp_sent_total', { to: '<not UTF-8>', outcome: 'ok' })).to.match(
      /^VSR_METRICS_LABEL_VALUE metric "cpp_sent_total": the label "to" .* not UTF-8/,
    );
    expect(said('inc', 'cpp_steps_total', {}, { to: '<not UTF-8>' })).to.match(
      /^VSR_METRICS_LABEL_VALUE the label "to" .* not UTF-8/,
    );
    const twice = ['to', 'a', 'to', 'b', 'outcome', 'ok'];
    expect(
      recorder.record(shared.path, [], 'inc', 'cpp_sent_total', twice, new Float64Array(1)),
    ).to.match(/the label "to" is given twice/);
    expect(registry.snapshot().value('cpp_steps_total')).to.equal(0);
    registry.close();
  });

  it('says why it cannot attach', () => {
    expect(record({ path: '/dev/shm/no-such.metrics' }, 'inc', 'a', [])).to.match(
      /^VSR_METRICS_REGION_UNREADABLE .*No such file/,
    );
    expect(record({ path: inPackage('package.json') }, 'inc', 'a', [])).to.match(
      /^VSR_METRICS_REGION_UNREADABLE .*not a vsr-metrics region/,
    );
    const registry = createRegistry({ catalogue, capacity: { lanes: 1, processes: 2 } });
    expect(record(registry.share(), 'inc', 'cpp_steps_total', [1])).to.match(
      /^VSR_METRICS_REGISTRY_FULL all 1 lanes .*capacity\.lanes/,
    );
    registry.close();
  });

  it('shares the overflow series of a full family, and in a full registry', () => {
    const registry = createRegistry({ catalogue });
    for (let tenant = 0; tenant < 5; tenant++) {
      const labels = { to: String(tenant), outcome: 'ok' };
      expect(record(registry.share(), 'inc', 'cpp_sent_total', [1, 1], { labels })).to.equal('');
    }
    const snapshot = registry.snapshot();
    expect(snapshot.value('cpp_sent_total', { to: '2', outcome: 'ok' })).to.equal(2);
    expect(snapshot.value('cpp_sent_total', { to: '_other', outcome: '_other' })).to.equal(4);
    const overflowed = { metric: 'cpp_sent_total', reason: 'maxSeries' };
    expect(snapshot.value('vsr_metrics_overflowed_total', overflowed)).to.equal(2);
    registry.close();

    const closed = defineCatalogue({
      name: 'closed',
      families: {
        each: { kind: 'counter', name: 'each_total', help, labels: { of: ['a', 'b'] } },
      },
    });
    const small = createRegistry({ catalogue: closed, capacity: { series: 7 } });
    for (let series = 0; series < 100; series++) {
      const labels = { of: `c${series}` };
      expect(record(small.share(), 'inc', 'each_total', [1], { labels })).to.equal('');
    }
    const each = small.snapshot();
    const counts = each.family('each_total')!.series.map(({ offset }) => each.values[offset]!);
    expect(counts.reduce((sum, count) => sum + count)).to.equal(100);
    expect(each.value('each_total', { of: '_other' })).to.be.within(50, 99);
    // A full registry has no room for a series of this counter's either.
    const all = { metric: '_other', reason: '_other' };
    expect(each.value('vsr_metrics_overflowed_total', all)).to.equal(
      each.value('each_total', { of: '_other' }),
    );
    small.close();
  });

  it('gives the lane of a thread back when it ends; what it recorded stays', () => {
    const registry = createRegistry({ catalogue, capacity: { lanes: 2 } });
    for (let thread = 1; thread <= 50; thread++) {
      expect(record(registry.share(), 'inc', 'cpp_steps_total', [1, 1, 1])).to.equal('');
      expect(registry.snapshot().value('cpp_steps_total')).to.equal(3 * thread);
    }
    // The lane can be had in JavaScript again.
    const second = attachRegistry(registry.share(), { catalogue });
    second.metrics.steps.inc();
    expect(registry.snapshot().value('cpp_steps_total')).to.equal(151);
    second.close();
    registry.close();
  });

  it('lets a plain program attach to a file: the one in examples/cpp', async () => {
    const program = compileFixture('record', ['examples/cpp/record.cc']);
    const file = newFile();
    const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' }, file });
    registry.metrics.operations.with({ status: 'success' }).inc(5);
    const { code, stderr } = await runProgram(program, [file, '100001']);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    const snapshot = readRegistry(file).snapshot();
    expect(snapshot.value('vsr_operations_total', { status: 'success' })).to.equal(100_006);
    expect(snapshot.histogram('vsr_prepare_latency_ms')!.count).to.equal(100_001);
    const failed = await runProgram(program, [`${file}.none`, '1']);
    expect(failed.code).to.equal(1);
    expect(failed.stderr).to.include('No such file');
    registry.close();
  });

  it('loses nothing when its process is killed', async () => {
    const sources = ['test/fixtures/cpp/killed.cc', 'test/fixtures/cpp/steps.cc'];
    const program = compileFixture('killed', sources);
    const file = newFile();
    const registry = createRegistry({
      catalogue: proofCatalogue,
      file,
      capacity: { lanes: 2, processes: 2 },
    });
    let counted = 0;
    for (let times = 1; times <= 5; times++) {
      const pagePath = newFile();
      const page = mapPage(buildSharedPage(), pagePath, 512);
      const child: ChildProcess = spawn(program, [file, pagePath]);
      await once(child.stdout!, 'data');
      expect(
        readRegistry(file)
          .processes()
          .map(({ state }) => state),
      ).to.eql(['alive', 'alive']);
      child.kill('SIGKILL');
      await once(child, 'exit');
      counted += Number(page[0]);
      const snapshot = registry.snapshot();
      for (const name of [steps, latency]) {
        expect(snapshot.value(name)! - counted, name).to.be.within(0, times);
      }
      await until(() => readRegistry(file).processes()[1]!.state === 'dead');
    }
    expect(counted).to.be.at.least(5000);
    registry.close();
  });

  it('compiles without a warning under every compiler at hand @slow', async () => {
    const compilers: string[] = [];
    for (const name of ['g++', 'clang++']) {
      if ((await runProgram(name, ['--version'])).code === 0) compilers.push(name);
    }
    expect(compilers).not.to.be.empty;
    for (const compiler of compilers) {
      compile(['-Wshadow', '-fsyntax-only', inPackage('test/fixtures/cpp/steps.cc')], compiler);
      compile(['-std=c++20', '-fsyntax-only', inPackage('examples/cpp/record.cc')], compiler);
    }
    expect(() =>
      compile(['-ffast-math', '-fsyntax-only', inPackage('test/fixtures/cpp/steps.cc')]),
    ).to.throw(/leave out -ffast-math/);
  });

  it('lies where the package says', () => {
    expect(includeDirectory).to.equal(inPackage('native', 'include'));
  });
});
