// Errors of the native side become the package's own.

import { RegistryError, type VsrMetricsErrorCode } from '../errors.js';

/** Calls the addon; its errors carry a code of this package and a message for people. */
export function callNative<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    if (code === undefined || !code.startsWith('VSR_METRICS_')) throw error;
    throw new RegistryError(code as VsrMetricsErrorCode, { problem: message, cause: error });
  }
}
