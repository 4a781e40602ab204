// What `vsr-metrics dump` takes, and what its help says.

import { defineCommand } from '../command.js';

export const dumpCommand = defineCommand({
  name: 'dump',
  summary: 'prints what a file holds, now or over time',
  operands: { name: 'FILE', least: 1, most: 1 },
  options: {
    format: {
      takes: 'value',
      placeholder: 'FORMAT',
      choices: ['prometheus', 'openmetrics', 'json', 'hdr', 'hgrm', 'text'],
      help: 'prometheus (default), openmetrics, json; of histograms alone hdr: a HistogramLog for HdrHistogram, or hgrm: percentile distributions; with --history: text (default) or json',
    },
    metric: {
      takes: 'value',
      placeholder: 'NAME',
      repeats: true,
      help: 'only this metric, or this one series of it: name{label="value"}; may be repeated',
    },
    history: {
      takes: 'maybe',
      placeholder: 'NAME',
      repeats: true,
      help: 'earlier values instead: of this metric or series, or of all gauges; an hour every 10 s, of gauges also ten minutes every second',
    },
    from: {
      takes: 'value',
      placeholder: 'TIME',
      help: 'leaves out earlier history',
    },
    to: {
      takes: 'value',
      placeholder: 'TIME',
      help: 'leaves out later history',
    },
    output: { takes: 'value', placeholder: 'F', short: 'o', help: 'writes to F' },
  },
  description: [
    'Prints the metrics in FILE. Its program may run, hang, be stopped or be dead; the files of crashed programs are kept beside it as FILE.1 (the newest), FILE.2 and so on.',
    'TIME is a date as in 2026-08-02T14:05:00Z (local time without the Z), unix seconds, or a time span as in 90s, 10m, 1h, counted back from when the program last gave a sign of life, which is now if it runs.',
  ],
  examples: [
    'vsr-metrics dump /dev/shm/replica-0.metrics',
    'vsr-metrics dump /dev/shm/replica-0.metrics.1 --format json -o crash.json',
    'vsr-metrics dump FILE --history vsr_view_number --from 10m',
    'vsr-metrics dump FILE --format hdr -o crash.hlog',
    'vsr-metrics dump FILE --format hgrm --metric vsr_client_latency_ms -o a.hgrm',
  ],
});
