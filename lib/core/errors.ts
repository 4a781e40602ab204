// Every error of the package is a VsrMetricsError with a stable `code`. They are thrown while
// something is set up (a catalogue, a registry, a set of labels), never while recording.
//
// A message names the metric, what is wrong, what was given and what would have been accepted:
//
//   metric "ledger_transfers_total": label "outcome" has no such value; given "maybe"; allowed: "ok", "rejected"

import { redact } from './redact.js';

/** The stable names of what can go wrong; compare these instead of messages. */
export type VsrMetricsErrorCode =
  /** A declaration is malformed: a name, a label, buckets, a range, an unknown property. */
  | 'VSR_METRICS_CATALOGUE_INVALID'
  /** Two families share a key, a name, or the name of a sample that they would expose. */
  | 'VSR_METRICS_CATALOGUE_CLASH'
  /** A label that no family, or not this family, declares. */
  | 'VSR_METRICS_LABEL_UNKNOWN'
  /** A declared label was left out. */
  | 'VSR_METRICS_LABEL_MISSING'
  /** A label value that is no string, or outside the label's closed set. */
  | 'VSR_METRICS_LABEL_VALUE'
  /** The registry was closed before. */
  | 'VSR_METRICS_REGISTRY_CLOSED'
  /** Options that contradict each other or have the wrong type. */
  | 'VSR_METRICS_REGISTRY_OPTIONS'
  /** The catalogue given and the region it is attached to disagree. */
  | 'VSR_METRICS_REGISTRY_MISMATCH'
  /** No room is left for what was asked. */
  | 'VSR_METRICS_REGISTRY_FULL'
  /** A process that was stopped holds the directory of the registry: try again later. */
  | 'VSR_METRICS_REGISTRY_BUSY'
  /** No region here, or not one that this version can read. */
  | 'VSR_METRICS_REGION_UNREADABLE'
  /** An exporter lacks an option, or was given one that makes no sense. */
  | 'VSR_METRICS_EXPORTER_OPTIONS'
  /** A package that the feature needs is not installed; the message names it. */
  | 'VSR_METRICS_PEER_MISSING'
  /** An encoded histogram or a log of them that is damaged, or of another format. */
  | 'VSR_METRICS_ENCODING_INVALID'
  /** A health check is declared in a way that makes no sense. */
  | 'VSR_METRICS_HEALTH_OPTIONS'
  /** A server lacks an option, or was given one that makes no sense. */
  | 'VSR_METRICS_SERVER_OPTIONS'
  /** A server cannot listen where it should; the message says why. */
  | 'VSR_METRICS_SERVER_LISTEN'
  /** The thread of a server ended again and again. */
  | 'VSR_METRICS_SERVER_ENDED'
  /** A server has nothing to show yet. */
  | 'VSR_METRICS_SERVER_EMPTY'
  /** What should be measured, or how, makes no sense. */
  | 'VSR_METRICS_BUDGET_OPTIONS'
  /** An operation to be measured cannot be loaded, or failed. */
  | 'VSR_METRICS_BUDGET_OPERATION'
  /** Alerts were given a setting that makes no sense. */
  | 'VSR_METRICS_ALERTS_OPTIONS'
  /** An expression of PromQL that is malformed, has wrong types, or uses what is not supported. */
  | 'VSR_METRICS_EXPRESSION_INVALID'
  /** A sound expression of PromQL that these series leave without a result. */
  | 'VSR_METRICS_EXPRESSION_FAILED'
  /** There is no native binary for this machine, or one that cannot be loaded. */
  | 'VSR_METRICS_ADDON';

/** What an error is about. All but `problem` may be left out. */
export interface ErrorDetails {
  /** What is wrong, without the names: they are added in front. */
  readonly problem: string;
  /** The catalogue, when the problem is not one metric's. */
  readonly catalogue?: string | undefined;
  readonly metric?: string | undefined;
  /** What was given, shown as JSON. */
  readonly given?: unknown;
  /** What was probably meant instead. */
  readonly meant?: string | undefined;
  /** What would have been accepted, in words, or as a list of values to quote. */
  readonly allowed?: string | readonly string[] | undefined;
  /** Lines of what was given with the place marked, below the message. */
  readonly excerpt?: string | undefined;
  readonly cause?: unknown;
}

/**
 * The common base: `error instanceof VsrMetricsError`.
 *
 * @example
 * ```ts
 * import { createRegistry, VsrMetricsError } from 'vsr-metrics';
 * import { vsr } from 'vsr-metrics/catalogues';
 *
 * const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
 * const status: string = process.env.STATUS ?? '';
 * try {
 *   registry.metrics.operations.with({ status: status as 'success' }).inc();
 * } catch (error) {
 *   if (error instanceof VsrMetricsError && error.code === 'VSR_METRICS_LABEL_VALUE') {
 *     console.error(error.metric, error.message);
 *   }
 * }
 * ```
 */
export class VsrMetricsError extends Error {
  override readonly name: string = 'VsrMetricsError';
  readonly code: VsrMetricsErrorCode;
  /** The metric that the error is about, when it is about one. */
  readonly metric: string | undefined;

  constructor(code: VsrMetricsErrorCode, details: ErrorDetails) {
    super(describe(details), details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.metric = details.metric;
  }
}

/** A catalogue cannot be defined, or cannot be combined with another. */
export class CatalogueError extends VsrMetricsError {
  override readonly name = 'CatalogueError';
}

/** Labels that a family does not declare, lacks, or does not accept the value of. */
export class LabelError extends VsrMetricsError {
  override readonly name = 'LabelError';
}

/** Where in a text an error is; lines and columns begin with 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** An expression of PromQL that cannot be read, or cannot be evaluated. */
export class ExpressionError extends VsrMetricsError {
  override readonly name = 'ExpressionError';
  /** Where the mistake is; undefined for an expression that was not read from text. */
  readonly place: TextPlace | undefined;

  constructor(code: VsrMetricsErrorCode, details: ErrorDetails, place?: TextPlace) {
    super(code, details);
    this.place = place;
  }
}

/** There is no native binary for this machine, or one that cannot be loaded. */
export class AddonLoadError extends VsrMetricsError {
  override readonly name = 'AddonLoadError';
}

/** A registry cannot be created, attached to, or used any more. */
export class RegistryError extends VsrMetricsError {
  override readonly name = 'RegistryError';
}

/** Something encoded that cannot be read. */
export class EncodingError extends VsrMetricsError {
  override readonly name = 'EncodingError';
}

/** An exporter cannot be set up. */
export class ExporterError extends VsrMetricsError {
  override readonly name = 'ExporterError';
}

/** Health checks cannot be set up. */
export class HealthError extends VsrMetricsError {
  override readonly name = 'HealthError';
}

/** A server cannot be started. */
export class ServerError extends VsrMetricsError {
  override readonly name = 'ServerError';
}

/** Alerts cannot be set up. */
export class AlertsError extends VsrMetricsError {
  override readonly name = 'AlertsError';
}

/** An overhead cannot be measured. */
export class BudgetError extends VsrMetricsError {
  override readonly name = 'BudgetError';
}

function describe(details: ErrorDetails): string {
  const parts: string[] = [];
  if (details.metric !== undefined) parts.push(`metric ${show(details.metric)}: `);
  else if (details.catalogue !== undefined) parts.push(`catalogue ${show(details.catalogue)}: `);
  parts.push(details.problem);
  if ('given' in details) parts.push(`; given ${show(details.given)}`);
  if (details.meant !== undefined) parts.push(`; did you mean ${details.meant}?`);
  if (details.allowed !== undefined) parts.push(`; allowed: ${showAllowed(details.allowed)}`);
  if (details.excerpt !== undefined) parts.push(`\n${details.excerpt}`);
  return redact(parts.join(''));
}

function showAllowed(allowed: string | readonly string[]): string {
  if (typeof allowed === 'string') return allowed;
  return allowed.length === 0 ? 'none' : allowed.map(show).join(', ');
}

/** As JSON, cut to a line: whoever gave a megabyte need not read it again. */
export function show(value: unknown): string {
  const text = toText(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

function toText(value: unknown): string {
  // JSON has no word for some numbers, and none for a bigint.
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  try {
    const text: string | undefined = JSON.stringify(value);
    if (text !== undefined) return text;
  } catch {
    // Cycles and the like: the type is the best that can be said.
  }
  return typeof value === 'object' ? 'an object' : typeof value;
}
