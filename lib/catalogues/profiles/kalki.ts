import type { Profile } from '../cluster/profile.js';

export const kalkiProfile: Profile = {
  name: 'kalki',
  page: {
    columns: [],
    changes: [],
    foremost: {
      throughput: ['kalki_requests_total'],
      latency: ['kalki_request_duration_seconds'],
      state: ['kalki_active_connections'],
      processor: ['kalki_cpu_usage_percent'],
      memory: ['kalki_memory_usage_bytes'],
    },
    titles: { kalki_active_connections: 'Connections' },
    shared: [],
  },
};
