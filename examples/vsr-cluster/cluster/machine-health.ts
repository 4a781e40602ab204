// What the machine under the cluster has left, as health checks.
//
//   const health = watchMachine(registry, dataDirectory);
//   await startServer({ registry, health });

import {
  cpuCheck,
  createHealthChecks,
  diskCheck,
  eventLoopCheck,
  type HealthChecks,
  memoryCheck,
} from 'vsr-metrics/health';

/** Short of something, the cluster goes on: whether it is ready, its replicas say. */
const advisory = { critical: false } as const;

export function watchMachine(registry: object, path: string): HealthChecks {
  return createHealthChecks({ registry })
    .add('memory', memoryCheck(), advisory)
    .add('disk', diskCheck({ path }), advisory)
    .add('cpu', cpuCheck(), advisory)
    .add('event_loop', eventLoopCheck(), advisory);
}
