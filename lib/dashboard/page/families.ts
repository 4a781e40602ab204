// Which family stands where: by the names that the catalogues give, and by kind for all others.

import type { Family } from './store.js';

const errorNames =
  /error|fail|reject|corrupt|byzantine|timeout|dropped|violation|overflow|denial|aborted/;
const resourceNames = /memory|heap|cpu|disk|network|storage|bytes|file_descriptors|event_loop/;
const ownNames = /^vsr_metrics_|^health_check_/;

export function isError({ kind, name }: Family): boolean {
  return kind === 'counter' && errorNames.test(name);
}

export function isThroughput(family: Family): boolean {
  return family.kind === 'counter' && !isError(family) && !ownNames.test(family.name);
}

export function isLatency({ kind }: Family): boolean {
  return kind === 'histogram';
}

export function isResource({ kind, name }: Family): boolean {
  return kind === 'gauge' && resourceNames.test(name) && !ownNames.test(name);
}

export function isState({ kind, name }: Family): boolean {
  return kind === 'gauge' && !resourceNames.test(name) && !ownNames.test(name);
}

/** Shown first where they are there, the foremost of them. */
export const foremost = {
  throughput: [
    'vsr_operations_total',
    'kmb_requests_total',
    'streambus_messages_produced_total',
    'kotoba_db_queries_total',
    'kalki_requests_total',
  ],
  latency: [
    'vsr_client_latency_ms',
    'vsr_prepare_latency_ms',
    'kmb_write_duration_seconds',
    'kmb_query_duration_seconds',
    'streambus_produce_latency_seconds',
    'kotoba_db_query_latency_seconds',
    'kalki_request_duration_seconds',
  ],
  state: [
    'vsr_replica_lag_operations',
    'kmb_projection_lag',
    'streambus_consumer_group_lag',
    'kotoba_db_connections_active',
    'kalki_active_connections',
  ],
  processor: [
    'vsr_cpu_utilization_percent',
    'system_cpu_usage_percent',
    'kalki_cpu_usage_percent',
    'streambus_storage_available_bytes',
    'kmb_requests_in_flight',
  ],
  memory: [
    'vsr_memory_used_bytes',
    'system_memory_usage_bytes',
    'kalki_memory_usage_bytes',
    'streambus_storage_used_bytes',
    'kmb_log_size_bytes',
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Of these families the foremost that anything is known of; otherwise the first that fits. */
export function choose(
  families: readonly Family[],
  names: readonly string[],
  isKnown: (name: string) => boolean,
): Family | undefined {
  const known = families.filter(({ name }) => isKnown(name));
  const named = names.map((name) => known.find((family) => family.name === name));
  return named.find((family) => family !== undefined) ?? known[0] ?? families[0];
}

/** What every replica counts for itself although all did it together: not to be added up. */
export function isShared(name: string): boolean {
  return /^vsr_(operations|bytes_written)_total$/.test(name);
}
