// Health checks, and what they come to:
//
//   const health = createHealthChecks({ registry });
//   health.add('memory', memoryCheck());
//   health.add('mail', () => mailer.ping());
//   console.log(health.report().status);

export * from './builtin/index.js';
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
