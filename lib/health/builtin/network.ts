// The network: whether other programs can be reached.
//
//   health.add('network', networkCheck({ addresses: ['10.0.0.2:7000', '10.0.0.3:7000'] }));

import { listOf, milliseconds, required, text, whole } from '../../core/options.js';
import type { HealthCheck, HealthFinding } from '../run-check.js';
import { textOf } from '../run-check.js';
import { type Address, connectTo, parseAddress } from './address.js';
import { checkOptionsOf, misfit, rounded, timed } from './limits.js';

/** What `networkCheck` takes. */
export interface NetworkCheckOptions {
  /** The other replicas, for example: `HOST:PORT`, `[IPV6]:PORT` or `unix:/PATH`. */
  readonly addresses: readonly string[];
  /** When fewer can be reached it is unhealthy; 1 unless told otherwise. */
  readonly least?: number;
  /** What cannot be reached in this time is not reached: 1,000 unless told otherwise. */
  readonly connectTimeoutMs?: number;
}

const checkOptions = checkOptionsOf<NetworkCheckOptions>('network', {
  addresses: required(listOf(text('HOST:PORT, [IPV6]:PORT or unix:/PATH'), 1)),
  least: whole(1, 1_000_000),
  connectTimeoutMs: milliseconds,
});

/**
 * A check that connects to each address by TCP: healthy when all can be reached, degraded when some
 * cannot. Nothing is sent.
 *
 * @example
 * ```ts
 * import { createHealthChecks, networkCheck } from 'vsr-metrics/health';
 *
 * const addresses = ['replica-1:7000', 'replica-2:7000', 'replica-3:7000', 'replica-4:7000'];
 * createHealthChecks().add('network', networkCheck({ addresses, least: 2 })); // with us a majority
 * ```
 * @throws HealthError when an option does not fit
 */
export function networkCheck(options: NetworkCheckOptions): HealthCheck {
  checkOptions(options);
  const { least = 1, connectTimeoutMs = 1000 } = options;
  const addresses = options.addresses.map((each) => parseAddress('network', each));
  if (least > addresses.length) {
    throw misfit('network', 'least', least, `a whole number from 1 to ${addresses.length}`);
  }
  return async (signal) => {
    const reached = addresses.map((address) => reach(address, connectTimeoutMs, signal));
    return judge(addresses, await Promise.all(reached), least);
  };
}

/** How long it took, or why it cannot be reached. */
async function reach(
  address: Address,
  connectTimeoutMs: number,
  signal: AbortSignal,
): Promise<number | string> {
  const controller = new AbortController();
  const stop = () => controller.abort();
  const timer = setTimeout(stop, connectTimeoutMs);
  signal.addEventListener('abort', stop);
  try {
    const { value, ms } = await timed(() => connectTo(address, controller.signal));
    value.destroy();
    return ms;
  } catch (error) {
    if (controller.signal.aborted) return `not within ${connectTimeoutMs} ms`;
    return textOf(error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

function judge(
  addresses: readonly Address[],
  reached: readonly (number | string)[],
  least: number,
): HealthFinding {
  const details: Record<string, string> = {};
  const missing: string[] = [];
  for (const [index, { text }] of addresses.entries()) {
    const result = reached[index]!;
    details[text] = typeof result === 'number' ? `reached in ${rounded(result)} ms` : result;
    if (typeof result === 'string') missing.push(text);
  }
  if (missing.length === 0) return { status: 'healthy', message: 'all can be reached', details };
  const message = `${missing.join(', ')} cannot be reached`;
  const isEnough = addresses.length - missing.length >= least;
  return { status: isEnough ? 'degraded' : 'unhealthy', message, details };
}
