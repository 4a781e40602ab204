// What a program holds while it records. Take a recorder once, keep it, and call it on the hot
// path: none of these methods waits, throws on data, or allocates in optimised code.
//
//   const applied = registry.metrics.operations.with({ status: 'success' });   // once
//   applied.inc();                                                             // as often as you like
//
// Bad data (NaN, infinities, a negative step of a counter, a negative observation, what would make a
// sum infinite) is not recorded: it is counted in vsr_metrics_rejected_total and warned about once.

import type { TypeProblem } from './type-problem.js';

/**
 * Labels that lead from one record to what caused it: `trace_id`, `span_id`. Names and values may
 * have 128 characters together. What is undefined is left out.
 */
export type ExemplarLabels = Readonly<Record<string, string | undefined>>;

/** A total that only grows. */
export interface Counter {
  /**
   * Adds `n`, or 1.
   *
   * @example
   * ```ts
   * registry.metrics.bytesWritten.inc(4096);
   * ```
   */
  inc(n?: number): void;

  /**
   * Adds `n` and keeps it as the counter's exemplar, in place of the one before. Meant for what is
   * traced anyway: it costs as much as a hundred calls of `inc`. Without `labels` those of
   * `exemplarContext` are taken; where it has none this is just `inc(n)`. An exemplar that is not
   * valid is counted in vsr_metrics_rejected_total; `n` is added all the same.
   *
   * @example
   * ```ts
   * registry.metrics.bytesWritten.incWithExemplar(4096, { trace_id: '0af7651916cd43dd' });
   * ```
   */
  incWithExemplar(n: number, labels?: ExemplarLabels): void;
}

/** A value that goes up and down. */
export interface Gauge {
  /**
   * Replaces the value. May be negative.
   *
   * @example
   * ```ts
   * registry.metrics.viewNumber.set(7);
   * ```
   */
  set(value: number): void;

  /**
   * Takes the value back: the gauge is absent until it is set again. For what is not known any more, or
   * means nothing now.
   *
   * @example
   * ```ts
   * registry.metrics.prepareOkVotes.unset(); // this replica leads no more
   * ```
   */
  unset(): void;

  /**
   * Lets the library ask for the value: `callback` runs on this thread about once a second. While
   * the thread is blocked the last answer stands, and a snapshot tells how old it is.
   *
   * @returns a function that ends the sampling; the last value stays
   *
   * @example
   * ```ts
   * const pending: unknown[] = [];
   * const stop = registry.metrics.pendingRequests.sampleFrom(() => pending.length);
   * stop();
   * ```
   */
  sampleFrom(callback: () => number): () => void;
}

/**
 * A gauge that keeps the value that was set last, by whichever thread. It cannot be stepped: for
 * `inc()` and `dec()` declare it with `combine: 'sum'`.
 */
export interface LastGauge extends Gauge {
  readonly inc: TypeProblem<"a gauge that keeps the last value cannot be stepped: declare it with combine: 'sum' for inc() and dec()">;
  readonly dec: TypeProblem<"a gauge that keeps the last value cannot be stepped: declare it with combine: 'sum' for inc() and dec()">;
}

/**
 * A gauge to which every thread contributes a value of its own; readers see their sum, minimum or
 * maximum. A thread that ends takes its contribution with it.
 */
export interface CombiningGauge extends Gauge {
  /**
   * Steps this thread's value up by `n`, or 1. A value never set counts as 0.
   *
   * @example
   * ```ts
   * import { createRegistry, defineCatalogue } from 'vsr-metrics';
   *
   * const server = defineCatalogue({
   *   name: 'server',
   *   families: {
   *     requestsInFlight: {
   *       kind: 'gauge',
   *       name: 'server_requests_in_flight',
   *       help: 'Requests being handled now',
   *       combine: 'sum',
   *     },
   *   },
   * });
   * const { requestsInFlight } = createRegistry({ catalogue: server }).metrics;
   * requestsInFlight.inc();
   * requestsInFlight.dec();
   * ```
   */
  inc(n?: number): void;

  /** Steps this thread's value down by `n`, or 1. */
  dec(n?: number): void;
}

/** A distribution of values in the unit of its family. */
export interface Histogram {
  /**
   * Records `value`, once or `n` times.
   *
   * @example
   * ```ts
   * registry.metrics.prepareLatency.record(0.845); // milliseconds, as the name says
   * ```
   */
  record(value: number, n?: number): void;

  /** The same as `record`, for people used to Prometheus' clients. */
  observe(value: number, n?: number): void;

  /**
   * Records the time since `t0`, a reading of `registry.now()`, in the unit of the family; up to
   * `t1`, another reading, where several durations end at one moment; once or `n` times, for as many
   * events that began and ended together.
   *
   * @returns the reading at which the duration ended, so that stages that follow one another need one
   * reading each
   *
   * @example
   * ```ts
   * const t0 = registry.now();
   * registry.metrics.prepareLatency.since(t0);
   *
   * const t1 = registry.now();
   * registry.metrics.prepareLatency.since(t0, t1);
   * registry.metrics.clientLatency.since(t0, t1);
   * registry.metrics.commitLatency.since(t0, t1, 16); // a batch of 16
   *
   * let t = registry.now(); // then the others answer
   * t = registry.metrics.prepareLatency.since(t); // then it is committed
   * t = registry.metrics.commitLatency.since(t);
   * ```
   */
  since(t0: number, t1?: number, n?: number): number;

  /**
   * Calls a function and records how long it took: until it returns or throws, or, if it returns a
   * promise, until that settles. Returns what the function returns. Where nanoseconds count, `since` is
   * the cheaper way.
   *
   * @example
   * ```ts
   * const page = await registry.metrics.clientLatency.time(() => fetch('http://127.0.0.1:8080/'));
   * const parsed = registry.metrics.prepareLatency.time(() => JSON.parse('{}'));
   * ```
   */
  time<T>(run: () => T): T;

  /**
   * Returns a function that records the time since, and returns it in the unit of the family.
   *
   * @example
   * ```ts
   * const end = registry.metrics.prepareLatency.startTimer();
   * console.log(end(), 'ms');
   * ```
   */
  startTimer(): () => number;

  /**
   * Records `value` and keeps it as the exemplar of its bucket, in place of the one before. Meant
   * for what is traced anyway: it costs as much as a hundred calls of `record`. Without `labels`
   * those of `exemplarContext` are taken; where it has none this is just `record(value)`. An
   * exemplar that is not valid is counted in vsr_metrics_rejected_total; the value is recorded all
   * the same.
   *
   * @example
   * ```ts
   * const span = { trace_id: '0af7651916cd43dd8448eb211c80319c', span_id: 'b7ad6b7169203331' };
   * registry.metrics.prepareLatency.recordWithExemplar(0.845, span);
   * ```
   */
  recordWithExemplar(value: number, labels?: ExemplarLabels): void;

  /**
   * Records the time since `t0` as `since` does, with an exemplar.
   *
   * @example
   * ```ts
   * const t0 = registry.now();
   * registry.metrics.prepareLatency.sinceWithExemplar(t0, { trace_id: '0af7651916cd43dd' });
   * ```
   */
  sinceWithExemplar(t0: number, labels?: ExemplarLabels): number;
}

export type Recorder = Counter | Gauge | LastGauge | CombiningGauge | Histogram;

/**
 * A family with labels that are still to be chosen. `with` is meant to be called at set-up; it
 * remembers what it resolved, so that a call with the same labels gives the same recorder.
 */
export interface LabelledFamily<out R, in Labels> {
  /**
   * The recorder of one series. All labels of the family are needed, except those that
   * `fixedLabels` has fixed.
   *
   * Values are data, and never make it throw: numbers and booleans are taken as their text, half of a
   * surrogate pair as U+FFFD. Labels with a value outside a closed set, and labels for which there is
   * no room, share the family's series `_other`; that is counted in `vsr_metrics_overflowed_total` and
   * warned of once.
   *
   * @throws LabelError when a label is missing, or when the family declares no such label
   *
   * @example
   * ```ts
   * const prepares = registry.metrics.messagesSent.with({ message_type: 'Prepare' });
   * prepares.inc();
   * ```
   */
  with(labels: Labels): R;

  /**
   * Retires a series: it is exported no more. Recorders of it that are still held, in any thread or
   * process, go on working and are heard by nobody; `with` of the same labels makes another series,
   * which starts from nothing. False if there was no such series, or if it is still there because a
   * process that was stopped holds the registry's directory.
   *
   * @example
   * ```ts
   * registry.metrics.standbyLag.remove({ standby_id: '4' });
   * ```
   */
  remove(labels: Labels): boolean;
}
