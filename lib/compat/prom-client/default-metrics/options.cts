// What all default metrics take.

import type { AnyRegistry } from '../types.cjs';

export interface DefaultMetricsOptions {
  readonly register?: AnyRegistry;
  readonly prefix?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly gcDurationBuckets?: readonly number[];
  readonly eventLoopMonitoringPrecision: number;
  readonly enableExemplars?: boolean;
}
