// One run of one check, for tests of checks.

import {
  createHealthChecks,
  type HealthCheck,
  type ReportedCheck,
} from '../../../lib/health/index.js';

/** Runs a check as health checks do, and says what came of it. */
export async function runOnce(check: HealthCheck, timeoutMs = 15_000): Promise<ReportedCheck> {
  const health = createHealthChecks({ everyMs: 60_000 });
  try {
    const { checks } = await health.add('it', check, { timeoutMs }).run();
    return checks[0]!;
  } finally {
    health.close();
  }
}
