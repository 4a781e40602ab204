// How single replicas do: their status, clocks, versions, standbys and configuration.

import { vsr } from '../../../catalogues/vsr.js';
import { alert } from '../../alert.js';
import { above, differs, either, equals } from '../../conditions.js';
import { series } from '../../scenarios.js';
import {
  absolute,
  count,
  increase,
  latest,
  max,
  min,
  minus,
  quantile,
  rate,
  sum,
} from '../../vectors.js';
import { looks } from '../looks.js';
import type { VsrBuilding } from './thresholds.js';

const { families: f } = vsr;

export const memberAlerts = {
  VsrReplicaNotNormal: () =>
    alert({
      when: differs(latest(f.replicaStatus), 0),
      severity: 'warning',
      for: '10m',
      summary: ({ labels }) => `Replica ${labels.replica_id} does not become normal`,
      description: ({ value }) =>
        `Its status has been ${value.whole} for ten minutes (1 view change, 2 recovering, 3 state transfer).`,
      why: 'The largest bound of the histograms of recovery and state transfer is a minute; ten are more than any of them takes.',
      runbook: {
        meaning: 'A replica is stuck in a view change, a recovery or a state transfer.',
        impact: 'One less to spare.',
        usersNotice: 'Not, as long as the others are a quorum.',
        look: [
          { what: 'Status', query: latest(f.replicaStatus) },
          {
            what: 'How long state transfers take',
            query: quantile(0.5, f.stateTransferLatency, '1h', { by: ['replica_id'] }),
          },
          { what: 'Repairs by outcome', query: sum(rate(f.repairs, '5m'), 'replica_id', 'status') },
          looks.top,
        ],
        causes: [
          'Nobody answers its questions: the others are down or cut off.',
          'A state that is too large for its network.',
          'A damaged disk.',
        ],
        remedies: [
          'Look at the replicas that should answer it.',
          'Restart it; with a damaged log it asks for everything again.',
        ],
        over: 'vsr_replica_status is 0.',
      },
      panel: { dashboard: 'vsr-replica', panel: 'Status' },
      scenarios: {
        firing: {
          series: [series(f.replicaStatus, { replica_id: '2' }, '3x60')],
          at: '12m',
          fires: [{ labels: { replica_id: '2' }, value: 3 }],
        },
        quiet: {
          series: [series(f.replicaStatus, { replica_id: '2' }, '2x20 3x10 0x40')],
          at: '12m',
        },
      },
    }),

  VsrClockOffset: ({ thresholds: t }: VsrBuilding) =>
    alert({
      when: above(absolute(latest(f.clockOffset)), t.clockOffsetMs),
      severity: 'warning',
      for: '5m',
      summary: ({ labels }) => `The clock of replica ${labels.replica_id} is wrong`,
      description: ({ labels, value }) =>
        `The clock of replica ${labels.replica_id} is ${value.whole} ms away from the leader's.`,
      why: 'Half of the 500 ms that databases tolerate. An offset can have either sign.',
      runbook: {
        meaning: 'The clock of a replica and that of the leader differ.',
        impact: 'Leases and timestamps are wrong by so much; beyond the limit a leader abdicates.',
        usersNotice: 'When the limit is reached, or when times are compared.',
        look: [
          { what: 'Offsets of all', query: latest(f.clockOffset) },
          { what: 'Samples that failed', query: increase(f.clockSyncErrors, '10m') },
          looks.clock,
        ],
        causes: [
          'NTP does not run or has no server.',
          'A virtual machine was paused or moved.',
          'If all but one are off by the same: it is the clock of the leader.',
        ],
        remedies: [
          'Start chrony or systemd-timesyncd.',
          'Let it slew; do not set the clock in one step while the replica leads.',
        ],
        over: 'vsr_clock_offset_ms is near 0.',
      },
      panel: { dashboard: 'vsr-replica', panel: 'Clock offset' },
      scenarios: {
        firing: {
          series: [
            series(f.clockOffset, { replica_id: '1' }, '-400x40'),
            series(f.clockOffset, { replica_id: '2' }, '3x40'),
          ],
          at: '8m',
          fires: [{ labels: { replica_id: '1' }, value: 400 }],
        },
        quiet: { series: [series(f.clockOffset, { replica_id: '1' }, '-20x40')], at: '8m' },
      },
    }),

  VsrClockSyncFailing: ({ thresholds: t }: VsrBuilding) =>
    alert({
      when: above(increase(f.clockSyncErrors, '10m'), t.clockErrors),
      severity: 'warning',
      for: '10m',
      summary: ({ labels }) => `Replica ${labels.replica_id} cannot compare its clock`,
      description: ({ value }) => `${value.whole} attempts failed in the last 10 minutes.`,
      why: 'Single samples are lost with their message; more than five in ten minutes, twice in a row, are no accident.',
      runbook: {
        meaning: 'A replica gets no samples of the clocks of a majority.',
        impact: 'It does not know how wrong its clock is, and may give up leading.',
        usersNotice: 'Not yet.',
        look: [
          { what: 'Failures', query: increase(f.clockSyncErrors, '10m') },
          { what: 'Samples', query: rate(f.clockSamples, '5m') },
          looks.clock,
        ],
        causes: [
          'Round trips are too long or uneven.',
          'Clocks that contradict each other.',
          'It is cut off.',
        ],
        remedies: ['Look at the network first (VsrSlowRoundTrips), then at NTP.'],
        over: 'vsr_clock_sync_errors_total no longer grows.',
      },
      panel: { dashboard: 'vsr-replica', panel: 'Clock offset' },
      scenarios: {
        firing: {
          series: [series(f.clockSyncErrors, { replica_id: '1' }, '0+1x100')],
          at: '24m',
          fires: [{ labels: { replica_id: '1' }, value: 40 }],
        },
        quiet: { series: [series(f.clockSyncErrors, { replica_id: '1' }, '0x40 3x60')], at: '24m' },
      },
    }),

  VsrVersionMismatch: () =>
    alert({
      when: either(
        above(minus(max(latest(f.clusterVersionMajor)), min(latest(f.clusterVersionMajor))), 0),
        above(minus(max(latest(f.clusterVersionMinor)), min(latest(f.clusterVersionMinor))), 0),
      ),
      severity: 'warning',
      for: '4h',
      summary: 'Replicas have different versions',
      description: ({ value }) => `Versions differ by ${value.whole}, and have for four hours.`,
      why: 'A rolling upgrade takes minutes, or an hour when somebody watches it: after four it was forgotten or has failed.',
      runbook: {
        meaning: 'An upgrade began and did not end.',
        impact: 'New features stay off; every further upgrade is riskier.',
        usersNotice: 'Not.',
        look: [
          { what: 'Major version of each', query: latest(f.clusterVersionMajor) },
          { what: 'Minor version of each', query: latest(f.clusterVersionMinor) },
          { what: 'How many of each', query: count(latest(f.clusterVersionMinor)) },
        ],
        causes: ['A rolling upgrade stopped half-way.', 'A replica was started from an old image.'],
        remedies: [
          'Go on with the upgrade, one replica at a time, the leader last.',
          'Or go back.',
        ],
        over: 'All replicas show the same version.',
      },
      panel: { dashboard: 'vsr-overview', panel: 'Version' },
      scenarios: {
        firing: {
          series: [
            series(f.clusterVersionMajor, { replica_id: '0' }, '1x1200'),
            series(f.clusterVersionMajor, { replica_id: '1' }, '1x1200'),
            series(f.clusterVersionMinor, { replica_id: '0' }, '4x1200'),
            series(f.clusterVersionMinor, { replica_id: '1' }, '5x1200'),
          ],
          at: '270m',
          fires: [{ labels: {}, value: 1 }],
        },
        // A rolling upgrade of two hours.
        quiet: {
          series: [
            series(f.clusterVersionMinor, { replica_id: '0' }, '4x480 5x720'),
            series(f.clusterVersionMinor, { replica_id: '1' }, '5x1200'),
          ],
          at: '270m',
        },
      },
    }),

  VsrReconfigurationStuck: () =>
    alert({
      when: equals(latest(f.reconfigState), 1),
      severity: 'warning',
      for: '10m',
      summary: ({ labels }) => `Replica ${labels.replica_id} is stuck between two configurations`,
      description: 'The cluster has been in a joint configuration for ten minutes.',
      why: 'Joint consensus ends with one more operation, once the new replicas have caught up.',
      runbook: {
        meaning:
          'A reconfiguration began, and both groups have to agree to everything until it ends.',
        impact: 'The failure of either group stops the cluster.',
        usersNotice: 'Not yet.',
        look: [
          { what: 'Configuration of each', query: latest(f.reconfigState) },
          { what: 'How far new replicas are', query: latest(f.commitNumber) },
          looks.top,
        ],
        causes: [
          'A replica of the new group is down or far behind.',
          'The leader failed in between.',
        ],
        remedies: ['Start the replicas of the new group and wait until they have caught up.'],
        over: 'vsr_reconfig_state is 0 everywhere.',
      },
      panel: { dashboard: 'vsr-overview', panel: 'Configuration' },
      scenarios: {
        firing: {
          series: [series(f.reconfigState, { replica_id: '0' }, '1x60')],
          at: '12m',
          fires: [{ labels: { replica_id: '0' }, value: 1 }],
        },
        quiet: {
          series: [series(f.reconfigState, { replica_id: '0' }, '0x10 1x4 0x60')],
          at: '12m',
        },
      },
    }),

  VsrStandbyUnhealthy: () =>
    alert({
      // A replica that is cut off knows no healthy standby: the one that knows most of them counts.
      when: above(min(minus(latest(f.standbyCount), latest(f.standbyHealthyCount))), 0),
      severity: 'warning',
      for: '10m',
      summary: 'Standbys are not healthy',
      description: ({ value }) => `${value.whole} standbys are not healthy, as every replica says.`,
      why: 'A standby that restarts is back within ten minutes.',
      runbook: {
        meaning: 'A standby that is registered does not follow the log.',
        impact: 'It cannot be promoted when a replica is lost.',
        usersNotice: 'Not.',
        look: [
          {
            what: 'Standbys and those that are healthy',
            query: minus(latest(f.standbyCount), latest(f.standbyHealthyCount)),
          },
          { what: 'How far each is behind', query: latest(f.standbyLag) },
          looks.top,
        ],
        causes: ['The standby is down.', 'It cannot keep up.'],
        remedies: ['Start it.', 'Replace it and take the old one off the roster.'],
        over: 'vsr_standby_healthy_count equals vsr_standby_count.',
      },
      panel: { dashboard: 'vsr-overview', panel: 'Standbys' },
      scenarios: {
        firing: {
          series: [
            series(f.standbyCount, { replica_id: '0' }, '2x60'),
            series(f.standbyHealthyCount, { replica_id: '0' }, '1x60'),
          ],
          at: '12m',
          fires: [{ labels: {}, value: 1 }],
        },
        quiet: {
          series: [
            series(f.standbyCount, { replica_id: '0' }, '2x60'),
            series(f.standbyHealthyCount, { replica_id: '0' }, '2x60'),
            // Replica 1 is cut off.
            series(f.standbyCount, { replica_id: '1' }, '2x60'),
            series(f.standbyHealthyCount, { replica_id: '1' }, '0x60'),
          ],
          at: '12m',
        },
      },
    }),

  VsrStandbyLag: ({ thresholds: t }: VsrBuilding) =>
    alert({
      when: above(latest(f.standbyLag), t.standbyLag),
      severity: 'warning',
      for: '10m',
      summary: ({ labels }) => `Standby ${labels.standby_id} is behind`,
      description: ({ value }) => `It is ${value.whole} operations behind the cluster.`,
      why: 'As for replicas; a standby has no vote, so there is more time.',
      runbook: {
        meaning: 'A standby does not keep up.',
        impact: 'A promotion would have to wait for it.',
        usersNotice: 'Not.',
        look: [{ what: 'How far each standby is behind', query: latest(f.standbyLag) }, looks.top],
        causes: ['A slow disk or network.', 'It has just been added.'],
        remedies: [
          'Wait when it has just been added.',
          'Compare its disk and network with those of replicas.',
        ],
        over: 'vsr_standby_lag_operations is near 0.',
      },
      panel: { dashboard: 'vsr-overview', panel: 'Standbys' },
      scenarios: {
        firing: {
          series: [series(f.standbyLag, { replica_id: '0', standby_id: '3' }, '4000x60')],
          at: '12m',
          fires: [{ labels: { replica_id: '0', standby_id: '3' }, value: 4000 }],
        },
        quiet: {
          series: [series(f.standbyLag, { replica_id: '0', standby_id: '3' }, '4000x10 5x60')],
          at: '12m',
        },
      },
    }),

  VsrSessionsEvicted: () =>
    alert({
      when: above(increase(f.clientSessionsEvicted, '1h'), 0),
      severity: 'info',
      for: '0s',
      summary: ({ labels }) => `Replica ${labels.replica_id} evicts sessions of clients`,
      description: ({ value }) => `${value.whole} sessions made room for others in the last hour.`,
      why: 'One is enough: an evicted client that asks again is refused, so that the table should be larger.',
      runbook: {
        meaning: 'There are more clients than the client table has room for.',
        impact: 'Clients that come back after a while get errors.',
        usersNotice: 'Those clients.',
        look: [
          { what: 'Evictions', query: increase(f.clientSessionsEvicted, '1h') },
          { what: 'Sessions', query: latest(f.clientSessionsActive) },
        ],
        causes: ['More clients than planned.', 'Clients that open a session for every request.'],
        remedies: ['Let clients keep their sessions.', 'Make the client table larger.'],
        over: 'vsr_client_sessions_evicted_total no longer grows.',
      },
      panel: { dashboard: 'vsr-replica', panel: 'Sessions' },
      scenarios: {
        firing: {
          series: [series(f.clientSessionsEvicted, { replica_id: '0' }, '0x100 4x200')],
          at: '1h',
          fires: [{ labels: { replica_id: '0' }, value: 4 }],
        },
        quiet: {
          series: [series(f.clientSessionsEvicted, { replica_id: '0' }, '4x300')],
          at: '1h',
        },
      },
    }),
};
