import { expect } from 'chai';
import * as hdr from 'hdr-histogram-js';
import { decodeHistogram } from '../../lib/core/reading/hdr/histogram.js';
import {
  type LogInterval,
  readHistogramLog,
  renderHistogramLog,
} from '../../lib/exposition/index.js';
import { createRegistry, defineCatalogue, EncodingError } from '../../lib/index.js';
import { thrownBy } from '../core/catalogue/thrown.js';
import { needJavaHdrHistogram, runJava } from './programs.js';

const catalogue = defineCatalogue({
  name: 'shop',
  families: {
    sales: { kind: 'counter', name: 'shop_sales_total', help: 'Sales' },
    wait: {
      kind: 'histogram',
      name: 'shop_wait_seconds',
      help: 'Wait',
      labels: { till: 'any', floor: 'any' },
      buckets: [0.001, 1],
    },
  },
});

/** Two tills and two intervals: the whole log, and the snapshots it was made of. */
function twoIntervals() {
  const registry = createRegistry({ catalogue });
  const { wait } = registry.metrics;
  const first = wait.with({ till: 'a', floor: '1' });
  for (let value = 1; value <= 1000; value++) first.record(value / 1000);
  const earlier = registry.snapshot();
  for (let value = 1; value <= 500; value++) first.record(value / 100);
  wait.with({ till: 'b, "c"\n100%', floor: '2' }).record(7, 3);
  const later = registry.snapshot();
  const log = renderHistogramLog(earlier) + renderHistogramLog(later, earlier);
  registry.close();
  return { earlier, later, log };
}

const tags = [
  'shop_wait_seconds{till="a";floor="1"}',
  'shop_wait_seconds{till="a";floor="1"}',
  'shop_wait_seconds{till="b%2C%20\\"c\\"\\n100%25";floor="2"}',
];

/** Without the time zone, which is not the log's business. */
function summary({ tag, histogram }: LogInterval) {
  return { tag, count: histogram.count, cells: [...histogram.cells()] };
}

describe('histogram logs', () => {
  it('have a header, one line for each series that recorded, and its unit once', () => {
    const { log, earlier } = twoIntervals();
    const lines = log.split('\n');
    expect(lines[0]).to.equal('#[Histogram log format version 1.3]');
    const started = (earlier.startedAt / 1000).toFixed(3);
    expect(lines[1]).to.include(`#[StartTime: ${started} (seconds since epoch), 20`);
    expect(lines[2]).to.equal(
      '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    );
    const units = lines.filter((line) => line.startsWith('#[Unit'));
    expect(units.map((line) => line.slice(8).split(',')[0])).to.deep.equal([tags[0], tags[2]]);
    const perSecond = Number(/1 seconds = (\d+)\]/.exec(units[0]!)![1]);
    const [interval] = readHistogramLog(log);
    expect(interval!.histogram.unit * perSecond).to.equal(1);
    expect(lines.filter((line) => line.startsWith('Tag='))).to.have.length(3);
    expect(log).not.to.include('sales');
  });

  it('come back as what was recorded in each interval', () => {
    const { log, earlier, later } = twoIntervals();
    const intervals = [...readHistogramLog(log)];
    expect(intervals.map(({ tag }) => tag)).to.deep.equal(tags);
    expect(intervals.map(({ histogram }) => histogram.count)).to.deep.equal([1000, 500, 3]);
    expect(intervals.map(({ max }) => max)).to.deep.equal([1, 5, 7]);
    const labels = { till: 'a' };
    const second = later.histogramSince(earlier, 'shop_wait_seconds', labels)!;
    expect([...intervals[1]!.histogram.cells()]).to.deep.equal([...second.toHdr().cells()]);
    expect(intervals[1]!.from).to.be.closeTo(earlier.takenAt, 1);
    expect(intervals[1]!.to).to.be.closeTo(later.takenAt, 2);
    const sum = intervals[0]!.histogram.add(intervals[1]!.histogram);
    const whole = later.histogram('shop_wait_seconds', labels)!.toHdr();
    expect([...sum.cells()]).to.deep.equal([...whole.cells()]);
  });

  it('are read by hdr-histogram-js', () => {
    const { log } = twoIntervals();
    const reader = new hdr.HistogramLogReader(log);
    for (const { tag, from, histogram } of readHistogramLog(log)) {
      const theirs = reader.nextIntervalHistogram()!;
      expect(theirs.tag).to.equal(tag);
      expect(theirs.totalCount).to.equal(histogram.count);
      expect(theirs.startTimeStampMsec).to.be.closeTo(from, 1);
      const p99 = Math.round(histogram.percentile(99) / histogram.unit);
      expect(theirs.getValueAtPercentile(99)).to.equal(p99);
    }
    expect(reader.nextIntervalHistogram()).to.equal(null);
    expect(hdr.listTags(log)).to.deep.equal([...new Set(tags)]);
  });

  it('of hdr-histogram-js are read', () => {
    let log = '';
    const writer = new hdr.HistogramLogWriter((text) => {
      log += text;
    });
    writer.outputLogFormatVersion();
    writer.outputStartTime(1_700_000_000_000);
    writer.outputLegend();
    const theirs = hdr.build();
    for (const value of [1, 10, 1000, 50_000]) theirs.recordValue(value);
    writer.outputIntervalHistogram(theirs, 1_700_000_001, 1_700_000_003.5);
    theirs.tag = 'tagged';
    writer.outputIntervalHistogram(theirs, 1_700_000_004, 1_700_000_005);
    const [plain, tagged] = [...readHistogramLog(log)] as [LogInterval, LogInterval];
    expect(plain).to.include({ tag: undefined, from: 1_700_000_001_000, to: 1_700_000_003_500 });
    expect(plain.histogram.count).to.equal(4);
    expect(plain.histogram.max).to.equal(theirs.getValueAtPercentile(100));
    expect(tagged.tag).to.equal('tagged');
    expect(summary({ ...tagged, tag: undefined })).to.deep.equal(summary(plain));
  });

  const encoded = () => {
    const histogram = hdr.build();
    histogram.recordValue(5);
    return hdr.encodeIntoCompressedBase64(histogram);
  };

  it('have times relative to BaseTime, to StartTime, or to nothing', () => {
    const from = (header: string, start: string) => {
      const [interval] = readHistogramLog(`${header}${start},1.0,2.0,${encoded()}\r\n`);
      return interval!.from;
    };
    expect(from('#[StartTime: 1700000000.5 (seconds since epoch)]\n', '2.000')).to.equal(
      1_700_000_002_500,
    );
    expect(from('#[StartTime: 1700000000 x]\n#[BaseTime: 1600000000 x]\n', '2')).to.equal(
      1_600_000_002_000,
    );
    expect(from('#[StartTime: 1700000000 x]\r\n', '1700000001')).to.equal(1_700_000_001_000);
    expect(from('', '3')).to.equal(3000);
  });

  const wrong: readonly (readonly [line: () => string, message: RegExp])[] = [
    [() => 'Tag=a,1,2', /line 3 of the histogram log: it is no interval; given "Tag=a,1,2\\n"/],
    [() => `1,2,3,4,${encoded()}`, /line 3 .*no interval/],
    [() => `x,2,3,${encoded()}`, /line 3 .*the start is no number; given "x"/],
    [() => `1,NaN,3,${encoded()}`, /line 3 .*the length is no number/],
    [() => `1,2,Infinity,${encoded()}`, /line 3 .*the max is no number/],
    [() => '1,2,3,HIST', /line 3 .*: (the histogram is|this is no)/],
    [() => '#[StartTime: soon]', /line 3 .*StartTime is no number; given "soon\]"/],
  ];
  for (const [line, message] of wrong) {
    it(`are refused with ${message.source}`, () => {
      const log = `#[Histogram log format version 1.3]\n\n${line()}\n`;
      const error = thrownBy(() => [...readHistogramLog(log)]);
      expect(error).to.be.instanceOf(EncodingError);
      expect(error.message).to.match(message);
    });
  }

  describe('and HdrHistogram for Java', function () {
    this.timeout(60_000);
    before(async function () {
      await needJavaHdrHistogram(this);
    });

    it('read each other @slow', async () => {
      const { log } = twoIntervals();
      const { code, stdout, stderr } = await runJava('HistogramLogs.java', log);
      expect(code, stderr).to.equal(0);
      const [read, written] = stdout.split('---\n') as [string, string];
      const ours = [...readHistogramLog(log)];
      const lines = read.trim().split('\n');
      expect(lines).to.have.length(3);
      for (const [index, { tag, from, to, histogram }] of ours.entries()) {
        const [theirTag, start, end, ...numbers] = lines[index]!.split(' ');
        expect(theirTag).to.equal(tag);
        expect(Number(start)).to.be.closeTo(from, 1);
        expect(Number(end)).to.be.closeTo(to, 2);
        const percentiles = [50, 99, 100].map((percent) =>
          Math.round(histogram.percentile(percent) / histogram.unit),
        );
        expect(numbers.map(Number)).to.deep.equal([histogram.count, ...percentiles]);
      }
      const again = [...readHistogramLog(written)];
      expect(again.slice(0, 3).map(summary)).to.deep.equal(ours.map(summary));
      expect(again[0]).to.include({ from: 1_700_000_001_500, to: 1_700_000_003_500 });
      const fractions = again[3]!;
      expect(fractions.tag).to.equal('fractions');
      expect(fractions.histogram.count).to.equal(1000);
      expect(fractions.histogram.percentile(50)).to.be.closeTo(0.5, 0.0005);
      expect(fractions.histogram.percentile(100)).to.be.closeTo(1, 0.001);
      const copy = decodeHistogram(fractions.histogram.encode());
      expect([...copy.cells()]).to.deep.equal([...fractions.histogram.cells()]);
    });
  });
});
