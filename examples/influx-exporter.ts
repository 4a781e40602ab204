// An exporter of one's own: pushes to InfluxDB, or to whatever takes its line protocol.
//
//   import { startExporter } from 'vsr-metrics/export';
//
//   const url = 'http://127.0.0.1:8086/api/v2/write?org=ops&bucket=replicas&precision=ns';
//   startExporter({ registry, exporter: influxExporter({ url, token: process.env.INFLUX_TOKEN }) });
//
// One line a series:  vsr_view_number,replica_id=0 value=7 1767225600000000000

import type { SeriesInfo, Snapshot } from 'vsr-metrics';
import type { Exporter } from 'vsr-metrics/export';

export function influxExporter(options: {
  readonly url: string;
  readonly token?: string | undefined;
  readonly timeoutMs?: number;
}): Exporter {
  const { url, token, timeoutMs = 5000 } = options;
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    ...(token !== undefined && { authorization: `Token ${token}` }),
  };
  return {
    name: 'influx',
    async export(snapshot) {
      const body = toLineProtocol(snapshot);
      // Without a deadline a server that does not answer would hold up all later exports.
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await fetch(url, { method: 'POST', headers, body, signal });
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    },
  };
}

/** Counters and gauges have the field `value`; histograms their count, sum, extremes, percentiles. */
export function toLineProtocol(snapshot: Snapshot): string {
  const nanoseconds = BigInt(Math.round(snapshot.takenAt)) * 1_000_000n;
  let lines = '';
  for (const { series } of snapshot.families) {
    for (const { info, offset } of series) {
      const reading = snapshot.read({ info, offset });
      const numbers =
        reading === undefined
          ? { value: snapshot.values[offset]! }
          : {
              count: reading.count,
              sum: reading.sum,
              min: reading.min,
              max: reading.max,
              p50: reading.percentile(50),
              p99: reading.percentile(99),
            };
      const fields = fieldSet(numbers);
      if (fields !== '') lines += `${seriesKey(info)} ${fields} ${nanoseconds}\n`;
    }
  }
  return lines;
}

function seriesKey({ family, labels }: SeriesInfo): string {
  let key = escaped(family.name, /[, ]/g);
  // The protocol has neither empty tags nor line breaks in them.
  for (const [name, value] of labels) {
    if (value === '') continue;
    key += `,${name}=${escaped(value.replace(/\s/g, ' '), /[,= ]/g)}`;
  }
  return key;
}

/** What is no number (the minimum of nothing) has no place in the protocol, and is left out. */
function fieldSet(numbers: Readonly<Record<string, number>>): string {
  return Object.entries(numbers)
    .filter(([, number]) => Number.isFinite(number))
    .map(([name, number]) => `${name}=${number}`)
    .join(',');
}

function escaped(text: string, special: RegExp): string {
  // A backslash before what follows the text would escape that.
  return text.replace(special, '\\$&').replace(/\\$/, '\\ ');
}
