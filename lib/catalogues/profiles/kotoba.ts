import type { Profile } from '../cluster/profile.js';

export const kotobaProfile: Profile = {
  name: 'kotoba',
  page: {
    columns: [],
    changes: [{ name: 'kotoba_cluster_nodes_active', what: 'active nodes', words: [] }],
    foremost: {
      throughput: ['kotoba_db_queries_total'],
      latency: ['kotoba_db_query_latency_seconds'],
      state: ['kotoba_db_connections_active'],
      processor: ['system_cpu_usage_percent'],
      memory: ['system_memory_usage_bytes'],
    },
    titles: { kotoba_db_connections_active: 'Connections' },
    shared: [],
  },
};
