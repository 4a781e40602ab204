// Health checks as metrics: `health_check_status{check_name}` and how long each took.

import { defineOwnCatalogue } from '../core/catalogue/define.js';
import { ownMetrics } from '../core/registry.js';
import type { HealthResult, HealthStatus } from './report.js';

const healthCatalogue = defineOwnCatalogue({
  name: 'vsr-metrics health',
  families: {
    status: {
      kind: 'gauge',
      name: 'health_check_status',
      help: 'Result of a health check (1=healthy, 0.5=degraded, 0=unhealthy, -1=unknown)',
      labels: { check_name: 'any' },
    },
    duration: {
      kind: 'gauge',
      name: 'health_check_duration_seconds',
      help: 'How long a health check took when it last ran',
      unit: 'seconds',
      labels: { check_name: 'any' },
    },
  },
});

/** Alert rules take 0 for failing. */
const statusNumbers: Readonly<Record<HealthStatus, number>> = {
  healthy: 1,
  degraded: 0.5,
  unhealthy: 0,
  unknown: -1,
};

export class HealthMeter {
  readonly #metrics: ReturnType<typeof ownMetrics<typeof healthCatalogue>>;

  /** @throws RegistryError when the registry has no room for these metrics */
  constructor(registry: object | undefined) {
    this.#metrics = registry === undefined ? undefined : ownMetrics(registry, healthCatalogue);
  }

  record({ name, status, durationMs }: HealthResult): void {
    const labels = { check_name: name };
    this.#metrics?.status.with(labels).set(statusNumbers[status]);
    this.#metrics?.duration.with(labels).set(durationMs / 1000);
  }

  remove(name: string): void {
    this.#metrics?.status.remove({ check_name: name });
    this.#metrics?.duration.remove({ check_name: name });
  }
}
