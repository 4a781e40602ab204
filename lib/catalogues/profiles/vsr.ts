import type { Profile } from '../cluster/profile.js';

export const vsrProfile: Profile = {
  name: 'vsr',
  members: {
    member: 'replica',
    label: 'replica_id',
    anchors: ['vsr_replica_status', 'vsr_view_number'],
    status: {
      gauge: 'vsr_replica_status',
      values: [
        ['normal', 'good'],
        ['view_change', 'warn'],
        ['recovering', 'warn'],
        ['state_transfer', 'warn'],
      ],
    },
    term: { title: 'view', gauge: 'vsr_view_number' },
    leader: {
      named: 'kmb_consensus_leader',
      leaderOnly: 'vsr_prepare_ok_votes',
      roundRobin: true,
    },
    position: 'vsr_commit_number',
    op: 'vsr_op_number',
    ownLag: 'vsr_replica_lag_operations',
    size: 'vsr_cluster_size',
    quorum: 'vsr_quorum_size',
    standbys: { family: 'vsr_standby_lag_operations', label: 'standby_id' },
    pulse: 'vsr_messages_sent_total',
    word: {
      family: 'vsr_messages_received_total',
      label: 'message_type',
      fromLeader: ['Prepare', 'Commit', 'Heartbeat', 'StartView'],
      // A leader that nobody asks anything gets no PrepareOk, but answers to its pings.
      fromFollowers: ['Pong'],
    },
  },
  page: {
    columns: [
      { title: 'ops', name: 'vsr_operations_total', as: 'rate' },
      { title: 'op', name: 'vsr_op_number', as: 'whole' },
      { title: 'commit', name: 'vsr_commit_number', as: 'whole' },
      { title: 'votes', name: 'vsr_prepare_ok_votes', as: 'whole', isLeadersOnly: true },
      { title: 'p99 prepare', name: 'vsr_prepare_latency_ms', as: 'p99', isLeadersOnly: true },
      { title: 'CPU', name: 'vsr_cpu_utilization_percent', as: 'quantity' },
      { title: 'memory', name: 'vsr_memory_used_bytes', as: 'quantity' },
      { title: 'rejected', name: 'vsr_byzantine_rejections_total', as: 'whole', isAlarming: true },
      { title: 'bad sums', name: 'vsr_checksum_failures_total', as: 'whole', isAlarming: true },
    ],
    changes: [{ name: 'vsr_reconfig_state', what: 'configuration', words: ['stable', 'joint'] }],
    foremost: {
      throughput: ['vsr_operations_total'],
      latency: ['vsr_client_latency_ms', 'vsr_prepare_latency_ms'],
      state: ['vsr_replica_lag_operations'],
      processor: ['vsr_cpu_utilization_percent'],
      memory: ['vsr_memory_used_bytes'],
    },
    titles: { vsr_replica_lag_operations: 'Replica lag' },
    shared: ['vsr_operations_total', 'vsr_bytes_written_total'],
  },
};
