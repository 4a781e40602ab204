// How a cluster does whose metrics these are:
//
//   import { createClusterWatch } from 'vsr-metrics/cluster';
//
//   createClusterWatch({ members: 3 }).observe(registry.snapshot())?.message;

export { whyOf } from './assess.js';
export type { Cluster, Member, Role } from './cluster.js';
export { type ConsensusSource, consensusSource, type SharedMetrics } from './consensus-source.js';
export type { State } from './profile.js';
export type { Part, WriterState } from './readings.js';
export { type ClusterOptions, type ClusterWatch, createClusterWatch } from './watch.js';
