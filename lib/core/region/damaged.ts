// What a region says of itself is text of unknown origin until it is decoded.

import { RegistryError, VsrMetricsError } from '../errors.js';

/**
 * Decodes something that a region says.
 *
 * @throws RegistryError that says that the region is damaged, and where it is
 */
export function understood<T>(where: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof VsrMetricsError) throw error;
    throw damagedError(where, error instanceof Error ? error.message : String(error));
  }
}

export function damagedError(where: string, reason: string): RegistryError {
  return new RegistryError('VSR_METRICS_REGION_UNREADABLE', {
    problem: `${where} is damaged: ${reason}`,
  });
}
