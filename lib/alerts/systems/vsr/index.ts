// Alerts and recordings of a VSR cluster:
//
//   import { vsrAlerts } from 'vsr-metrics/alerts/vsr';

import { defineAlerts, groupsOf } from '../../define.js';
import { latencyAlerts } from './latency.js';
import { memberAlerts } from './members.js';
import { quorumAlerts } from './quorum.js';
import { recordings } from './recordings.js';
import { storageAlerts } from './storage.js';
import { thresholds } from './thresholds.js';

/** The alerts of the VSR instrumentation document, and those that a consensus database needs besides. */
export const vsrAlerts = defineAlerts({
  system: 'vsr',
  title: 'VSR',
  job: 'vsr.*',
  groups: groupsOf('vsr'),
  thresholds,
  alerts: { ...quorumAlerts, ...latencyAlerts, ...storageAlerts, ...memberAlerts },
  recordings,
});
