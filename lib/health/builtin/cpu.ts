// Processors: how busy this process and its machine were since the last run.
//
//   health.add('cpu', cpuCheck({ unhealthyPercent: 99 }));

import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { addon } from '../../core/region/native.js';
import type { HealthCheck } from '../run-check.js';
import { above, checkOptionsOf, findingOf, limit, type Remark, rounded } from './limits.js';

/** What `cpuCheck` takes; nothing is needed. */
export interface CpuCheckOptions {
  /** 90 unless told otherwise. */
  readonly degradedPercent?: number;
  /** No limit unless told otherwise: to be busy is no failure. */
  readonly unhealthyPercent?: number;
}

const checkOptions = checkOptionsOf<CpuCheckOptions>('cpu', {
  degradedPercent: limit,
  unhealthyPercent: limit,
});

// A shorter interval says nothing.
const shortestMs = 500;

/**
 * A check of how busy the processors were since it last ran: by this process, of those that it may
 * use (affinity, a cgroup's quota), and by everything on the machine. The busier of both decides.
 *
 * @example
 * ```ts
 * import { cpuCheck, createHealthChecks } from 'vsr-metrics/health';
 *
 * createHealthChecks().add('cpu', cpuCheck({ degradedPercent: 80 }), { critical: false });
 * ```
 * @throws HealthError when an option does not fit
 */
export function cpuCheck(options: CpuCheckOptions = {}): HealthCheck {
  checkOptions(options);
  const { degradedPercent = 90, unhealthyPercent } = options;
  const read = addon.resourceSampler();
  let last = performance.now();
  return async (signal) => {
    const missing = last + shortestMs - performance.now();
    if (missing > 0) await delay(missing, undefined, { signal });
    last = performance.now();
    const { processCpuPercent, systemCpuPercent } = read();
    const remarks: Remark[] = [];
    const look = (percent: number | undefined, whose: string): void => {
      if (percent === undefined) return;
      const message = `${whose} kept the processors ${rounded(percent)} % busy`;
      remarks.push(above(percent, degradedPercent, unhealthyPercent, message));
    };
    look(processCpuPercent, 'this process');
    look(systemCpuPercent, 'the machine');
    return findingOf(remarks, {
      ...(processCpuPercent !== undefined && { process_percent: rounded(processCpuPercent) }),
      ...(systemCpuPercent !== undefined && { system_percent: rounded(systemCpuPercent) }),
      load_1m: rounded(loadavg()[0]!),
    });
  };
}
