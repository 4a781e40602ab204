// A snapshot as Prometheus' protobuf exposition: io.prometheus.client.MetricFamily messages, each
// with its length in front. Histograms come twice in it, as classic buckets and, from the same cells,
// as a native histogram; a scraper takes what it knows.
//
// Numbers of fields are those of client_model's metrics.proto.

import type { Exemplar } from '../../core/reading/exemplars.js';
import type { Snapshot } from '../../core/reading/snapshot.js';
import type { FamilySnapshot, SeriesSnapshot } from '../../core/region/directory.js';
import type { SeriesInfo } from '../../core/region/family-info.js';
import type { Readings } from '../quantiles.js';
import { exposedUnit } from '../samples.js';
import { type NativeHistogram, toNativeHistogram } from './native-histogram.js';
import { ProtobufWriter } from './writer.js';

const family = { name: 1, help: 2, type: 3, metric: 4, unit: 5 } as const;
const types = { counter: 0, gauge: 1, histogram: 4 } as const;
const metric = { label: 1, gauge: 2, counter: 3, histogram: 7 } as const;
const label = { name: 1, value: 2 } as const;
const gauge = { value: 1 } as const;
const counter = { value: 1, exemplar: 2, created: 3 } as const;
const histogram = {
  count: 1,
  sum: 2,
  bucket: 3,
  schema: 5,
  zeroThreshold: 6,
  zeroCount: 7,
  positiveSpan: 12,
  positiveDelta: 13,
  created: 15,
} as const;
const bucket = { cumulativeCount: 1, upperBound: 2, exemplar: 3 } as const;
const span = { offset: 1, length: 2 } as const;
const exemplar = { label: 1, value: 2, timestamp: 3 } as const;
const timestamp = { seconds: 1, nanos: 2 } as const;

/** One delimited message for each family. `readings` may have more families than the snapshot. */
export function* metricFamilies(snapshot: Snapshot, readings: Readings): Generator<Uint8Array> {
  for (const each of readings.layout.families) {
    const out = new ProtobufWriter();
    out.delimited(() => new FamilyWriter(out, snapshot, readings.values).write(each));
    yield out.bytes();
  }
}

class FamilyWriter {
  readonly #out: ProtobufWriter;
  readonly #snapshot: Snapshot;
  readonly #values: Float64Array;

  constructor(out: ProtobufWriter, snapshot: Snapshot, values: Float64Array) {
    this.#out = out;
    this.#snapshot = snapshot;
    this.#values = values;
  }

  write({ info, series }: FamilySnapshot): void {
    const out = this.#out;
    out.string(family.name, info.name);
    out.string(family.help, info.help);
    out.uint(family.type, types[info.kind]);
    for (const each of series) out.message(family.metric, () => this.#writeMetric(each));
    const unit = exposedUnit(info);
    if (unit !== undefined) out.string(family.unit, unit);
  }

  #writeMetric(series: SeriesSnapshot): void {
    const out = this.#out;
    const { info, offset } = series;
    for (const each of info.labels) this.#writeLabel(metric.label, each);
    switch (info.family.kind) {
      case 'gauge':
        out.message(metric.gauge, () => out.double(gauge.value, this.#values[offset]!));
        break;
      case 'counter':
        out.message(metric.counter, () => this.#writeCounter(series));
        break;
      case 'histogram':
        out.message(metric.histogram, () => this.#writeHistogram(series));
        break;
    }
  }

  #writeLabel(field: number, [name, value]: SeriesInfo['labels'][number]): void {
    this.#out.message(field, () => {
      this.#out.string(label.name, name);
      this.#out.string(label.value, value);
    });
  }

  #writeCounter(series: SeriesSnapshot): void {
    this.#out.double(counter.value, this.#values[series.offset]!);
    const [last] = this.#snapshot.exemplars(series);
    if (last !== undefined) this.#writeExemplar(counter.exemplar, last);
    this.#writeTime(counter.created, series.info.createdAt);
  }

  #writeHistogram(series: SeriesSnapshot): void {
    const out = this.#out;
    const reading = this.#snapshot.read(series)!;
    out.uint(histogram.count, wholeCount(reading.count));
    out.double(histogram.sum, reading.sum);
    const exemplars = this.#snapshot.exemplars(series);
    reading.buckets().forEach(({ le, count }, index) => {
      out.message(histogram.bucket, () => {
        out.uint(bucket.cumulativeCount, wholeCount(count));
        out.double(bucket.upperBound, le);
        const own = exemplars.find((each) => each.bucket === index);
        if (own !== undefined) this.#writeExemplar(bucket.exemplar, own);
      });
    });
    const native = toNativeHistogram(reading);
    if (native !== undefined) this.#writeNative(native);
    this.#writeTime(histogram.created, series.info.createdAt);
  }

  /** Runs of neighbours as spans; each count as the difference to the one before. */
  #writeNative({ schema, zeroThreshold, zeroCount, buckets }: NativeHistogram): void {
    const out = this.#out;
    out.sint(histogram.schema, schema);
    out.double(histogram.zeroThreshold, zeroThreshold);
    out.uint(histogram.zeroCount, zeroCount);
    let end = 0;
    for (let first = 0; first < buckets.length; ) {
      let last = first + 1;
      while (buckets[last]?.index === buckets[last - 1]!.index + 1) last++;
      const { index } = buckets[first]!;
      const length = last - first;
      const offset = index - end;
      out.message(histogram.positiveSpan, () => {
        out.sint(span.offset, offset);
        out.uint(span.length, length);
      });
      end = index + length;
      first = last;
    }
    const deltas = buckets.map(({ count }, at) => count - (buckets[at - 1]?.count ?? 0));
    if (deltas.length > 0) out.packedSints(histogram.positiveDelta, deltas);
  }

  #writeExemplar(field: number, { labels, value, takenAt }: Exemplar): void {
    this.#out.message(field, () => {
      for (const each of labels) this.#writeLabel(exemplar.label, each);
      this.#out.double(exemplar.value, value);
      this.#writeTime(exemplar.timestamp, takenAt);
    });
  }

  /** A google.protobuf.Timestamp. One that no file of ours has is left out. */
  #writeTime(field: number, milliseconds: number): void {
    if (!(milliseconds >= 0 && milliseconds < 2 ** 52)) return;
    const seconds = Math.floor(milliseconds / 1000);
    this.#out.message(field, () => {
      this.#out.uint(timestamp.seconds, seconds);
      this.#out.uint(timestamp.nanos, Math.floor((milliseconds - seconds * 1000) * 1000) * 1000);
    });
  }
}

/** Counts of a damaged file may be anything. */
function wholeCount(count: number): number {
  return Math.min(Math.max(0, count), Number.MAX_SAFE_INTEGER);
}
