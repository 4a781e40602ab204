// Health checks, and what they come to:
//
//   const health = createHealthChecks({ registry });
//   health.add('database', () => database.ping());
//   console.log(health.report().status);

export {
  createHealthChecks,
  type HealthCheckOptions,
  type HealthChecks,
  type HealthChecksOptions,
} from './checks.js';
export {
  type HealthReport,
  type HealthResult,
  type HealthStatus,
  type ReportedCheck,
  reportOf,
} from './report.js';
export type { HealthCheck, HealthFinding } from './run-check.js';
