// Whether the cluster has a leader and a quorum.

import { vsr } from '../../../catalogues/vsr.js';
import { alert } from '../../alert.js';
import {
  above,
  absent,
  atLeast,
  both,
  equals,
  equalsOne,
  lessThan,
  lessThanOne,
  whether,
  without,
} from '../../conditions.js';
import { series, target } from '../../scenarios.js';
import {
  changes,
  count,
  delta,
  having,
  increase,
  latest,
  max,
  minus,
  orElse,
  plus,
  sum,
  times,
  up,
} from '../../vectors.js';
import { looks } from '../looks.js';
import type { VsrBuilding } from './thresholds.js';

const { families: f } = vsr;

/** Three replicas, as they are when all is well. */
const allNormal = ['0', '1', '2'].map((replica_id) =>
  series(f.replicaStatus, { replica_id }, '0x80'),
);
const sizes = ['0', '1', '2'].map((replica_id) => series(f.clusterSize, { replica_id }, '3x80'));
const quorums = ['0', '1', '2'].map((replica_id) => series(f.quorumSize, { replica_id }, '2x80'));

/** Replica 0 leads view 7, has operations, and gets no votes for them. */
const withoutProgress = [
  series(f.viewNumber, { replica_id: '0' }, '7x20'),
  series(f.prepareOkVotes, { replica_id: '0' }, '1x20'),
  series(f.quorumSize, { replica_id: '0' }, '2x20'),
  series(f.opNumber, { replica_id: '0' }, '12400x20'),
  series(f.commitNumber, { replica_id: '0' }, '12345x20'),
];

/** How many replicas there should be: voters as they are configured, and standbys. */
const expected = max(
  plus(latest(f.clusterSize), orElse(latest(f.standbyCount), times(latest(f.clusterSize), 0))),
);

/** A leader that was cut off still believes to lead its old view: of several, it is the newest. */
const viewsOfLeaders = having(latest(f.viewNumber), latest(f.prepareOkVotes));
export const newestLeader = equalsOne(viewsOfLeaders, max(viewsOfLeaders));

/** Standbys are in status normal too, and have no vote. */
const healthyStandbys = max(orElse(latest(f.standbyHealthyCount), times(latest(f.quorumSize), 0)));

export const quorumAlerts = {
  VsrQuorumLost: () =>
    alert({
      when: both(
        lessThan(latest(f.prepareOkVotes), latest(f.quorumSize)),
        above(latest(f.opNumber), latest(f.commitNumber)),
        equals(delta(f.commitNumber, '45s'), 0),
        newestLeader,
      ),
      severity: 'critical',
      priority: 'P0',
      for: '10s',
      summary: ({ labels }) => `Replica ${labels.replica_id} leads without a quorum`,
      description: ({ labels, value }) =>
        `Replica ${labels.replica_id} has operations to commit, ${value.whole} votes for the next one, and has committed nothing for 45 s.`,
      why: 'Fewer votes than a quorum are usual for a moment after each operation. 45 seconds without a commit while operations wait are not: a commit takes milliseconds. The window has room for a scrape that fails.',
      runbook: {
        meaning: 'The leader cannot reach a majority. It takes requests and commits none of them.',
        impact:
          'All writes hang. What was acknowledged is safe. The cluster commits again by itself as soon as a majority hears each other.',
        usersNotice: 'At once: every write waits until it times out.',
        look: [
          { what: 'Which replicas are normal (0)', query: latest(f.replicaStatus) },
          { what: 'What each believes the view to be', query: latest(f.viewNumber) },
          { what: 'Who still answers', query: sum(delta(f.commitNumber, '1m'), 'replica_id') },
          looks.top,
          looks.health,
        ],
        causes: [
          'More than half of the voters are down or recovering.',
          'The network between the leader and the others is cut, in one direction or both.',
          'The disks of the others are full or do not answer, so that they send no PrepareOk.',
        ],
        remedies: [
          'Start the replicas that are down; with intact disks they need nobody to recover.',
          'Restore the network. Do not restart the leader: its log is the newest.',
          'Never wipe a second disk while one replica recovers: a majority of the others has to have theirs.',
        ],
        over: 'vsr_commit_number of the leader grows and equals vsr_op_number again.',
      },
      panel: { dashboard: 'vsr-overview', panel: 'Quorum' },
      original: {
        name: 'Quorum Lost',
        expression: 'vsr_prepare_ok_votes < vsr_quorum_size for 10s',
        problem:
          'votes begin anew with every operation and nobody but the leader has them, so that it would fire whenever something is under way; it is asked of the newest leader alone, while operations wait and none is committed.',
      },
      scenarios: {
        firing: {
          series: [
            ...withoutProgress,
            // The others try to elect a leader of the next view, and do not hear each other.
            series(f.viewNumber, { replica_id: '1' }, '8x20'),
          ],
          at: '3m',
          fires: [{ labels: { replica_id: '0' }, value: 1 }],
        },
        quiet: {
          series: [
            // Replica 0 is cut off, and the others have elected another leader.
            ...withoutProgress,
            series(f.viewNumber, { replica_id: '2' }, '8x20'),
            // An operation of it is under way at every scrape, and all of them are committed.
            series(f.prepareOkVotes, { replica_id: '2' }, '1x20'),
            series(f.quorumSize, { replica_id: '2' }, '2x20'),
            series(f.opNumber, { replica_id: '2' }, '1001+1000x20'),
            series(f.commitNumber, { replica_id: '2' }, '1000+1000x20'),
          ],
          at: '3m',
        },
      },
    }),

  VsrInsufficientMembers: () =>
    alert({
      when: lessThan(
        minus(sum(whether(equals(latest(f.replicaStatus), 0))), healthyStandbys),
        max(latest(f.quorumSize)),
      ),
      severity: 'critical',
      priority: 'P0',
      for: '1m',
      summary: 'Fewer replicas are normal than a quorum needs',
      description: ({ value }) =>
        `${value.whole} voting replicas are in status normal; a quorum needs more.`,
      why: 'A view change takes seconds. Whoever is not normal after a minute does not become so by itself.',
      runbook: {
        meaning: 'So few replicas are in status normal that nothing can be committed.',
        impact: 'Reads and writes stop until enough replicas are back.',
        usersNotice: 'At once.',
        look: [
          {
            what: 'Which status each has: 0 normal, 1 view change, 2 recovering, 3 state transfer',
            query: latest(f.replicaStatus),
          },
          { what: 'Who can be scraped', query: up('vsr.*') },
          looks.top,
          looks.crashed,
        ],
        causes: [
          'Several replicas crashed, or were restarted at once.',
          'A view change does not complete, because a majority does not hear each other.',
          'Replicas with damaged logs recover, and those that could help are down.',
        ],
        remedies: [
          'Start what is down, one after the other; begin with those whose disks are intact.',
          'Look for VsrViewChangeStorm: if it fires too, the network is the place to look.',
        ],
        over: 'As many replicas as a quorum needs are in status normal and vsr_commit_number grows.',
      },
      panel: { dashboard: 'vsr-overview', panel: 'Members' },
      scenarios: {
        firing: {
          series: [
            ...quorums,
            series(f.replicaStatus, { replica_id: '0' }, '0x80'),
            series(f.replicaStatus, { replica_id: '1' }, '1x80'),
            series(f.replicaStatus, { replica_id: '2' }, '2x80'),
            // A standby is normal, and does not count.
            series(f.replicaStatus, { replica_id: '3' }, '0x80'),
            series(f.standbyHealthyCount, { replica_id: '0' }, '1x80'),
          ],
          at: '3m',
          fires: [{ labels: {}, value: 1 }],
        },
        // One of three recovers: that is what a cluster is for.
        quiet: {
          series: [
            ...quorums,
            ...allNormal.slice(1),
            series(f.replicaStatus, { replica_id: '0' }, '2x80'),
          ],
          at: '3m',
        },
      },
    }),

  VsrMembersMissing: () =>
    alert({
      when: above(minus(expected, count(latest(f.replicaStatus))), 0),
      severity: 'warning',
      for: '10m',
      summary: 'Replicas are missing',
      description: ({ value }) =>
        `${value.whole} of the replicas that are configured are not seen.`,
      why: 'A restart, also one with a state transfer, is over after 10 minutes. How many there should be is what the replicas are configured for, not what is scraped: who has vanished from discovery is noticed.',
      runbook: {
        meaning: 'The configuration names more replicas and standbys than Prometheus sees.',
        impact: 'The cluster works, and has fewer to spare: the next failure may stop it.',
        usersNotice: 'Not yet.',
        look: [
          { what: 'Who is there', query: latest(f.replicaStatus) },
          { what: 'Who can be scraped', query: up('vsr.*') },
          looks.top,
          looks.crashed,
        ],
        causes: [
          'A replica crashed and nobody starts it.',
          'Its machine is gone.',
          'Prometheus no longer knows the target.',
        ],
        remedies: [
          'Start the replica.',
          'If its machine is lost, promote a standby, or reconfigure to a new replica.',
        ],
        over: 'As many series of vsr_replica_status as vsr_cluster_size and vsr_standby_count say.',
      },
      panel: { dashboard: 'vsr-overview', panel: 'Members' },
      scenarios: {
        firing: {
          series: [...sizes.slice(0, 2), ...allNormal.slice(0, 2)],
          at: '12m',
          fires: [{ labels: {}, value: 1 }],
        },
        quiet: { series: [...sizes, ...allNormal], at: '12m' },
      },
    }),

  VsrNoLeader: () =>
    alert({
      when: without(count(latest(f.replicaStatus)), count(latest(f.prepareOkVotes))),
      severity: 'critical',
      priority: 'P0',
      for: '1m',
      summary: 'No replica leads',
      description: ({ value }) =>
        `${value.whole} replicas are there, and none of them is the leader of a view.`,
      why: 'A view change takes seconds; a minute without a leader means that none completes.',
      runbook: {
        meaning: 'Nobody collects votes: no view has a leader in status normal.',
        impact: 'Nothing is committed. What was acknowledged is safe.',
        usersNotice: 'At once.',
        look: [
          { what: 'Which status each has', query: latest(f.replicaStatus) },
          { what: 'Which view each is in', query: latest(f.viewNumber) },
          { what: 'Why views end', query: sum(changes(f.viewNumber, '5m'), 'replica_id') },
          looks.top,
        ],
        causes: [
          'A majority is down or does not hear each other.',
          'Timeouts are shorter than the round trips, so that every view change is overtaken by the next.',
        ],
        remedies: [
          'Start what is down and restore the network.',
          'If views go up without end, raise the timeouts of view changes.',
        ],
        over: 'One replica has vsr_prepare_ok_votes, and vsr_view_number stays.',
      },
      panel: { dashboard: 'vsr-overview', panel: 'Leader and view' },
      scenarios: {
        firing: { series: allNormal, at: '3m', fires: [{ labels: {}, value: 3 }] },
        quiet: {
          series: [...allNormal, series(f.prepareOkVotes, { replica_id: '1' }, '2x80')],
          at: '3m',
        },
      },
    }),

  VsrAbsent: () =>
    alert({
      when: absent(f.replicaStatus),
      severity: 'critical',
      for: '5m',
      summary: 'No replica is seen at all',
      description: 'Nobody has vsr_replica_status: all replicas are down, or none is scraped.',
      why: 'Twenty scrapes without any replica are no restart of Prometheus any more.',
      runbook: {
        meaning:
          'Prometheus has no number of any replica, so that no other alert of this system can fire.',
        impact: 'Unknown. If the replicas run, only watching them has stopped.',
        usersNotice: 'At once, if the replicas are down; else never.',
        look: [{ what: 'Which targets there are', query: up('vsr.*') }, looks.scraped, looks.top],
        causes: [
          'All replicas are down.',
          'The job or its discovery was changed.',
          'A firewall, a token or a certificate keeps Prometheus out.',
        ],
        remedies: [
          'Ask the endpoint by hand, as above.',
          "Read Prometheus' own page of targets: it says why a scrape fails.",
        ],
        over: 'vsr_replica_status has series again.',
      },
      panel: { dashboard: 'vsr-overview', panel: 'Members' },
      scenarios: {
        firing: { series: [], at: '6m', fires: [{ labels: {}, value: 1 }] },
        quiet: { series: allNormal, at: '6m' },
      },
    }),

  VsrTargetDown: ({ job }: VsrBuilding) =>
    alert({
      when: equals(up(job), 0),
      severity: 'warning',
      for: '2m',
      summary: ({ labels }) => `${labels.instance} cannot be scraped`,
      description: ({ labels }) =>
        `Prometheus gets no answer from ${labels.instance} of job ${labels.job}.`,
      why: 'One scrape may fail; eight in a row do not.',
      runbook: {
        meaning: 'A target does not answer its scrapes. The cluster itself may be well.',
        impact: 'If the replica is down, the cluster has one less to spare.',
        usersNotice: 'Not, as long as a quorum is there.',
        look: [
          { what: 'Who cannot be scraped', query: equals(up('vsr.*'), 0) },
          looks.health,
          looks.top,
        ],
        causes: [
          'The process is down or hangs.',
          'The network to it is cut.',
          'The token or the certificate expired.',
        ],
        remedies: ['Start the process.', 'Read the reason on the page of targets in Prometheus.'],
        over: 'up is 1.',
      },
      panel: { dashboard: 'vsr-overview', panel: 'Members' },
      scenarios: {
        firing: {
          series: [target('vsr', 'a:9464', '0x20'), target('vsr', 'b:9464', '1x20')],
          at: '4m',
          fires: [{ labels: { job: 'vsr', instance: 'a:9464' }, value: 0 }],
        },
        quiet: { series: [target('vsr', 'a:9464', '1 1 0 1x20')], at: '4m' },
      },
    }),

  VsrViewChangeStorm: ({ thresholds: t }: VsrBuilding) =>
    alert({
      when: above(max(sum(changesOfView('1m'), 'replica_id')), t.viewChangesPerMinute),
      severity: 'critical',
      for: '0s',
      keepFiringFor: '2m',
      summary: 'View changes follow each other',
      description: ({ value }) =>
        `A replica initiated ${value.whole} view changes in the last minute.`,
      why: 'The document says more than 5; a view change that succeeds needs one.',
      runbook: {
        meaning: 'Replicas give up views faster than they can begin to work in them.',
        impact: 'Between two views nothing is committed: throughput collapses or stops.',
        usersNotice: 'Within seconds: latency jumps, then requests time out.',
        look: [
          { what: 'Why views change', query: sum(changesOfView('5m'), 'reason') },
          { what: 'Who begins them', query: sum(changesOfView('5m'), 'replica_id') },
          { what: 'Which view each is in', query: latest(f.viewNumber) },
          looks.processor,
        ],
        causes: [
          'The leader is slow or paused (a full disk queue, a long garbage collection, a stopped machine), so that others time out.',
          'The network loses or delays messages.',
          'Timeouts are too short for the round trips.',
        ],
        remedies: [
          'If all name one leader in primary_timeout, look at its disk and processor; stop it if it cannot be helped.',
          'If view_change_timeout leads, raise the timeout or repair the network.',
        ],
        over: 'vsr_view_number stays the same on all replicas and operations are committed.',
      },
      panel: { dashboard: 'vsr-overview', panel: 'View changes' },
      original: {
        name: 'View Change Storm',
        expression: 'rate(vsr_view_changes_total[1m]) > 5',
        problem: 'a rate is per second, so that this asks for 300 a minute of one reason alone.',
      },
      scenarios: {
        firing: {
          series: [
            series(f.viewChanges, { replica_id: '1', reason: 'primary_timeout' }, '0+1x20'),
            series(f.viewChanges, { replica_id: '1', reason: 'view_change_timeout' }, '0+1x20'),
          ],
          at: '3m',
          fires: [{ labels: {}, value: 8 }],
        },
        quiet: {
          series: [
            series(f.viewChanges, { replica_id: '1', reason: 'primary_timeout' }, '0x8 1x20'),
          ],
          at: '3m',
        },
      },
    }),

  VsrLeaderChanges: ({ thresholds: t }: VsrBuilding) =>
    alert({
      when: atLeast(max(changes(f.viewNumber, '15m')), t.leaderChanges),
      severity: 'warning',
      for: '5m',
      summary: 'The leader changes often',
      description: ({ value }) => `The view changed ${value.whole} times in 15 minutes.`,
      why: 'A rolling restart of three replicas changes it three times at most, and raises nothing.',
      runbook: {
        meaning: 'Views end again and again, though each of them works for a while.',
        impact: 'Each change costs clients a pause of up to the timeout.',
        usersNotice: 'As single slow requests.',
        look: [
          { what: 'Why views change', query: sum(changesOfView('15m'), 'reason') },
          { what: 'Views over time', query: latest(f.viewNumber) },
          looks.processor,
        ],
        causes: [
          'A leader that pauses.',
          'A network that loses messages now and then.',
          'Somebody restarts replicas.',
        ],
        remedies: ['Find the leader that is given up most often and look at its machine.'],
        over: 'vsr_view_number has stayed for 15 minutes.',
      },
      panel: { dashboard: 'vsr-overview', panel: 'View changes' },
      scenarios: {
        firing: {
          series: [series(f.viewNumber, { replica_id: '0' }, '1x10 2x3 3x3 4x3 5x40')],
          at: '12m',
          fires: [{ labels: {}, value: 4 }],
        },
        quiet: {
          series: [series(f.viewNumber, { replica_id: '0' }, '1x10 2x8 3x8 4x40')],
          at: '12m',
        },
      },
    }),

  VsrReplicaInOldView: () =>
    alert({
      when: lessThanOne(latest(f.viewNumber), max(latest(f.viewNumber))),
      severity: 'warning',
      for: '2m',
      summary: ({ labels }) => `Replica ${labels.replica_id} is in an old view`,
      description: ({ labels, value }) =>
        `Replica ${labels.replica_id} is still in view ${value.whole}; the others are in a later one. It may be cut off and not know it.`,
      why: 'A new view reaches everybody within a round trip. Who is cut off shows status normal and lag 0: only the others show that it is behind.',
      runbook: {
        meaning: 'A replica has not heard of the view that the others are in.',
        impact:
          'It does not vote: one less to spare. If it leads its old view, its clients wait in vain.',
        usersNotice: 'Those whose client asks this replica: at once.',
        look: [
          { what: 'Which view each is in', query: latest(f.viewNumber) },
          { what: 'Which status each has', query: latest(f.replicaStatus) },
          looks.top,
          looks.sockets,
        ],
        causes: ['It is cut off from the others, maybe in one direction.', 'Its process hangs.'],
        remedies: [
          'Restore its network.',
          'If its process hangs, restart it: with an intact disk it needs nobody.',
        ],
        over: 'All replicas have the same vsr_view_number.',
      },
      panel: { dashboard: 'vsr-overview', panel: 'Leader and view' },
      scenarios: {
        firing: {
          series: [
            series(f.viewNumber, { replica_id: '0' }, '4x20'),
            series(f.viewNumber, { replica_id: '1' }, '5x20'),
            series(f.viewNumber, { replica_id: '2' }, '5x20'),
          ],
          at: '4m',
          fires: [{ labels: { replica_id: '0' }, value: 4 }],
        },
        quiet: {
          series: [
            series(f.viewNumber, { replica_id: '0' }, '4x5 5x20'),
            series(f.viewNumber, { replica_id: '1' }, '4x4 5x20'),
          ],
          at: '4m',
        },
      },
    }),
};

function changesOfView(range: '1m' | '5m' | '15m') {
  return increase(f.viewChanges, range);
}
