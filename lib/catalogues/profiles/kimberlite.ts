import type { Profile } from '../cluster/profile.js';

export const kimberliteProfile: Profile = {
  name: 'kimberlite',
  members: {
    member: 'node',
    label: 'node_id',
    anchors: ['kmb_consensus_view'],
    term: { title: 'view', gauge: 'kmb_consensus_view' },
    leader: { named: 'kmb_consensus_leader' },
    position: 'kmb_projection_applied_position',
    ownLag: 'kmb_projection_lag',
  },
  page: {
    columns: [
      { title: 'commits', name: 'kmb_consensus_commits_total', as: 'rate' },
      { title: 'requests', name: 'kmb_requests_total', as: 'rate' },
      { title: 'in flight', name: 'kmb_requests_in_flight', as: 'whole' },
      { title: 'p99 write', name: 'kmb_write_duration_seconds', as: 'p99' },
      { title: 'p99 query', name: 'kmb_query_duration_seconds', as: 'p99' },
      { title: 'projection lag', name: 'kmb_projection_lag', as: 'whole' },
      { title: 'log', name: 'kmb_log_size_bytes', as: 'quantity' },
    ],
    changes: [],
    foremost: {
      throughput: ['kmb_requests_total'],
      latency: ['kmb_write_duration_seconds', 'kmb_query_duration_seconds'],
      state: ['kmb_projection_lag'],
      processor: ['kmb_requests_in_flight'],
      memory: ['kmb_log_size_bytes'],
    },
    titles: {
      kmb_projection_lag: 'Projection lag',
      kmb_requests_in_flight: 'In flight',
      kmb_log_size_bytes: 'Log size',
    },
    shared: ['kmb_consensus_commits_total', 'kmb_log_entries_total', 'kmb_log_bytes_total'],
  },
};
