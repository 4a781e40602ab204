// Recording through the journal of a lane: the same handles, laws and numbers as without one.

import { rmSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { layout } from '../../../lib/core/region/native.js';
import {
  createRegistry,
  defineCatalogue,
  type Recording,
  RegistryError,
  readRegistry,
  type Snapshot,
} from '../../../lib/index.js';
import { anyObservation } from '../../support/doubles.js';
import { catchWarnings } from '../../support/warnings.js';

const buckets = [0.001, 0.25, 1, 100];
const catalogue = defineCatalogue({
  name: 'test',
  families: {
    wait: { kind: 'histogram', name: 'test_wait_seconds', help: 'Aligned.', buckets },
    other: { kind: 'histogram', name: 'test_other_seconds', help: 'Another.', buckets },
    thirds: { kind: 'histogram', name: 'test_thirds_seconds', help: 'Split.', buckets: [1 / 3, 1] },
    labelled: {
      kind: 'histogram',
      name: 'test_labelled_seconds',
      help: 'With a label.',
      buckets,
      labels: { tenant: 'any' },
    },
    steps: { kind: 'counter', name: 'test_steps_total', help: 'Beside them.' },
  },
});
const histograms = ['test_wait_seconds', 'test_other_seconds', 'test_thirds_seconds'] as const;

const open = (recording: Recording, file?: string) =>
  createRegistry({ catalogue, recording, ...(file === undefined ? {} : { file }) });

function numbersOf(snapshot: Snapshot): unknown {
  return histograms.map((name) => {
    const { count, sum, min, max } = snapshot.histogram(name)!;
    return { name, count, sum, min, max, cells: snapshot.histogram(name)!.buckets() };
  });
}

describe('A histogram that goes through a journal', () => {
  it('shows what one shows that is recorded directly, whatever the values', () => {
    const record = fc.record({
      which: fc.constantFrom('wait', 'other', 'thirds'),
      value: fc.oneof(anyObservation, fc.constantFrom(0, -0, -1, NaN, Infinity, 1e308, 2 ** 970)),
      times: fc.constantFrom(undefined, 1, 0, 3, -1, 2 ** 26, 2 ** 26 + 1, 2 ** 40),
    });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 200 }), (records) => {
        const registries = (['direct', 'journal'] as const).map((recording) => open(recording));
        catchWarnings(() => {
          for (const { metrics } of registries) {
            for (const { which, value, times } of records) {
              metrics[which as 'wait'].record(value, times);
            }
          }
        });
        const [direct, journal] = registries.map((registry) => registry.snapshot());
        expect(numbersOf(journal!)).to.eql(numbersOf(direct!));
        const rejected = (snapshot: Snapshot) =>
          snapshot
            .family('vsr_metrics_rejected_total')!
            .series.map(({ info, offset }) => [info.labels, snapshot.values[offset]]);
        expect(rejected(journal!)).to.eql(rejected(direct!));
        for (const registry of registries) registry.close();
      }),
      { numRuns: 60 },
    );
  });

  it('shows each record at once, inside and from outside, over many laps of the ring', () => {
    const file = `/dev/shm/test-journal-${process.pid}.metrics`;
    const registry = open('journal', file);
    const reader = readRegistry(file);
    const { wait, other } = registry.metrics;
    let recorded = 0;
    for (let step = 0; step < 3 * layout.journalEntries; step++) {
      (step % 2 === 0 ? wait : other).record((step % 1024) / 1024);
      recorded++;
      if (step % 701 !== 3) continue;
      for (const snapshot of [registry.snapshot(), reader.snapshot()]) {
        const of = (name: string) => snapshot.histogram(name)!.count;
        expect(of('test_wait_seconds') + of('test_other_seconds')).to.equal(recorded);
      }
    }
    registry.close();
    expect(reader.snapshot().value('test_wait_seconds')).to.equal(recorded / 2);
    rmSync(file);
  });

  it('keeps exemplars, durations and other names of record()', () => {
    const registry = open('journal');
    const { wait } = registry.metrics;
    wait.recordWithExemplar(0.2, { trace_id: 'a1' });
    wait.observe(0.5);
    const end = wait.since(registry.now());
    wait.since(end, end + 1000, 3);
    wait.time(() => undefined);
    wait.startTimer()();
    const snapshot = registry.snapshot();
    expect(snapshot.value('test_wait_seconds')).to.equal(8);
    expect(snapshot.exemplars(snapshot.find('test_wait_seconds')!)).to.have.length(1);
    registry.close();
  });

  it('leaves a series that was removed, and finds nothing of it in the next one', () => {
    const registry = open('journal');
    const { labelled } = registry.metrics;
    for (let round = 1; round <= 50; round++) {
      const held = labelled.with({ tenant: `t${round}` });
      for (let times = 0; times < round; times++) held.record(0.5);
      const name = 'test_labelled_seconds';
      expect(registry.snapshot().value(name, { tenant: `t${round}` })).to.equal(round);
      labelled.remove({ tenant: `t${round}` });
      held.record(0.5);
      held.record(0.5, 7);
      expect(registry.snapshot().value(name, { tenant: `t${round}` })).to.equal(undefined);
    }
    registry.close();
  });

  it('is counted after close() like any other, and throws nothing', () => {
    const registry = open('journal');
    const { wait } = registry.metrics;
    wait.record(1);
    registry.close();
    for (let times = 0; times < 10; times++) wait.record(1);
    wait.record(1, 5);
    wait.record(Number.NaN);
    expect(registry.snapshot().value('test_wait_seconds')).to.equal(1);
  });

  it('is reset with what is in the ring', () => {
    const registry = open('journal');
    registry.metrics.wait.record(1);
    registry.reset();
    expect(registry.snapshot().value('test_wait_seconds')).to.equal(0);
    registry.metrics.wait.record(2);
    expect(registry.snapshot().histogram('test_wait_seconds')).to.include({ count: 1, sum: 2 });
    registry.close();
  });

  it('is asked for by a word that is known', () => {
    expect(() => open('ring' as Recording)).to.throw(RegistryError, 'direct');
  });
});
