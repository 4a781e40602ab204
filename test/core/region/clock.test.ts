import { expect } from 'chai';
import { createRegistry, defineCatalogue } from '../../../lib/index.js';
import { block } from '../../support/busy.js';
import { runFixture } from '../../support/fixtures.js';
import { catchWarnings } from '../../support/warnings.js';

const histogram = (unit: string) =>
  ({
    kind: 'histogram',
    name: `took_${unit}`,
    help: 'Time.',
    unit,
    buckets: [1, 1000],
    range: { min: 1e-9, max: 1e12 },
  }) as const;

const catalogue = defineCatalogue({
  name: 'test',
  families: {
    seconds: histogram('seconds'),
    ms: histogram('ms'),
    us: histogram('us'),
    ns: histogram('ns'),
    minutes: histogram('minutes'),
  },
  waive: {
    took_ms: { 'base-unit': 'a test of units' },
    took_us: { 'base-unit': 'a test of units' },
    took_ns: { 'base-unit': 'a test of units' },
    took_minutes: { 'base-unit': 'a test of units' },
  },
});

const nanosecondsPerUnit = { seconds: 1e9, ms: 1e6, us: 1e3, ns: 1, minutes: 60e9 };

function open() {
  const registry = createRegistry({ catalogue });
  return { registry, metrics: registry.metrics };
}

describe('The clock', () => {
  it('never goes back', () => {
    const { registry } = open();
    let before = registry.now();
    for (let reading = 0; reading < 200_000; reading++) {
      const now = registry.now();
      if (now < before) expect.fail(`${now} after ${before}`);
      before = now;
    }
  });

  it('says what it reads', () => {
    const { registry } = open();
    expect(registry.clockSource).to.be.oneOf([
      'time-stamp-counter',
      'virtual-counter',
      'monotonic',
    ]);
  });

  for (const unit of ['seconds', 'ms', 'us', 'ns', 'minutes'] as const) {
    it(`measures in the unit of the family: ${unit}`, () => {
      const { registry, metrics } = open();
      const outerStart = process.hrtime.bigint();
      const start = registry.now();
      const innerStart = process.hrtime.bigint();
      block(30);
      const inner = Number(process.hrtime.bigint() - innerStart);
      metrics[unit].since(start);
      const outer = Number(process.hrtime.bigint() - outerStart);
      const { sum, count } = registry.snapshot().histogram(`took_${unit}`)!;
      expect(count).to.equal(1);
      // Between the readings of the other clock before it and after it, whoever had the processor.
      expect(sum * nanosecondsPerUnit[unit]).to.be.within(inner * 0.999, outer * 1.001);
    });
  }

  it('may be read by one registry and recorded by another', () => {
    const [one, other] = [open(), open()];
    const start = one.registry.now();
    block(5);
    other.metrics.ms.since(start);
    expect(other.registry.snapshot().histogram('took_ms')!.sum).to.be.at.least(5 * 0.999);
  });

  it('measures up to a reading where one is given', () => {
    const { registry, metrics } = open();
    const start = registry.now();
    block(5);
    const end = registry.now();
    metrics.ms.since(start, end);
    block(50);
    metrics.us.since(start, end);
    const snapshot = registry.snapshot();
    const [ms, us] = ['ms', 'us'].map((unit) => snapshot.histogram(`took_${unit}`)!);
    expect(ms!.count).to.equal(1);
    expect(ms!.sum).to.be.at.least(5 * 0.999);
    expect(us!.sum / 1000).to.be.closeTo(ms!.sum, ms!.sum / 1000);
  });

  it('measures events that began and ended together as so many', () => {
    const { registry, metrics } = open();
    const start = registry.now();
    block(5);
    const end = registry.now();
    metrics.ms.since(start, end);
    metrics.us.since(start, end, 3);
    // Between values seen before, at one of them, and none at all.
    for (const value of [1, 1e9]) metrics.us.record(value);
    metrics.us.since(start, end, 4);
    metrics.us.since(start, end, 0);
    const snapshot = registry.snapshot();
    const [ms, us] = ['ms', 'us'].map((unit) => snapshot.histogram(`took_${unit}`)!);
    expect(us!.count).to.equal(3 + 2 + 4);
    const took = 1000 * ms!.sum;
    expect(us!.sum - 1 - 1e9).to.be.closeTo(7 * took, took / 100);
  });

  it('is read once for each of stages that follow one another', () => {
    const { registry, metrics } = open();
    const start = registry.now();
    let moment = metrics.ms.since(start);
    for (let stage = 1; stage < 5; stage++) moment = metrics.ms.since(moment);
    expect(moment).to.be.at.least(start);
    expect(metrics.us.since(start, moment)).to.equal(moment);
    const snapshot = registry.snapshot();
    const [ms, us] = ['ms', 'us'].map((unit) => snapshot.histogram(`took_${unit}`)!);
    expect([ms!.count, us!.count]).to.deep.equal([5, 1]);
    // Nothing lies between two stages.
    expect(1000 * ms!.sum).to.be.closeTo(us!.sum, us!.sum * 1e-9);
  });

  it('says when it is after something that was refused', () => {
    const { registry, metrics } = open();
    catchWarnings(() => {
      for (const wrong of [Number.NaN, '7', 7n, undefined] as number[]) {
        const before = registry.now();
        expect(metrics.ms.since(wrong)).to.be.at.least(before);
        expect(metrics.ms.since(before, wrong ?? Infinity)).to.be.at.least(before);
        expect(metrics.ms.sinceWithExemplar(wrong)).to.be.at.least(before);
      }
    });
    expect(registry.snapshot().histogram('took_ms')!.count).to.equal(0);
  });

  it('refuses ends that are no reading of it', () => {
    const { registry, metrics } = open();
    const start = registry.now();
    catchWarnings(() => {
      for (const end of [Number.NaN, Infinity, '7', 7n, null])
        metrics.ms.since(start, end as number);
    });
    const { count } = registry.snapshot().histogram('took_ms')!;
    expect(count).to.equal(0);
  });

  it('records 0 for a start in the future, and counts that', () => {
    const { registry, metrics } = open();
    metrics.ms.since(registry.now());
    const warnings = catchWarnings(() => {
      for (let time = 0; time < 3; time++) metrics.ms.since(registry.now() + 1e9);
    });
    expect(warnings).to.deep.equal([]);
    const snapshot = registry.snapshot();
    const { count, min, sum, max } = snapshot.histogram('took_ms')!;
    expect({ count, min, sum }).to.deep.equal({ count: 4, min: 0, sum: max });
    const rejected = snapshot.value('vsr_metrics_rejected_total', { reason: 'clock_step_back' });
    expect(rejected).to.equal(3);
  });

  it('refuses starts that are no reading of it', () => {
    const { registry, metrics } = open();
    // The last two are what a difference looks like whose ends were read from different sources.
    const starts = [Number.NaN, Infinity, -Infinity, registry.now() - 2 ** 52, 2 ** 52];
    const warnings = catchWarnings(() => {
      for (const start of starts) metrics.ms.since(start);
    });
    expect(warnings).to.have.length(2);
    const snapshot = registry.snapshot();
    expect(snapshot.value('took_ms')).to.equal(0);
    const rejected = (reason: string) => snapshot.value('vsr_metrics_rejected_total', { reason });
    expect([rejected('nan'), rejected('infinite')]).to.deep.equal([1, 4]);
  });

  it('is the one of the kernel where VSR_METRICS_CLOCK=monotonic asks for it', async () => {
    for (const environment of [{ VSR_METRICS_CLOCK: 'monotonic' }, { VSR_METRICS_CLOCK: '' }]) {
      const { stdout, stderr } = await runFixture('clock', { environment });
      expect(stderr).to.equal('');
      const { source, isBetween, isMonotone } = JSON.parse(stdout);
      if (environment.VSR_METRICS_CLOCK !== '') expect(source).to.equal('monotonic');
      else expect(source).to.equal(open().registry.clockSource);
      expect({ isBetween, isMonotone }).to.deep.equal({ isBetween: true, isMonotone: true });
    }
  });
});
