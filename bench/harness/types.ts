// What the parts of the harness hand to each other, and what a results file holds.

/** One thing to measure: a program that prints a `TrialOutput` and ends. */
export interface BenchmarkCase {
  /** The operation. Results of one group and number of threads are compared with each other. */
  readonly group: string;
  readonly peer: string;
  readonly threads: number;
  /** Program and arguments; the seconds to measure are appended as the last argument. */
  readonly command: readonly [string, ...string[]];
}

/** What a trial's process prints, in every language. */
export interface TrialOutput {
  readonly peer: string;
  readonly version: string;
  readonly language: string;
  /** Of the values that were recorded, where that is another language's business to make. */
  readonly valuesDigest?: string;
  readonly results: readonly [TrialResult];
}

export interface TrialResult {
  readonly name: string;
  readonly threads: number;
  /** Of many short rounds the median: a round in which a neighbour ran does not count. */
  readonly nsPerOperation: number;
  /** All rounds together, with whatever came in between: collections, and neighbours. */
  readonly meanNsPerOperation?: number;
  /** A tenth of the rounds took less: what is left of it while neighbours run all the time. */
  readonly leastNsPerOperation?: number;
  /** Operations in this process, warm-up included, and what the recorder says it recorded: equal,
   * or the trial is void. */
  readonly operations: number;
  readonly total: number;
  /** Collections of garbage while it was timed, and by how much the heap grew. */
  readonly collections?: number;
  readonly heapBytes?: number;
  /** Memory that an operation took for good, where that is what is measured. */
  readonly bytesPerOperation?: number;
  readonly percentiles?: PercentileCurve;
}

/** Pairs of percentile (0 to 100) and nanoseconds, where single operations were timed. */
export type PercentileCurve = ReadonlyArray<readonly [percentile: number, nanoseconds: number]>;

export interface CaseResult {
  readonly group: string;
  readonly peer: string;
  readonly version: string;
  readonly language: string;
  readonly threads: number;
  /** What is measured: time an operation, or memory. */
  readonly unit: 'ns' | 'bytes';
  /** So much per operation in each trial, in the order in which they ran. */
  readonly trials: readonly number[];
  readonly median: number;
  /** Half of the trials lie between the quartiles. */
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  /** The median over trials of what all rounds took together. */
  readonly mean?: number;
  /** The least of all trials: what it takes when nothing disturbs it. */
  readonly least?: number;
  /** Of the trial that had most. */
  readonly collections?: number;
  readonly heapBytes?: number;
  /** In all trials, warm-up included: what the recorder was found to hold. */
  readonly verified: number;
  /** Median share of the processors it could use that a trial had. */
  readonly processorShare?: number;
  readonly percentiles?: PercentileCurve;
}

export interface NotRun {
  readonly what: string;
  readonly reason: string;
}

/** A limit, and whether it was kept. */
export interface Verdict {
  readonly what: string;
  /** The unit is part of the text of `formatVerdicts`. */
  readonly unit: Unit;
  readonly atMost: number;
  /** Computed from the medians; undefined when something it needs was not run. */
  readonly measured?: number;
  /** Computed trial by trial: half of them lie between these. */
  readonly lowerQuartile?: number;
  readonly upperQuartile?: number;
  /** Computed from the least times. It decides nothing, but tells what noise there was. */
  readonly undisturbed?: number;
  readonly missing?: string;
  /** Of one that was not met: what keeps it from being met. */
  readonly why?: string;
}

export type Unit = 'x' | 'ns' | 'bytes' | 'collections';

export interface Machine {
  readonly processor: string;
  readonly processors: number;
  readonly architecture: string;
  readonly memoryBytes: number;
  readonly system: string;
  readonly virtualised: string;
  readonly clockSource: string;
  readonly frequencyGovernor: string;
  readonly node: string;
  readonly v8: string;
  readonly loadAverage: number;
}

export interface BenchmarkReport {
  readonly startedAt: string;
  readonly machine: Machine;
  readonly trials: number;
  readonly secondsPerTrial: number;
  readonly results: readonly CaseResult[];
  readonly limits: readonly Verdict[];
  readonly notRun: readonly NotRun[];
}
