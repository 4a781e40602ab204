// Memory: of the process, and of what the process can be given.
//
//   health.add('memory', memoryCheck({ degradedBytes: 2 * 1024 ** 3 }));

import { addon } from '../../core/region/native.js';
import type { HealthCheck } from '../run-check.js';
import { above, checkOptionsOf, findingOf, limit, type Remark, rounded } from './limits.js';

/** What `memoryCheck` takes; nothing is needed. */
export interface MemoryCheckOptions {
  /** Of the memory that the process can be given: 85 unless told otherwise. */
  readonly degradedPercent?: number;
  /** Of the memory that the process can be given: 95 unless told otherwise. */
  readonly unhealthyPercent?: number;
  /** Resident memory of the process itself; no limit unless told otherwise. */
  readonly degradedBytes?: number;
  readonly unhealthyBytes?: number;
}

const checkOptions = checkOptionsOf<MemoryCheckOptions>('memory', {
  degradedPercent: limit,
  unhealthyPercent: limit,
  degradedBytes: limit,
  unhealthyBytes: limit,
});

/**
 * A check of how much memory is used. The percentage is of the tightest limit of the process's
 * cgroups, or of the machine's memory; file cache that can be dropped does not count as used.
 *
 * @example
 * ```ts
 * import { createHealthChecks, memoryCheck } from 'vsr-metrics/health';
 *
 * createHealthChecks().add('memory', memoryCheck({ unhealthyPercent: 98 }));
 * ```
 * @throws HealthError when an option does not fit
 */
export function memoryCheck(options: MemoryCheckOptions = {}): HealthCheck {
  checkOptions(options);
  const { degradedPercent = 85, unhealthyPercent = 95, degradedBytes, unhealthyBytes } = options;
  const read = addon.resourceSampler();
  return () => {
    const {
      processMemoryBytes: resident,
      systemMemoryUsedBytes: used,
      systemMemoryTotalBytes: total,
      systemMemoryUsedPercent: percent,
    } = read();
    const remarks: Remark[] = [];
    if (percent !== undefined) {
      const message = `${rounded(percent)} % of the memory is used`;
      remarks.push(above(percent, degradedPercent, unhealthyPercent, message));
    }
    if (resident !== undefined) {
      const message = `the process has ${Math.round(resident / 1024 ** 2)} MiB`;
      remarks.push(above(resident, degradedBytes, unhealthyBytes, message));
    }
    return findingOf(remarks, {
      ...(resident !== undefined && { resident_bytes: resident }),
      ...(used !== undefined && { used_bytes: used }),
      ...(total !== undefined && { total_bytes: total }),
      ...(percent !== undefined && { used_percent: rounded(percent) }),
    });
  };
}
