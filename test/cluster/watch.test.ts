import { expect } from 'chai';
import fc from 'fast-check';
import { consensusSource } from '../../lib/catalogues/cluster/consensus-source.js';
import { type ClusterOptions, createClusterWatch } from '../../lib/catalogues/cluster/watch.js';
import { kalki, kimberlite, kotoba, streambus, vsr } from '../../lib/catalogues/index.js';
import { profiles } from '../../lib/catalogues/profiles/index.js';
import { attachRegistry, createRegistry } from '../../lib/index.js';

interface Shown {
  readonly id: string;
  readonly status?: number;
  readonly view?: number;
  readonly commit?: number;
  readonly size?: number;
}

describe('a watch over a cluster', () => {
  const ends: (() => void)[] = [];

  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });

  function open(members: readonly Shown[] = []) {
    const registry = createRegistry({ catalogue: vsr, resourcesEveryMs: false });
    ends.push(() => registry.close());
    for (const each of members) show(registry.metrics, each);
    return registry;
  }

  function show(
    m: ReturnType<typeof createRegistry<typeof vsr>>['metrics'],
    { id: replica_id, status, view, commit, size }: Shown,
  ): void {
    const labels = { replica_id };
    m.replicaStatus.with(labels);
    if (status !== undefined) m.replicaStatus.with(labels).set(status);
    if (view !== undefined) m.viewNumber.with(labels).set(view);
    if (commit !== undefined) m.commitNumber.with(labels).set(commit);
    if (size !== undefined) m.clusterSize.with(labels).set(size);
  }

  const three = ['0', '1', '2'].map((id) => ({ id, status: 0, view: 4, commit: 100, size: 3 }));

  it('derives lag, term and leader from all members, whatever one says of itself', () => {
    const { metrics, snapshot } = bound(open(three));
    const watch = createClusterWatch();
    // Cut off in view 3, which it led: it takes itself for the leader still, without any lag.
    show(metrics, { id: '0', view: 3, commit: 40 });
    metrics.replicaLag.with({ replica_id: '0' }).set(0);
    const { members, leader, term, head, state, message } = watch.observe(snapshot())!;
    expect({ leader, term, head, state }).to.eql({
      leader: '1',
      term: 4,
      head: 100,
      state: 'warn',
    });
    expect(members.map(({ role, status, lag }) => [role, status, lag])).to.eql([
      ['backup', 'old_view', 60],
      ['leader', 'normal', 0],
      ['backup', 'normal', 0],
    ]);
    expect(message).to.equal(
      'replica 0 is in view 3, and the cluster in view 4 (was normal), 60 operations behind · ' +
        'replica 1 leads in view 4 · a quorum is 2',
    );
  });

  it('takes what nobody set for unknown, and not for 0', () => {
    const registry = open([{ id: '0' }]);
    const cluster = createClusterWatch().observe(registry.snapshot())!;
    expect(cluster.state).to.equal('unknown');
    expect(cluster.members[0]).to.include({
      status: 'unknown',
      reason: 'has not set its status',
      term: null,
      position: null,
      lag: null,
    });
    expect(createClusterWatch().observe(open().snapshot())).to.include({
      state: 'unknown',
      message: 'no replica has said anything yet',
    });
  });

  it('notices who is silent while others are not, and names it', () => {
    const { metrics, snapshot } = bound(open(three));
    const watch = createClusterWatch({ silentAfterMs: 1000 });
    const beat = (ids: readonly string[]) => {
      for (const replica_id of ids) {
        metrics.messagesSent.with({ replica_id, message_type: 'Ping' }).inc();
      }
    };
    const stateAt = (at: number, alive: readonly string[]) => {
      beat(alive);
      const { members, leader } = watch.observe(snapshot(), at)!;
      return [leader, ...members.map(({ status }) => status)];
    };
    const all = ['0', '1', '2'];
    const well = ['1', 'normal', 'normal', 'normal'];
    expect(stateAt(0, all)).to.eql(well);
    expect(stateAt(500, ['0', '2'])).to.eql(well);
    expect(stateAt(1500, ['0', '2'])).to.eql([null, 'normal', 'silent', 'normal']);
    expect(stateAt(1600, all)).to.eql(well);
    // In a registry in which nothing happens nobody is silent.
    expect(stateAt(99_000, [])).to.eql(well);
  });

  it('notices who hears no leader, also where nobody else is shown, and knows no lag of it then', () => {
    const { metrics, snapshot } = bound(open([{ ...three[0]!, id: '2' }]));
    metrics.replicaLag.with({ replica_id: '2' }).set(3);
    const watch = createClusterWatch({ silentAfterMs: 1000 });
    const at = (now: number, heard: 'Heartbeat' | 'Ping') => {
      metrics.messagesSent.with({ replica_id: '2', message_type: 'Ping' }).inc();
      metrics.messagesReceived.with({ replica_id: '2', message_type: heard }).inc();
      const { status, lag } = watch.observe(snapshot(), now)!.members[0]!;
      return [status, lag];
    };
    expect(at(0, 'Heartbeat')).to.eql(['normal', 3]);
    expect(at(900, 'Heartbeat')).to.eql(['normal', 3]);
    expect(at(1500, 'Ping')).to.eql(['normal', 3]);
    expect(at(2000, 'Ping')).to.eql(['isolated', null]);
    expect(at(2100, 'Heartbeat')).to.eql(['normal', 3]);
  });

  it('counts standbys as standbys', () => {
    const { metrics, snapshot } = bound(
      open([...three, { id: '3', status: 0, view: 4, commit: 90 }]),
    );
    for (const replica_id of ['0', '1', '2']) {
      metrics.standbyLag.with({ replica_id, standby_id: '3' }).set(10);
    }
    metrics.prepareOkVotes.with({ replica_id: '1' }).set(2);
    const watch = createClusterWatch();
    const cluster = watch.observe(snapshot())!;
    expect(cluster).to.include({ well: 3, size: 3, state: 'good', leader: '1', missing: 0 });
    expect(cluster.members[3]).to.include({ role: 'standby', lag: 10 });
    show(metrics, { id: '3', status: 2 });
    const without = watch.observe(snapshot())!;
    expect(without).to.include({ well: 3, size: 3, state: 'warn', word: '3 of 3 well' });
    expect(without.message).to.include('replica 3 is in status recovering');
  });

  it('notices who is missing, by what it is told or by what they say', () => {
    const state = (shown: readonly Shown[], options?: ClusterOptions) => {
      const { missing, size, state } = createClusterWatch(options).observe(open(shown).snapshot())!;
      return { missing, size, state };
    };
    expect(state(three.slice(0, 2))).to.eql({ missing: 1, size: 3, state: 'warn' });
    expect(state(three, { members: 5 })).to.eql({ missing: 2, size: 5, state: 'warn' });
    // One that is shown alone may be scraped alone.
    expect(state(three.slice(0, 1))).to.eql({ missing: 0, size: null, state: 'good' });
    expect(state(three.slice(0, 1), { members: 3 })).to.eql({ missing: 2, size: 3, state: 'bad' });
  });

  it('knows of a dead program who led last', () => {
    const registry = open(three);
    const parts = [{ snapshot: registry.snapshot(), writer: 'dead' as const }];
    const cluster = createClusterWatch().observeParts(parts)!;
    expect(cluster).to.include({ leader: null, lastLeader: '1', state: 'bad' });
    expect(cluster.members.map(({ status }) => status)).to.eql(['dead', 'dead', 'dead']);
  });

  it('knows nodes of Kimberlite and brokers of StreamBus, and nobody elsewhere', () => {
    const nodes = createRegistry({ catalogue: kimberlite });
    for (const node_id of ['1', '2']) {
      nodes.metrics.consensusView.with({ node_id }).set(7);
      nodes.metrics.consensusLeader.with({ node_id }).set(2);
    }
    expect(createClusterWatch().observe(nodes.snapshot())).to.include({ leader: '2', term: 7 });
    nodes.metrics.consensusLeader.with({ node_id: '1' }).set(0);
    const lost = createClusterWatch().observe(nodes.snapshot())!.members[0]!;
    expect(lost).to.include({ status: 'leaderless', reason: 'knows no leader' });

    const broker = createRegistry({ catalogue: streambus, defaultLabels: { broker_id: 'a' } });
    const stateOf = () => createClusterWatch().observe(broker.snapshot())!;
    expect(stateOf().state).to.equal('unknown');
    broker.metrics.brokerStatus.set(0);
    expect(stateOf()).to.include({ state: 'bad', leader: null });
    broker.metrics.brokerStatus.set(2);
    broker.metrics.raftTerm.set(3);
    broker.metrics.clusterLeader.set(1);
    expect(stateOf()).to.include({ state: 'good', leader: 'a', term: 3 });

    const others = createRegistry({ catalogue: [kotoba, kalki], resourcesEveryMs: false });
    expect(createClusterWatch().observe(others.snapshot())).to.equal(undefined);
    for (const each of [nodes, broker, others]) each.close();
  });

  it('refuses options that do not fit', () => {
    for (const options of [{ members: 0 }, { silentAfterMs: -1 }, { membres: 3 }] as object[]) {
      expect(() => createClusterWatch(options), JSON.stringify(options)).to.throw(/a cluster/);
    }
  });

  it('has profiles that name families of their catalogues alone', () => {
    const catalogues = { vsr, kimberlite, streambus, kotoba, kalki };
    expect(profiles.map(({ name }) => name)).to.have.members(Object.keys(catalogues));
    const all = Object.values(catalogues).flatMap(({ families }) =>
      Object.values(families as Readonly<Record<string, { readonly name: string }>>),
    );
    const names = new Set(all.map(({ name }) => name));
    const used = JSON.stringify(profiles).match(/"(vsr|kmb|streambus|kotoba|kalki|system)_\w+"/g)!;
    expect(used.map((each) => JSON.parse(each)).filter((name) => !names.has(name))).to.eql([]);
  });
});

describe('one source for both catalogues', () => {
  it('never says two different things, and numbers nodes from 1, so that 0 is nobody', () => {
    const registry = createRegistry({ catalogue: [vsr, kimberlite], resourcesEveryMs: false });
    const sources = Array.from({ length: 7 }, (_, id) => {
      const { metrics } = registry;
      const labels = { replica_id: String(id) };
      metrics.replicaStatus.with(labels).set(0);
      metrics.clusterSize.with(labels).set(7);
      const fixedLabels = { replica_id: String(id), node_id: String(id + 1) };
      const how = { catalogue: [vsr, kimberlite] as const, fixedLabels, resourcesEveryMs: false };
      return consensusSource(attachRegistry(registry.share(), how as never).metrics as never);
    });
    const run = fc.record({
      view: fc.nat(1e6),
      leader: fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined }),
      op: fc.nat(1e9),
      lag: fc.nat(1000),
    });
    fc.assert(
      fc.property(run, ({ view, leader, op, lag }) => {
        for (const source of sources) {
          source.viewIs(view, leader);
          source.positionIs(op, Math.max(0, op - lag));
        }
        const snapshot = registry.snapshot();
        for (let id = 0; id < 7; id++) {
          const [replica, node] = [{ replica_id: String(id) }, { node_id: String(id + 1) }];
          const named = snapshot.value('kmb_consensus_leader', node);
          expect(named).to.equal(leader === undefined ? 0 : leader + 1);
          expect(named === 0).to.equal(leader === undefined);
          for (const [one, other] of [
            ['vsr_view_number', 'kmb_consensus_view'],
            ['vsr_commit_number', 'kmb_projection_applied_position'],
          ] as const) {
            expect(snapshot.value(one, replica)).to.equal(snapshot.value(other, node));
          }
        }
        const cluster = createClusterWatch().observe(snapshot)!;
        if (leader !== undefined) {
          expect(cluster.leader).to.equal(String(leader));
          expect(cluster.members.find(({ role }) => role === 'leader')!.nodeId).to.equal(
            leader + 1,
          );
        }
      }),
      { numRuns: 60 },
    );
    registry.close();
  });
});

/** Methods that can be taken apart. */
function bound<R extends { metrics: unknown; snapshot(): unknown }>(registry: R) {
  return {
    metrics: registry.metrics as R['metrics'],
    snapshot: () => registry.snapshot() as ReturnType<R['snapshot']>,
  };
}
