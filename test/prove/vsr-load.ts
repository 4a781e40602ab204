import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster } from '../../examples/vsr-cluster/cluster/launcher.js';
import type { Snapshot } from '../../lib/index.js';
import { until } from '../support/until.js';
import { claim, delay, type Proof } from './proof.js';

interface Size {
  readonly rate: number;
  readonly seconds: number;
  readonly burstRate: number;
  readonly burstSeconds: number;
}

const replicas = ['0', '1', '2'];
const sessions = 'vsr_client_sessions_active';

/** A cluster on threads and files under load; VSR_LOAD_SECONDS says for how long instead. */
export const vsrLoad: Proof<Size> = {
  name: 'vsr-load',
  claim: 'under load every replica of the VSR cluster that applies an operation counts it once',
  full: { rate: 10_000, seconds: 3600, burstRate: 50_000, burstSeconds: 60 },
  short: { rate: 1000, seconds: 2, burstRate: 5000, burstSeconds: 1 },

  async run({ rate, seconds, burstRate, burstSeconds }, progress) {
    const asked = Number(process.env.VSR_LOAD_SECONDS ?? seconds);
    const directory = mkdtempSync(join(tmpdir(), 'vsr-load-'));
    const metricsFile = `/dev/shm/vsr-load-${process.pid}.metrics`;
    const data = join(directory, 'data');
    const cluster = await Cluster.start({ replicas: 3, rate, data, metricsFile, sessions: 1024 });
    try {
      const sustained = await load(cluster, rate, asked, progress);
      const burst = await load(cluster, burstRate, burstSeconds, () => undefined);
      await cluster.drain();
      const { sent, answered, evicted } = cluster.load;
      claim(evicted === 0 && answered === sent, `${answered} of ${sent} were answered`);
      await until(() => areLevel(cluster.registry.snapshot()), 60_000);
      // Clients open their sessions by operations too, and none was evicted.
      const all = () => sent + cluster.registry.snapshot().value(sessions, { replica_id: '0' })!;
      // One that fell far behind got the others' state, and did not apply what led to it.
      const appliedAll = (snapshot: Snapshot) =>
        replicas.filter((id) => transfersOf(snapshot, id) === 0);
      await until(() => {
        const seen = cluster.registry.snapshot();
        return appliedAll(seen).every((id) => operationsOf(seen, id) >= all());
      }, 60_000);
      const snapshot = cluster.registry.snapshot();
      const whole = appliedAll(snapshot);
      claim(whole.length > 0, 'all replicas fell behind');
      for (const id of whole) {
        const operations = operationsOf(snapshot, id);
        claim(operations === all(), `replica ${id} counted ${operations} operations, not ${all()}`);
      }
      return {
        operations: sent,
        sustainedSeconds: asked,
        replicasThatAppliedAll: whole.length,
        ...named('sustained', sustained),
        ...named('burst', burst),
      };
    } finally {
      await cluster.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

/** What happened in a second. */
interface Rates {
  readonly asked: number;
  readonly answered: number;
  /** By all replicas, in vsr_operations_total. */
  readonly counted: number;
  /** By all families. */
  readonly events: number;
  /** How many processors were busy with it: when that is all there are, they are the limit. */
  readonly processors: number;
}

/** Asks for so many a second. */
async function load(
  cluster: Cluster,
  rate: number,
  seconds: number,
  progress: (done: number, of: number) => void,
): Promise<Rates> {
  cluster.setRate(rate);
  const { answered } = cluster.load;
  const before = cluster.registry.snapshot();
  const used = process.cpuUsage();
  const start = performance.now();
  const passed = () => (performance.now() - start) / 1000;
  while (passed() < seconds) {
    await delay(100);
    progress(passed(), seconds);
  }
  const after = cluster.registry.snapshot();
  const { user, system } = process.cpuUsage(used);
  const aSecond = (amount: number) => Math.round(amount / passed());
  const countedBy = (snapshot: Snapshot) =>
    replicas.reduce((sum, id) => sum + operationsOf(snapshot, id), 0);
  return {
    asked: rate,
    answered: aSecond(cluster.load.answered - answered),
    counted: aSecond(countedBy(after) - countedBy(before)),
    events: aSecond(eventsOf(after) - eventsOf(before)),
    processors: Math.round((user + system) / passed() / 1e4) / 100,
  };
}

/** Rates as figures: sustainedAskedPerSecond and so on. */
function named(phase: string, rates: Rates): Record<string, number> {
  const { asked, answered, counted, events, processors } = rates;
  return {
    [`${phase}AskedPerSecond`]: asked,
    [`${phase}AnsweredPerSecond`]: answered,
    [`${phase}CountedPerSecond`]: counted,
    [`${phase}EventsPerSecond`]: events,
    [`${phase}ProcessorsBusy`]: processors,
  };
}

function areLevel(snapshot: Snapshot): boolean {
  const commits = replicas.map((replica_id) => snapshot.value('vsr_commit_number', { replica_id }));
  const ops = replicas.map((replica_id) => snapshot.value('vsr_op_number', { replica_id }));
  return new Set([...commits, ...ops]).size === 1;
}

function transfersOf(snapshot: Snapshot, replica_id: string): number {
  return snapshot.histogram('vsr_state_transfer_latency_ms', { replica_id })?.count ?? 0;
}

function operationsOf(snapshot: Snapshot, replica_id: string): number {
  return ['success', 'failure'].reduce(
    (sum, status) => sum + (snapshot.value('vsr_operations_total', { replica_id, status }) ?? 0),
    0,
  );
}

/** How many events the metrics tell of: in histograms, and in counters of anything but bytes. */
function eventsOf(snapshot: Snapshot): number {
  let events = 0;
  for (const { info, series } of snapshot.families) {
    const isStepped = info.kind === 'counter' && !info.name.includes('bytes');
    if (info.kind !== 'histogram' && !isStepped) continue;
    const at = info.kind === 'histogram' ? info.bounds.length : 0;
    for (const { offset } of series) events += snapshot.values[offset + at]!;
  }
  return events;
}
