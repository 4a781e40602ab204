// Whether logs, disks and memory are sound, and whether replicas keep up.

import { vsr } from '../../../catalogues/vsr.js';
import { alert } from '../../alert.js';
import { above, both, either, equals } from '../../conditions.js';
import { series } from '../../scenarios.js';
import {
  below,
  delta,
  increase,
  latest,
  max,
  predicted,
  rate,
  sinceStart,
  slope,
  sum,
  where,
} from '../../vectors.js';
import { looks } from '../looks.js';
import { newestLeader } from './quorum.js';
import type { VsrBuilding } from './thresholds.js';

const { families: f } = vsr;

export const storageAlerts = {
  VsrLogCorruption: () =>
    alert({
      when: above(sum(increase(f.checksumFailures, '5m'), 'replica_id', 'component'), 0),
      severity: 'critical',
      priority: 'P0',
      for: '0s',
      keepFiringFor: '15m',
      summary: ({ labels }) => `Corrupt ${labels.component} on replica ${labels.replica_id}`,
      description: ({ labels }) =>
        `Checksums of the ${labels.component} of replica ${labels.replica_id} failed in the last 5 minutes.`,
      why: 'One is enough: no correct disk returns something else than what was written. It goes on firing for 15 minutes, so that nobody misses it.',
      runbook: {
        meaning: 'The replica read something from its disk that it did not write.',
        impact:
          'The replica repairs the entry from the others, and does not vote until it can. Nothing is lost as long as a majority of the others is intact.',
        usersNotice: 'Not, unless a second replica has the same entry corrupted.',
        look: [
          {
            what: 'Which part of which replica',
            query: sum(increase(f.checksumFailures, '1h'), 'replica_id', 'component'),
          },
          {
            what: 'Repairs that succeed and fail',
            query: sum(increase(f.repairs, '15m'), 'replica_id', 'status'),
          },
          { what: 'What the scrubber found', query: increase(f.scrubCorruptionsDetected, '1h') },
          looks.kernel,
        ],
        causes: [
          'A disk that fails.',
          'A torn write after a loss of power.',
          'Something else wrote into the files.',
        ],
        remedies: [
          'Let the repair finish: vsr_repairs_total{status="success"} grows.',
          'Do not stop other replicas until it has.',
          'Replace the disk when it happens again; start the replica with an empty one, one replica at a time.',
        ],
        over: 'Checksums no longer fail and the replica is in status normal.',
      },
      panel: { dashboard: 'vsr-overview', panel: 'Corruption' },
      original: {
        name: 'Log Corruption',
        expression: 'vsr_checksum_failures_total > 0',
        problem:
          'a counter never goes back, so that it would fire until the replica restarts; VsrLogCorruptionSeen does that, and wakes nobody.',
      },
      scenarios: {
        firing: {
          series: [series(f.checksumFailures, { replica_id: '1', component: 'log' }, '0x8 1x20')],
          at: '3m',
          fires: [{ labels: { replica_id: '1', component: 'log' }, value: 1 }],
        },
        quiet: {
          series: [series(f.checksumFailures, { replica_id: '1', component: 'log' }, '3x20')],
          at: '3m',
        },
      },
    }),

  VsrLogCorruptionSeen: () =>
    alert({
      when: above(sinceStart(f.checksumFailures), 0),
      severity: 'info',
      for: '0s',
      summary: ({ labels }) => `Replica ${labels.replica_id} has found corruption since it started`,
      description: ({ labels, value }) =>
        `${value.whole} checksums of the ${labels.component} of replica ${labels.replica_id} have failed since its start.`,
      allows: ['bare-counter'],
      why: 'It stays until the replica restarts, so that a disk that was bad once is not forgotten.',
      runbook: {
        meaning: 'There was corruption at some time since the start of the replica.',
        impact: 'None now; the disk is not to be trusted.',
        usersNotice: 'Not.',
        look: [
          {
            what: 'When it was',
            query: sum(increase(f.checksumFailures, '1h'), 'replica_id', 'component'),
          },
          looks.kernel,
        ],
        causes: ['See VsrLogCorruption.'],
        remedies: [
          'Check the disk; replace it when in doubt.',
          'Restart the replica when that is done.',
        ],
        over: 'The replica was restarted.',
      },
      panel: { dashboard: 'vsr-overview', panel: 'Corruption' },
      original: {
        name: 'Log Corruption',
        expression: 'vsr_checksum_failures_total > 0',
        problem: 'as it is, but it wakes nobody: VsrLogCorruption does.',
      },
      scenarios: {
        firing: {
          series: [
            series(f.checksumFailures, { replica_id: '1', component: 'superblock' }, '2x20'),
          ],
          at: '3m',
          fires: [{ labels: { replica_id: '1', component: 'superblock' }, value: 2 }],
        },
        quiet: {
          series: [series(f.checksumFailures, { replica_id: '1', component: 'log' }, '0x20')],
          at: '3m',
        },
      },
    }),

  VsrScrubberFoundCorruption: () =>
    alert({
      when: above(increase(f.scrubCorruptionsDetected, '15m'), 0),
      severity: 'warning',
      for: '0s',
      keepFiringFor: '15m',
      summary: ({ labels }) => `The scrubber of replica ${labels.replica_id} found corruption`,
      description: ({ value }) =>
        `${value.whole} entries in the last 15 minutes did not have their checksums.`,
      why: 'One is enough, and it was found before anybody needed the entry: there is time.',
      runbook: {
        meaning: 'Reading the log in the background found entries that have rotted.',
        impact: 'They are repaired from the others.',
        usersNotice: 'Not.',
        look: [
          { what: 'What was found', query: increase(f.scrubCorruptionsDetected, '1h') },
          { what: 'Repairs', query: sum(increase(f.repairs, '1h'), 'replica_id', 'status') },
          looks.kernel,
        ],
        causes: ['A disk that rots or fails.'],
        remedies: ['Wait for the repairs.', 'Replace the disk when it happens again.'],
        over: 'A whole tour of the scrubber (vsr_scrub_tours_completed_total) finds nothing.',
      },
      panel: { dashboard: 'vsr-replica', panel: 'Scrubber' },
      scenarios: {
        firing: {
          series: [series(f.scrubCorruptionsDetected, { replica_id: '2' }, '0x20 3x80')],
          at: '15m',
          fires: [{ labels: { replica_id: '2' }, value: 3 }],
        },
        quiet: {
          series: [series(f.scrubCorruptionsDetected, { replica_id: '2' }, '3x100')],
          at: '15m',
        },
      },
    }),

  VsrMemoryLeak: ({ thresholds: t }: VsrBuilding) =>
    alert({
      when: both(
        above(predicted(f.memoryUsed, '1h', '4h'), t.memoryBytes),
        above(slope(f.memoryUsed, '1h'), t.memoryBytesPerSecond),
      ),
      severity: 'critical',
      for: '30m',
      summary: ({ labels }) => `Replica ${labels.replica_id} will run out of memory`,
      description: ({ labels }) =>
        `The memory of replica ${labels.replica_id} has grown for an hour and will reach its limit within four.`,
      why: 'An hour of growth and half an hour more is no cache that fills. Four hours are enough to act in, and few enough to be woken for.',
      runbook: {
        meaning: 'Memory grows as a straight line that ends at the limit.',
        impact:
          'The replica will be killed. If all have the same leak, all will, at about the same time.',
        usersNotice: 'In up to four hours; then as a lost quorum.',
        look: [
          { what: 'Memory of all replicas', query: latest(f.memoryUsed) },
          { what: 'How fast it grows', query: slope(f.memoryUsed, '1h') },
          {
            what: 'Where it is made',
            query: sum(rate(f.allocatedBytes, '5m'), 'replica_id', 'site'),
          },
          looks.memory,
        ],
        causes: [
          'A leak.',
          'A queue that grows because something behind it is slow.',
          'A log that is kept in memory and not cut.',
        ],
        remedies: [
          'Take a heap snapshot of one backup.',
          'Restart the replicas one after the other, the leader last, before they are killed together.',
        ],
        over: 'vsr_memory_used_bytes no longer grows.',
      },
      panel: { dashboard: 'vsr-resources', panel: 'Memory' },
      original: {
        name: 'Memory Leak',
        expression: 'vsr_memory_used_bytes growing unbounded',
        problem: 'that is no expression: there is neither a slope nor a window nor a limit.',
      },
      scenarios: {
        firing: {
          // 100 KiB a second, so that 1 GiB becomes 2 GiB in three hours.
          series: [series(f.memoryUsed, { replica_id: '0' }, '1073741824+1536000x600')],
          at: '2h',
          fires: [{ labels: { replica_id: '0' }, value: 3_284_992_000 }],
        },
        quiet: {
          series: [series(f.memoryUsed, { replica_id: '0' }, '1073741824+15360x600')],
          at: '2h',
        },
      },
    }),

  VsrMemoryGrowing: ({ thresholds: t }: VsrBuilding) =>
    alert({
      when: above(slope(f.memoryUsed, '1h'), t.memoryBytesPerSecond),
      severity: 'warning',
      for: '30m',
      summary: ({ labels }) => `The memory of replica ${labels.replica_id} grows`,
      description: ({ value }) => `It has grown by ${value.whole} bytes per second for an hour.`,
      why: '16 KiB a second for an hour and a half are 80 MiB: a heap that breathes comes back before.',
      runbook: {
        meaning: 'Memory has grown for more than an hour, though its limit may be far.',
        impact: 'None yet.',
        usersNotice: 'Not, until VsrMemoryLeak fires.',
        look: [
          { what: 'Memory', query: latest(f.memoryUsed) },
          { what: 'Size of the log', query: latest(f.logSize) },
          { what: 'Sessions', query: latest(f.clientSessionsActive) },
        ],
        causes: ['More clients or a larger state: that is no leak.', 'A leak.'],
        remedies: [
          'Compare with the size of log and state.',
          'Take two heap snapshots an hour apart and compare them.',
        ],
        over: 'It no longer grows.',
      },
      panel: { dashboard: 'vsr-resources', panel: 'Memory' },
      scenarios: {
        firing: {
          series: [series(f.memoryUsed, { replica_id: '0' }, '104857600+307200x600')],
          at: '2h',
          fires: [{ labels: { replica_id: '0' }, value: 20480 }],
        },
        // A heap that breathes.
        quiet: {
          series: [
            series(f.memoryUsed, { replica_id: '0' }, '1e8+1e6x200 1e8+1e6x200 1e8+1e6x200'),
          ],
          at: '2h',
        },
      },
    }),

  VsrReplicaLag: ({ thresholds: t }: VsrBuilding) =>
    alert({
      when: either(
        above(latest(f.replicaLag), t.replicaLag),
        above(below(max(latest(f.commitNumber)), latest(f.commitNumber)), t.replicaLag),
      ),
      severity: 'warning',
      for: '5m',
      summary: ({ labels }) => `Replica ${labels.replica_id} is behind`,
      description: ({ labels, value }) =>
        `Replica ${labels.replica_id} is ${value.whole} operations behind.`,
      why: 'The document says 1000. A burst or a restart is made up for within five minutes.',
      runbook: {
        meaning: 'A replica has committed fewer operations than the one that has committed most.',
        impact:
          'If the leader fails now, an election may have to wait for it. Its disk holds less that could help others.',
        usersNotice: 'Not, as long as a quorum keeps up.',
        look: [
          {
            what: 'How far each is behind',
            query: below(max(latest(f.commitNumber)), latest(f.commitNumber)),
          },
          { what: 'Which status each has', query: latest(f.replicaStatus) },
          { what: 'Its processor', query: latest(f.cpuUtilization) },
          looks.top,
        ],
        causes: [
          'A slow disk or processor.',
          'A network that loses messages: it repairs all the time.',
          'It is cut off and does not know it.',
        ],
        remedies: [
          'Compare its disk and processor with those of the others.',
          'If it cannot catch up, stop the load or restart it, so that it asks for a state transfer.',
        ],
        over: 'vsr_replica_lag_operations is near 0 and all have about the same vsr_commit_number.',
      },
      panel: { dashboard: 'vsr-overview', panel: 'Replica lag' },
      original: {
        name: 'Replica Lag',
        expression: 'vsr_replica_lag_operations > 1000',
        problem:
          'a replica that is cut off shows no lag of its own: the commits of the others show it.',
      },
      scenarios: {
        firing: {
          series: [
            series(f.replicaLag, { replica_id: '1' }, '1500x40'),
            series(f.replicaLag, { replica_id: '2' }, '0x40'),
            // Replica 2 is cut off: its own lag is 0.
            series(f.commitNumber, { replica_id: '0' }, '50000x40'),
            series(f.commitNumber, { replica_id: '1' }, '48500x40'),
            series(f.commitNumber, { replica_id: '2' }, '40000x40'),
          ],
          at: '8m',
          fires: [
            { labels: { replica_id: '1' }, value: 1500 },
            { labels: { replica_id: '2' }, value: 10_000 },
          ],
        },
        quiet: {
          series: [
            series(f.replicaLag, { replica_id: '1' }, '5000x10 900x40'),
            series(f.commitNumber, { replica_id: '0' }, '50000x50'),
            series(f.commitNumber, { replica_id: '1' }, '45000x10 49100x40'),
          ],
          at: '8m',
        },
      },
    }),

  VsrRepairStorm: ({ thresholds: t }: VsrBuilding) =>
    alert({
      when: above(sum(rate(f.repairs, '1m'), 'replica_id'), t.repairsPerSecond),
      severity: 'warning',
      for: '1m',
      summary: ({ labels }) => `Replica ${labels.replica_id} repairs all the time`,
      description: ({ value }) => `${value.whole} log entries per second are repaired.`,
      why: 'The document says 100 per second.',
      runbook: {
        meaning: 'A replica misses so many entries that it asks others for them all the time.',
        impact: 'Repairs take bandwidth and disk from normal work.',
        usersNotice: 'As latency, when it lasts.',
        look: [
          { what: 'Repairs by outcome', query: sum(rate(f.repairs, '5m'), 'replica_id', 'status') },
          { what: 'Credits that are left', query: latest(f.repairBudgetAvailable) },
          { what: 'How long a repair takes', query: latest(f.repairEwmaLatency) },
          looks.sockets,
        ],
        causes: [
          'The network loses messages.',
          'The replica was away and catches up.',
          'Its disk rots.',
        ],
        remedies: ['Look at losses of its network.', 'If it catches up, wait.'],
        over: 'vsr_repairs_total grows slowly or not at all.',
      },
      panel: { dashboard: 'vsr-replica', panel: 'Repairs' },
      original: {
        name: 'Repair Storm',
        expression: 'rate(vsr_repairs_total[1m]) > 100',
        problem: 'successes and failures are added up.',
      },
      scenarios: {
        firing: {
          series: [
            series(f.repairs, { replica_id: '1', status: 'success' }, '0+1500x20'),
            series(f.repairs, { replica_id: '1', status: 'failure' }, '0+300x20'),
          ],
          at: '3m',
          fires: [{ labels: { replica_id: '1' }, value: 120 }],
        },
        quiet: {
          series: [series(f.repairs, { replica_id: '1', status: 'success' }, '0+1200x20')],
          at: '3m',
        },
      },
    }),

  VsrRepairsFailing: () =>
    alert({
      when: above(sum(increase(where(f.repairs, { status: 'failure' }), '10m'), 'replica_id'), 0),
      severity: 'warning',
      for: '10m',
      summary: ({ labels }) => `Repairs of replica ${labels.replica_id} fail`,
      description: ({ value }) => `${value.whole} repairs failed in the last 10 minutes.`,
      why: 'A repair that was overtaken by another answer counts once; ten minutes of failures mean that nobody has the entry.',
      runbook: {
        meaning: 'Entries that are missing cannot be had from any other replica.',
        impact:
          'The replica does not vote, or is behind. If nobody has an entry that was acknowledged, it is lost.',
        usersNotice: 'If the cluster waits for it: at once.',
        look: [
          {
            what: 'Repairs by outcome',
            query: sum(increase(f.repairs, '15m'), 'replica_id', 'status'),
          },
          {
            what: 'Checksums that failed',
            query: sum(increase(f.checksumFailures, '1h'), 'replica_id', 'component'),
          },
          { what: 'Status', query: latest(f.replicaStatus) },
        ],
        causes: [
          'The replicas that have the entries are down.',
          'The same entry is corrupt on several disks.',
        ],
        remedies: ['Start all replicas that have intact disks.', 'Do not wipe any disk.'],
        over: 'Repairs succeed and the replica is in status normal.',
      },
      panel: { dashboard: 'vsr-replica', panel: 'Repairs' },
      scenarios: {
        firing: {
          series: [series(f.repairs, { replica_id: '1', status: 'failure' }, '0+1x100')],
          at: '22m',
          fires: [{ labels: { replica_id: '1' }, value: 40 }],
        },
        quiet: {
          series: [series(f.repairs, { replica_id: '1', status: 'failure' }, '0x20 2x80')],
          at: '22m',
        },
      },
    }),

  VsrHighByzantineRejectionRate: ({ thresholds: t }: VsrBuilding) =>
    alert({
      when: above(sum(rate(f.byzantineRejections, '1m'), 'replica_id'), t.rejectionsPerSecond),
      severity: 'warning',
      for: '1m',
      summary: ({ labels }) =>
        `Replica ${labels.replica_id} rejects messages that no correct replica sends`,
      description: ({ value }) => `${value.whole} messages per second are rejected.`,
      why: 'The document says 10 per second.',
      runbook: {
        meaning: 'Somebody sends messages that contradict the protocol.',
        impact:
          'None, as long as they are rejected: but one replica is broken or not what it says.',
        usersNotice: 'Not.',
        look: [
          {
            what: 'Why they are rejected',
            query: sum(rate(f.byzantineRejections, '5m'), 'replica_id', 'reason'),
          },
          { what: 'Which version each has', query: latest(f.clusterVersionMajor) },
          looks.sockets,
        ],
        causes: [
          'A replica of another version.',
          'Corrupt memory.',
          'A replica of another cluster that was configured wrongly.',
          'An attack.',
        ],
        remedies: [
          'The reason tells: signature and unknown_sender mean somebody from outside, the others a replica that is broken.',
          'Stop the replica that sends them.',
        ],
        over: 'vsr_byzantine_rejections_total no longer grows.',
      },
      panel: { dashboard: 'vsr-overview', panel: 'Rejected messages' },
      original: {
        name: 'High Byzantine Rejection Rate',
        expression: 'rate(vsr_byzantine_rejections_total[1m]) > 10',
        problem: 'all reasons are added up.',
      },
      scenarios: {
        firing: {
          series: [
            series(f.byzantineRejections, { replica_id: '0', reason: 'signature' }, '0+120x20'),
            series(f.byzantineRejections, { replica_id: '0', reason: 'replay' }, '0+60x20'),
          ],
          at: '3m',
          fires: [{ labels: { replica_id: '0' }, value: 12 }],
        },
        quiet: {
          series: [series(f.byzantineRejections, { replica_id: '0', reason: 'replay' }, '0+30x20')],
          at: '3m',
        },
      },
    }),

  VsrCommitsStalled: () =>
    alert({
      when: both(
        above(latest(f.pendingRequests), 0),
        above(latest(f.opNumber), latest(f.commitNumber)),
        equals(delta(f.commitNumber, '5m'), 0),
        newestLeader,
      ),
      severity: 'critical',
      for: '1m',
      summary: ({ labels }) =>
        `Replica ${labels.replica_id} has committed nothing for five minutes`,
      description: ({ value }) => `${value.whole} requests wait, and nothing is committed.`,
      why: 'Whatever the reason: requests that wait for five minutes are lost to their clients.',
      runbook: {
        meaning:
          'Requests wait and no operation is committed: a full disk, a lost quorum, a leader that hangs.',
        impact: 'Writes stop.',
        usersNotice: 'At once.',
        look: [
          { what: 'Commits', query: delta(f.commitNumber, '5m') },
          { what: 'Votes', query: latest(f.prepareOkVotes) },
          { what: 'Requests that wait', query: latest(f.pendingRequests) },
          looks.disk,
          looks.kernel,
        ],
        causes: [
          'The disks of a majority are full or read-only.',
          'Lost quorum: see VsrQuorumLost.',
          'The leader hangs.',
        ],
        remedies: [
          'Make room on the disks; nothing is lost.',
          'Stop a leader that hangs: others elect another.',
        ],
        over: 'vsr_commit_number grows.',
      },
      panel: { dashboard: 'vsr-overview', panel: 'Operations per second' },
      scenarios: {
        firing: {
          series: [
            series(f.viewNumber, { replica_id: '0' }, '7x60'),
            series(f.prepareOkVotes, { replica_id: '0' }, '1x60'),
            series(f.pendingRequests, { replica_id: '0' }, '12x60'),
            series(f.opNumber, { replica_id: '0' }, '500x60'),
            series(f.commitNumber, { replica_id: '0' }, '480x60'),
          ],
          at: '8m',
          fires: [{ labels: { replica_id: '0' }, value: 12 }],
        },
        quiet: {
          series: [
            series(f.viewNumber, { replica_id: '0' }, '7x60'),
            series(f.prepareOkVotes, { replica_id: '0' }, '1x60'),
            series(f.pendingRequests, { replica_id: '0' }, '12x60'),
            series(f.opNumber, { replica_id: '0' }, '500+20x60'),
            series(f.commitNumber, { replica_id: '0' }, '480+20x60'),
          ],
          at: '8m',
        },
      },
    }),
};
