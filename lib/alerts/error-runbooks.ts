// What to do about every error of the package. A code without an entry does not compile.

import type { VsrMetricsErrorCode } from '../core/errors.js';

export interface ErrorRunbook {
  readonly meaning: string;
  /** What the program does without. */
  readonly impact: string;
  readonly remedies: readonly [string, ...string[]];
}

export const errorRunbooks: Readonly<Record<VsrMetricsErrorCode, ErrorRunbook>> = {
  VSR_METRICS_CATALOGUE_INVALID: {
    meaning: 'A family is declared wrongly: its name, a label, its buckets or a property.',
    impact: 'The catalogue is not defined, and no registry is created from it.',
    remedies: [
      'Correct the declaration: the message names the metric, what was given and what is allowed.',
    ],
  },
  VSR_METRICS_CATALOGUE_CLASH: {
    meaning: 'Two families have the same key or name, or would expose a sample of the same name.',
    impact: 'The catalogues cannot be combined in one registry.',
    remedies: ['Rename one of the families that the message names.', 'Use two registries.'],
  },
  VSR_METRICS_LABEL_UNKNOWN: {
    meaning: 'A label was given that the family does not declare.',
    impact: 'There is no handle, so that nothing is recorded through it.',
    remedies: [
      'Correct the name; the message says which labels there are.',
      'Declare the label in the catalogue.',
    ],
  },
  VSR_METRICS_LABEL_MISSING: {
    meaning: 'A declared label was left out.',
    impact: 'There is no handle, so that nothing is recorded through it.',
    remedies: ['Give the label a value, or fix it for the registry with fixedLabels.'],
  },
  VSR_METRICS_LABEL_VALUE: {
    meaning: 'A label was given something that is no text, or a value outside its closed set.',
    impact: 'There is no handle, so that nothing is recorded through it.',
    remedies: [
      'Use one of the values that the message names.',
      'Add values with labelValues when the registry is created.',
    ],
  },
  VSR_METRICS_REGISTRY_CLOSED: {
    meaning: 'The registry was closed before.',
    impact: 'Handles that were made before record into nothing.',
    remedies: ['Close the registry last, after whatever records into it.'],
  },
  VSR_METRICS_REGISTRY_OPTIONS: {
    meaning: 'An option of a registry is unknown, has the wrong type or contradicts another.',
    impact: 'The registry is not created.',
    remedies: ['Correct the option that the message names; docs/reference.md lists all.'],
  },
  VSR_METRICS_REGISTRY_MISMATCH: {
    meaning: 'A thread or process attaches with a catalogue that differs from that of the region.',
    impact: 'It is not attached and records nothing.',
    remedies: [
      'Give all of them the same version of the catalogue.',
      'Restart the program that created the file.',
    ],
  },
  VSR_METRICS_REGISTRY_FULL: {
    meaning: 'No room is left: for threads, series or on the file system.',
    impact: 'The thread or the registry does not record.',
    remedies: [
      'Make room in /dev/shm; the message says how much is needed.',
      'Raise the limits of the registry: docs/capacity.md.',
    ],
  },
  VSR_METRICS_REGISTRY_BUSY: {
    meaning: 'A process that was stopped holds the directory of the registry.',
    impact: 'New series cannot be made for the moment; existing ones are recorded.',
    remedies: ['Continue or end the stopped process.', 'Try again.'],
  },
  VSR_METRICS_REGION_UNREADABLE: {
    meaning: 'The file is missing, damaged, no registry, or of a version that cannot be read.',
    impact: 'Nothing is shown of it. The program that records is not disturbed.',
    remedies: [
      'Check the path.',
      'Read it with the version that wrote it.',
      'Look for the files of earlier runs beside it: FILE.1, FILE.2.',
    ],
  },
  VSR_METRICS_EXPORTER_OPTIONS: {
    meaning: 'An exporter lacks an option, or was given one that makes no sense.',
    impact: 'The exporter does not start; recording goes on.',
    remedies: ['Correct the option that the message names.'],
  },
  VSR_METRICS_PEER_MISSING: {
    meaning: 'A package that the feature needs is not installed.',
    impact: 'The feature does not start.',
    remedies: ['Install the package that the message names.'],
  },
  VSR_METRICS_ENCODING_INVALID: {
    meaning: 'An encoded histogram, or a log of them, is damaged or of another format.',
    impact: 'It is not read.',
    remedies: ['Write it again from its source.'],
  },
  VSR_METRICS_HEALTH_OPTIONS: {
    meaning: 'A health check is declared in a way that makes no sense.',
    impact: 'The checks are not set up.',
    remedies: ['Correct the option that the message names.'],
  },
  VSR_METRICS_SERVER_OPTIONS: {
    meaning: 'A server lacks an option, or was given one that makes no sense.',
    impact: 'The server does not start; recording goes on.',
    remedies: ['Correct the option that the message names; docs/reference.md lists all.'],
  },
  VSR_METRICS_SERVER_LISTEN: {
    meaning:
      'The server cannot listen: the port is taken, the address is not of this machine, or it may not.',
    impact: 'Nobody can scrape it; recording goes on.',
    remedies: ['Find who listens there: ss --listening --processes --tcp.', 'Choose another port.'],
  },
  VSR_METRICS_SERVER_ENDED: {
    meaning: 'The thread of the server ended again and again.',
    impact: 'Nobody can scrape it; recording goes on.',
    remedies: [
      'Read the cause of the error.',
      'Give the thread more memory if that is what it lacked.',
    ],
  },
  VSR_METRICS_SERVER_EMPTY: {
    meaning: 'A server has nothing to show yet.',
    impact: 'It answers with 503 until it has.',
    remedies: [
      'Wait for the first snapshot.',
      'Check that the program records and that the source is the right one.',
    ],
  },
  VSR_METRICS_BUDGET_OPTIONS: {
    meaning: 'What should be measured, or how, makes no sense.',
    impact: 'Nothing is measured.',
    remedies: ['Correct the option that the message names.'],
  },
  VSR_METRICS_BUDGET_OPERATION: {
    meaning: 'An operation to be measured cannot be loaded, or failed.',
    impact: 'There is no verdict.',
    remedies: ['Run the module by itself and correct it.'],
  },
  VSR_METRICS_ALERTS_OPTIONS: {
    meaning: 'Alerts were given a setting that makes no sense.',
    impact: 'No rules are made.',
    remedies: [
      'Correct the setting that the message names: docs/alerts.md.',
      'List thresholds with vsr-metrics rules --thresholds.',
    ],
  },
  VSR_METRICS_EXPRESSION_INVALID: {
    meaning:
      'An expression of PromQL is malformed, has wrong types, or uses what is not supported.',
    impact: 'The rule or query that has it does not run.',
    remedies: [
      'Look at the place that the message marks.',
      'docs/promql.md says what is supported.',
    ],
  },
  VSR_METRICS_EXPRESSION_FAILED: {
    meaning:
      'A sound expression has no result over these series, for example because many match many.',
    impact: 'The evaluation changes nothing.',
    remedies: [
      'Add on (...) or ignoring (...) with the labels that tell the series apart.',
      'Look whether two programs expose the same labels.',
    ],
  },
  VSR_METRICS_ADDON: {
    meaning: 'There is no native binary for this machine, or one that cannot be loaded.',
    impact: 'No registry can be created.',
    remedies: [
      'Build it: npm run build:native in the package, with a C++ compiler.',
      'Check that the binary fits the C library and the processor.',
    ],
  },
};
