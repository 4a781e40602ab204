// The commands: what they take and what their help says. What they do is imported when they run, so
// that --help needs nothing.

import type { BudgetVerdict } from '../budget/sequential.js';
import { type Command, defineCommand, type Options } from './command.js';
import { type ExitCodes, exitCodes } from './failure.js';

const hungAfter = {
  takes: 'value',
  placeholder: 'SECONDS',
  help: 'calls a program hung that was not heard of for so long; 5',
} as const;

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
    'TIME is a date as in 2026-08-02T14:05:00Z (local time without the Z), unix seconds, or a time span as in 90s, 10m, 1h: so long before the program was last heard of, which is now if it runs.',
  ],
  examples: [
    'vsr-metrics dump /dev/shm/replica-0.metrics',
    'vsr-metrics dump /dev/shm/replica-0.metrics.1 --format json -o crash.json',
    'vsr-metrics dump FILE --history vsr_view_number --from 10m',
    'vsr-metrics dump FILE --format hdr -o crash.hlog',
    'vsr-metrics dump FILE --format hgrm --metric vsr_client_latency_ms -o a.hgrm',
  ],
  run: async (args): Promise<number> => (await import('./dump.js')).dump(args),
});

export const serveCommand = defineCommand({
  name: 'serve',
  summary: 'serves many files and servers as one /metrics',
  operands: { name: 'FILE|URL...', least: 1, most: Number.POSITIVE_INFINITY },
  options: {
    port: {
      takes: 'value',
      placeholder: 'PORT',
      short: 'p',
      help: 'listens here; 9464. 0: a free one, which is printed',
    },
    host: { takes: 'value', placeholder: 'ADDRESS', help: 'listens there; 127.0.0.1' },
    label: {
      takes: 'value',
      placeholder: 'NAME=VALUE',
      short: 'l',
      repeats: true,
      help: 'adds a label to every series; may be repeated',
    },
    config: {
      takes: 'value',
      placeholder: 'F',
      short: 'c',
      help: 'reads address, port, path, token, TLS and labels from F, in TOML',
    },
    'hung-after': hungAfter,
  },
  description: [
    'Answers GET /metrics with the metrics of all files, in the format the client asks for, /health, /health/live, /health/ready and /status with how they do, and / with a live page. A file is read when it is asked for, follows its program when that starts again, and may be missing or damaged for a while: the others are served all the same.',
    'In the place of a file may stand the URL of a server of this library, as in http://10.0.0.2:9464, whose numbers are fetched every second. One that does not answer within two seconds is shown as unreachable and holds up nobody.',
    'Every series gets the label file: the name of its file, the host and port of its URL, or the path as given where two names are the same. More labels of one file stand behind it, and may replace that one:',
    '  vsr-metrics serve a.metrics:file=a,zone=eu b.metrics:file=b,zone=us',
    'A label of the series itself that has the same name is called exported_NAME, as Prometheus does it. How the files and their programs do is told by vsr_metrics_source_up, vsr_metrics_source_writer_state, vsr_metrics_source_heartbeat_age_seconds and vsr_metrics_source_omitted_series.',
    'Options win over the environment (KOTOBA_METRICS_PORT and others), and that over the file of --config.',
  ],
  examples: [
    'vsr-metrics serve /dev/shm/replica-*.metrics --port 9464',
    'vsr-metrics serve FILE --config /etc/ledger/config.toml',
    'vsr-metrics serve a.metrics:file=a b.metrics:file=b --label zone=eu --port 0',
    'vsr-metrics serve http://10.0.0.1:9464:file=a http://10.0.0.2:9464:file=b',
  ],
  run: async (args): Promise<number> => (await import('./serve.js')).serve(args),
});

export const topCommand = defineCommand({
  name: 'top',
  summary: 'shows rates, percentiles and how the programs do, every second',
  operands: { name: 'FILE...', least: 1, most: Number.POSITIVE_INFINITY },
  options: {
    interval: {
      takes: 'value',
      placeholder: 'SECONDS',
      short: 'i',
      help: 'refreshes so often; 1',
    },
    once: {
      takes: 'nothing',
      short: '1',
      help: 'prints one interval as plain text and ends; so it does when the output is no terminal',
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
  run: async (args): Promise<number> => (await import('./top.js')).top(args),
});

/** As gates of a build want them: 1 is a budget that is not kept, and nothing else. */
export const benchExitCodes = {
  within: exitCodes.ok,
  over: 1,
  undecided: 2,
  usage: 64,
  meanings: [
    [exitCodes.ok, 'within the budget'],
    [1, 'over the budget'],
    [2, 'undecided when the time was up'],
    [exitCodes.environment, 'a module cannot be loaded, or its operation failed'],
    [64, 'the command line is wrong'],
    [exitCodes.defect, 'a defect of vsr-metrics'],
  ],
} as const satisfies ExitCodes & Record<BudgetVerdict, number>;

export const benchCommand = defineCommand({
  name: 'bench',
  summary: 'measures whether instrumentation keeps to a budget',
  operands: { name: '', least: 0, most: 0 },
  options: {
    baseline: {
      takes: 'value',
      placeholder: 'MODULE',
      help: 'its default export is the operation without instrumentation',
    },
    instrumented: {
      takes: 'value',
      placeholder: 'MODULE',
      help: 'the same with instrumentation',
    },
    budget: {
      takes: 'value',
      placeholder: 'PERCENT',
      short: 'b',
      help: 'how much longer it may take; 1%',
    },
    confidence: {
      takes: 'value',
      placeholder: 'PERCENT',
      help: 'how sure the verdict has to be; 99%',
    },
    limit: {
      takes: 'value',
      placeholder: 'SECONDS',
      help: 'gives up undecided after so long; 120',
    },
    clock: {
      takes: 'value',
      placeholder: 'CLOCK',
      choices: ['processor', 'typical', 'wall'],
      help: 'processor (default): time that the process computed, on one processor; typical: time of the median operation, steady on busy machines, blind for what comes rarely; wall: time that passed, for operations that wait',
    },
    json: { takes: 'nothing', help: 'prints the report as JSON' },
  },
  description: [
    'Runs both modules in fresh processes, in short turns, until it is known whether the second keeps to the budget, and prints what was found. Busy machines take longer, and do not change the verdict.',
    'A module may export a function check(operations) too, which throws when the work was not done.',
  ],
  examples: [
    'vsr-metrics bench --budget 1% --baseline a.js --instrumented b.js',
    'vsr-metrics bench --baseline a.js --instrumented b.js --limit 600 --json',
  ],
  exitCodes: benchExitCodes,
  run: async (args): Promise<number> => (await import('./bench.js')).bench(args),
});

/** All of them, in the order of the help. */
export const commands = [
  dumpCommand,
  serveCommand,
  topCommand,
  benchCommand,
] as readonly Command<Options>[];
