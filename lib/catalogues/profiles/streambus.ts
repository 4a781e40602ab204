import type { Profile } from '../cluster/profile.js';

export const streambusProfile: Profile = {
  name: 'streambus',
  members: {
    member: 'broker',
    // The catalogue has no such label: brokers that are shown together need it as a default label.
    label: 'broker_id',
    anchors: ['streambus_broker_status'],
    status: {
      gauge: 'streambus_broker_status',
      values: [
        ['stopped', 'bad'],
        ['starting', 'warn'],
        ['running', 'good'],
        ['stopping', 'warn'],
      ],
    },
    term: { title: 'term', gauge: 'streambus_raft_term' },
    leader: { flag: 'streambus_cluster_leader' },
    position: 'streambus_raft_commit_index',
    size: 'streambus_cluster_size',
  },
  page: {
    columns: [
      { title: 'commit', name: 'streambus_raft_commit_index', as: 'whole' },
      { title: 'produced', name: 'streambus_messages_produced_total', as: 'rate' },
      { title: 'consumed', name: 'streambus_messages_consumed_total', as: 'rate' },
      { title: 'p99 produce', name: 'streambus_produce_latency_seconds', as: 'p99' },
      { title: 'connections', name: 'streambus_broker_connections', as: 'whole' },
      { title: 'storage', name: 'streambus_storage_used_bytes', as: 'quantity' },
      { title: 'errors', name: 'streambus_network_errors_total', as: 'whole', isAlarming: true },
    ],
    changes: [],
    foremost: {
      throughput: ['streambus_messages_produced_total'],
      latency: ['streambus_produce_latency_seconds'],
      state: ['streambus_consumer_group_lag'],
      processor: ['streambus_storage_available_bytes'],
      memory: ['streambus_storage_used_bytes'],
    },
    titles: {
      streambus_consumer_group_lag: 'Consumer lag',
      streambus_storage_available_bytes: 'Storage free',
      streambus_storage_used_bytes: 'Storage used',
    },
    shared: [],
  },
};
