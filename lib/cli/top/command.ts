// What `vsr-metrics top` takes, and what its help says.

import { defineCommand } from '../command.js';
import { hungAfter, members } from '../options.js';

export const topCommand = defineCommand({
  name: 'top',
  summary: 'shows rates, percentiles and how the programs do, every second',
  operands: { name: 'FILE...', least: 1, most: Number.POSITIVE_INFINITY },
  options: {
    interval: {
      takes: 'value',
      placeholder: 'SECONDS',
      short: 'i',
      help: 'refreshes this often (default 1)',
    },
    once: {
      takes: 'nothing',
      short: '1',
      help: 'prints one interval as plain text and ends, as it also does when the output is not a terminal',
    },
    sort: {
      takes: 'value',
      placeholder: 'ORDER',
      choices: ['catalogue', 'name', 'rate', 'p99'],
      help: 'catalogue (default: as declared), name, rate or p99',
    },
    filter: {
      takes: 'value',
      placeholder: 'TEXT',
      help: 'only series that contain all of these words',
    },
    all: {
      takes: 'nothing',
      short: 'a',
      help: 'also counters and histograms that have nothing recorded',
    },
    total: {
      takes: 'nothing',
      short: 't',
      help: 'percentiles of everything since the start, not of the last interval',
    },
    members,
    'hung-after': hungAfter,
  },
  description: [
    'Shows counters as rates, histograms as rates and percentiles of the last interval, and gauges, with their trend; above them one line for each file: whether its program is alive, hung or dead, and when it was last heard of.',
    'Keys: q quits, s sorts, r reverses, / filters (Enter keeps, Esc drops), p or Space pauses, t switches between interval and total, a shows all or only what has values, arrows and Page keys scroll.',
  ],
  examples: [
    'vsr-metrics top /dev/shm/replica-*.metrics',
    'vsr-metrics top FILE --once --interval 5 --filter latency',
  ],
});
