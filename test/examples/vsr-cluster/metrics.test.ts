import { expect } from 'chai';
import { Codec } from '../../../examples/vsr-cluster/messages/codec.js';
import { simulatedSigner } from '../../../examples/vsr-cluster/messages/signature.js';
import { quorumSize, votersOf } from '../../../examples/vsr-cluster/replica/configuration.js';
import { defaultTiming } from '../../../examples/vsr-cluster/replica/host.js';
import { Simulation } from '../../../examples/vsr-cluster/simulation/simulation.js';
import { kimberlite, vsr } from '../../../lib/catalogues/index.js';
import { attachRegistry, createRegistry, type Snapshot } from '../../../lib/index.js';
import { type Injected, playScenario } from './scenario.js';
import { Tally } from './tally.js';

/** The value of one series: `id metric label=value ...`, as the tally writes it. */
function valueIn(snapshot: Snapshot, key: string): number | undefined {
  const [id, name = '', ...pairs] = key.split(' ');
  const labels = Object.fromEntries(pairs.map((pair) => pair.split('=') as [string, string]));
  const metric = name.replace(/_(count|sum)$/, '');
  const all = name.startsWith('kmb_')
    ? { node_id: String(Number(id) + 1), ...labels }
    : { replica_id: id!, ...labels };
  if (!/_(ms|seconds)_(sum|count)$/.test(name)) return snapshot.value(name, all);
  const reading = snapshot.histogram(metric, all);
  return name.endsWith('_sum') ? reading?.sum : reading?.count;
}

/** The sum over all series of a replica. */
function totalOf(snapshot: Snapshot, metric: string, id: number): number {
  const [label, value] = metric.startsWith('kmb_') ? ['node_id', id + 1] : ['replica_id', id];
  return (snapshot.family(metric)?.series ?? [])
    .filter(({ info }) => info.labels.some(([name, has]) => name === label && has === `${value}`))
    .reduce((sum, { offset }) => sum + snapshot.values[offset]!, 0);
}

const mostSessions = 2;

describe('metrics of the VSR cluster, against what was seen from outside', function () {
  this.timeout(240_000);
  let snapshot: Snapshot;
  let simulation: Simulation;
  let injected: Injected;
  const tally = new Tally(mostSessions);

  before(() => {
    const catalogue = [vsr, kimberlite] as const;
    const registry = createRegistry({ catalogue, capacity: { lanes: 8 } });
    const attached = Array.from(
      { length: 5 },
      (_, id) =>
        attachRegistry(registry.share(), {
          catalogue,
          fixedLabels: { replica_id: String(id), node_id: String(id + 1) },
          resourcesEveryMs: false,
        }).metrics,
    );
    const codec = new Codec(simulatedSigner);
    let lastRequest = '';
    simulation = new Simulation({
      seed: 11,
      rosterSize: 5,
      members: [0, 1, 2],
      clients: 3,
      think: 150,
      codec,
      // Slow enough, and scrubbed often enough, that damage is found before it is written over.
      slots: 1024,
      replica: {
        mostSessions,
        checkpointEvery: 96,
        timing: { ...defaultTiming, scrub: 10 },
      },
      metricsOf: (id) => attached[id]! as never,
      observer: {
        onSend: (from, to, message, bytes) => tally.onSend(from, to, message, bytes),
        onReceive: (to, message, bytes, sentAt) => {
          if (message.type === 'Request' && message.session !== 0) {
            lastRequest = codec.encode(message, to);
          }
          tally.onReceive(to, message, bytes, sentAt);
        },
        onStart: (node) => {
          tally.onStart(node);
          const { application } = node.replica!;
          const { onApplied, onRestored } = application;
          application.onRestored = (restored) => {
            onRestored(restored);
            tally.onRestored(node.id, restored);
          };
          application.onApplied = (entry, outcome, session) => {
            onApplied(entry, outcome, session);
            tally.onApplied(node.id, entry, outcome.status, session !== undefined);
          };
        },
        onTick: (node) => tally.onTick(node),
        onStep: (node) => tally.onStep(node),
      },
    });
    tally.watch(simulation);
    injected = playScenario(simulation, () => lastRequest);
    snapshot = registry.snapshot();
    registry.close();
  });

  it('has every family of the catalogue, filled', () => {
    const names: string[] = Object.values(vsr.families).map(({ name }) => name);
    const empty = names.filter((name) => {
      const series = snapshot.family(name)?.series ?? [];
      return series.length === 0;
    });
    expect(empty).to.deep.equal([]);
    // Gauges that may be zero in the end were something else on the way, or have to be zero then.
    const zeroInTheEnd = [
      'vsr_replica_status',
      'vsr_replica_lag_operations',
      'vsr_pending_requests',
      'vsr_clock_offset_ms',
      'vsr_repair_inflight_count',
      'vsr_reconfig_state',
      'vsr_standby_lag_operations',
    ];
    const zero = names.filter((name) => {
      const { series, info } = snapshot.family(name)!;
      const at = info.kind === 'histogram' ? info.bounds.length : 0;
      return series.every(({ offset }) => !snapshot.values[offset + at]);
    });
    expect(zero).to.have.members(zeroInTheEnd.filter((name) => zero.includes(name)));
  });

  it('counts exactly what was seen', () => {
    const different: string[] = [];
    for (const [key, wanted] of tally.totals) {
      if (!/ (vsr|kmb)_/.test(key)) continue;
      const found = valueIn(snapshot, key);
      const isSame = key.includes('_sum')
        ? Math.abs((found ?? 0) - wanted) <= 1e-9 * Math.max(1, wanted)
        : found === wanted;
      if (!isSame) different.push(`${key}: ${found}, seen ${wanted}`);
    }
    expect(different).to.deep.equal([]);
  });

  it('counts nothing that was not seen', () => {
    const counted = new Set([...tally.totals.keys()].map((key) => key.split(' ')[1]));
    for (const metric of counted) {
      if (!/^(vsr|kmb)_/.test(metric!)) continue;
      for (const { id } of simulation.nodes) {
        if (/_(ms|seconds)_(sum|count)$/.test(metric!)) continue;
        const seen = [...tally.totals]
          .filter(([key]) => key.split(' ', 2).join(' ') === `${id} ${metric}`)
          .reduce((sum, [, total]) => sum + total, 0);
        if (metric === 'vsr_allocated_bytes_total') continue;
        expect(totalOf(snapshot, metric!, id), `${id} ${metric}`).to.equal(seen);
      }
    }
  });

  it('counts the view changes that a promise was made for', () => {
    for (const { id } of simulation.nodes) {
      const seen = tally.totals.get(`${id} view changes`) ?? 0;
      expect(totalOf(snapshot, 'vsr_view_changes_total', id), `replica ${id}`).to.equal(seen);
      const labels = { node_id: String(id + 1) };
      expect(snapshot.value('kmb_consensus_view_changes_total', labels)).to.equal(seen);
    }
  });

  it('counts rejections by reason, damage by component, repairs, promotions', () => {
    for (const { id } of simulation.nodes) {
      const total = (counts: ReadonlyMap<string, number>) =>
        [...counts].reduce((sum, [key, n]) => sum + (key.startsWith(`${id} `) ? n : 0), 0);
      for (const [key, wanted] of injected.rejections) {
        const [replica_id = '', reason = ''] = key.split(' ');
        const labels = { replica_id, reason };
        expect(snapshot.value('vsr_byzantine_rejections_total', labels), key).to.equal(wanted);
      }
      expect(totalOf(snapshot, 'vsr_byzantine_rejections_total', id)).to.equal(
        total(injected.rejections),
      );
      for (const component of ['log', 'superblock']) {
        const labels = { replica_id: String(id), component };
        const atStart = tally.totals.get(`${id} damage at the start ${component}`) ?? 0;
        const wanted = atStart + (injected.damage.get(`${id} ${component}`) ?? 0);
        const found = snapshot.value('vsr_checksum_failures_total', labels);
        expect(found, `replica ${id}, ${component}`).to.equal(wanted);
      }
    }
    for (const { id } of simulation.nodes) {
      const found = [...injected.damage].filter(([key]) => key.startsWith(`${id} `));
      const wanted = found.reduce((sum, [, n]) => sum + n, 0);
      const replica_id = String(id);
      const labels = { replica_id };
      expect(snapshot.value('vsr_scrub_corruptions_detected_total', labels)).to.equal(wanted);
      // All clocks are right: what is estimated is what the way there and back differ by.
      expect(snapshot.value('vsr_clock_offset_ms', labels)).to.be.closeTo(0, 0.5);
    }
    const promotions = simulation.nodes.map(({ id }) =>
      totalOf(snapshot, 'vsr_standby_promotions_total', id),
    );
    expect(Math.max(...promotions)).to.equal(injected.promotions);
  });

  it('shows with its gauges how every replica is', () => {
    for (const [key, wanted] of tally.gauges) {
      expect(valueIn(snapshot, key), key).to.be.closeTo(wanted, 1e-9 * Math.abs(wanted));
    }
    for (const { id, replica } of simulation.nodes) {
      const { log, commit, view, configuration, sessions } = replica!;
      const has = (metric: string) => snapshot.value(metric, { replica_id: String(id) });
      expect(has('vsr_replica_status')).to.equal(0);
      expect(has('vsr_view_number')).to.equal(view);
      expect(has('vsr_commit_number')).to.equal(commit);
      expect(has('vsr_op_number')).to.equal(log.op);
      expect(has('vsr_log_size_bytes')).to.equal(log.bytes);
      expect(has('vsr_log_entry_count')).to.equal(log.count);
      expect(has('vsr_quorum_size')).to.equal(quorumSize(configuration));
      expect(has('vsr_cluster_size')).to.equal(votersOf(configuration).length);
      expect(has('vsr_replica_lag_operations')).to.equal(0);
      expect(has('vsr_pending_requests')).to.equal(0);
      expect(has('vsr_client_sessions_active')).to.equal(sessions.count);
      expect(has('vsr_repair_budget_available')).to.equal(8);
      expect(has('vsr_repair_inflight_count')).to.equal(0);
      expect(has('vsr_reconfig_state')).to.equal(0);
      expect(has('vsr_cluster_version_major')).to.equal(2);
      expect(has('vsr_cluster_version_minor')).to.equal(1);
      // Who led before has no votes any more.
      const votes = id === replica!.primary ? 3 : undefined;
      expect(has('vsr_prepare_ok_votes'), `votes of ${id}`).to.equal(votes);
      if (!replica!.isVoter) continue;
      expect(has('vsr_standby_count')).to.equal(2);
      expect(has('vsr_standby_healthy_count')).to.equal(2);
    }
  });

  it('says the same under the names of Kimberlite', () => {
    for (const { id, replica } of simulation.nodes) {
      const has = (metric: string) => snapshot.value(metric, { node_id: String(id + 1) });
      expect(has('kmb_consensus_view')).to.equal(replica!.view);
      expect(has('kmb_consensus_leader')).to.equal(replica!.primary + 1);
      expect(has('kmb_projection_applied_position')).to.equal(replica!.commit);
      expect(has('kmb_projection_lag')).to.equal(0);
      expect(has('kmb_log_size_bytes')).to.equal(replica!.log.bytes);
      expect(has('kmb_requests_in_flight')).to.equal(0);
      expect(has('kmb_active_tenants')).to.equal(tally.activeTenants(id));
    }
    // Every family is held against what was seen: here, or above among the totals.
    const seen = new Set([...tally.totals.keys()].map((key) => key.split(' ')[1]!));
    const shown = [
      ...['kmb_consensus_view', 'kmb_consensus_leader', 'kmb_consensus_view_changes_total'],
      ...['kmb_projection_applied_position', 'kmb_projection_lag', 'kmb_log_size_bytes'],
      ...['kmb_requests_in_flight', 'kmb_active_tenants'],
    ];
    const isHeld = (name: string) =>
      shown.includes(name) || seen.has(name) || seen.has(`${name}_count`);
    const names = Object.values(kimberlite.families).map(({ name }) => name);
    expect(names.filter((name) => !isHeld(name))).to.deep.equal([]);
    const empty = Object.values(kimberlite.families)
      .map(({ name }) => name)
      .filter((name) => (snapshot.family(name)?.series.length ?? 0) === 0);
    expect(empty).to.deep.equal([]);
  });
});
