// Packages that only some features need: optional peers, loaded when such a feature is first used.
//
//   const { hostname } = await loadPeer('pino', 'logging', () => import('pino'));

import { VsrMetricsError } from './errors.js';

/** @throws VsrMetricsError that names the package, and how to install it */
export async function loadPeer<T>(
  name: string,
  feature: string,
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VsrMetricsError('VSR_METRICS_PEER_MISSING', {
      problem: `${feature} needs the package ${name}, which cannot be loaded (${reason}): npm install ${name}`,
      cause,
    });
  }
}
