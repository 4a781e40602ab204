// What goes wrong in a simulated cluster, chosen by chance within what the protocol promises to
// survive: any network, any crash with an intact disk, and of 2f + 1 voters at most f that are down
// or recovering when a disk is damaged. Beyond that it may stop, so beyond that nothing is tried.

import type { Configuration } from '../replica/configuration.js';
import { forge, forgeries } from './forgery.js';
import type { SimulatedNode } from './node.js';
import type { Random } from './random.js';
import type { Simulation } from './simulation.js';

type Fault = (simulation: Simulation, random: Random) => void;

/** Plans faults by chance for so many milliseconds. */
export function planFaults(simulation: Simulation, random: Random, forMs: number): void {
  const { events } = simulation;
  // Some runs see a few kinds of faults again and again, others a bit of everything.
  const kinds = Object.values(faults).filter(() => random.chance(0.5));
  if (kinds.length === 0) kinds.push(faults.crash);
  const pause = random.pick([100, 250, 600]);
  const next = (): void => {
    if (events.now >= forMs) return;
    random.pick(kinds)(simulation, random);
    events.after(pause * (0.2 + 1.6 * random.next()), next);
  };
  events.after(pause, next);
}

export const faults = {
  crash(simulation, random) {
    const node = random.pick(simulation.nodes);
    if (!canLose(simulation, node)) return;
    stop(simulation, random, node, { mayDamage: random.chance(0.5) });
  },

  crashOfPrimary(simulation, random) {
    const node = simulation.primary;
    if (node === undefined || !canLose(simulation, node)) return;
    stop(simulation, random, node, { mayDamage: random.chance(0.3) });
  },

  /** All at once, as when the power goes: disks keep what was synced. */
  outage(simulation, random) {
    if (!random.chance(0.3) || simulation.nodes.some(isImpaired)) return;
    if (simulation.nodes.some(({ disk }) => disk.hasDamage || disk.damagedCopies > 0)) return;
    for (const node of simulation.nodes) stop(simulation, random, node, { mayDamage: false });
  },

  lossOfSuperblock(simulation, random) {
    const node = random.pick(simulation.nodes);
    if (!canLose(simulation, node)) return;
    stop(simulation, random, node, { mayDamage: true });
    node.disk.damageSuperblock(0);
    node.disk.damageSuperblock(1);
  },

  damageOfSuperblock(simulation, random) {
    const { disk } = random.pick(simulation.nodes);
    if (disk.damagedCopies === 0) disk.damageSuperblock(random.between(0, 1));
  },

  damageOfLog(simulation, random) {
    const node = random.pick(simulation.nodes);
    const { replica } = node;
    if (!replica?.isNormal || replica.durable <= replica.log.base) return;
    node.disk.damageSlot(random.between(replica.log.base + 1, replica.durable));
  },

  partition({ network, events, nodes }, random) {
    network.cut(nodes.filter(() => random.chance(0.4)).map(({ id }) => id));
    events.after(random.between(50, 1500), () => network.cut([]));
  },

  isolationOfPrimary({ network, events, primary }, random) {
    if (primary === undefined) return;
    network.cut([primary.id]);
    events.after(random.between(200, 1500), () => network.cut([]));
  },

  loss({ network }, random) {
    network.faults.loss = random.pick([0, 0.02, 0.1, 0.3]);
  },

  duplication({ network }, random) {
    network.faults.duplication = random.pick([0, 0.05, 0.3]);
  },

  delay({ network }, random) {
    network.faults.delay = random.pick([0.3, 2, 10]);
    // Beyond the time-outs: messages of views that ended long ago.
    network.faults.jitter = random.pick([0.5, 5, 50, 400, 1500]);
  },

  clockSkew({ nodes }, random) {
    random.pick(nodes).clockSkew = random.pick([0, 50, -3000, 3000]);
  },

  slowDisk({ nodes }, random) {
    random.pick(nodes).disk.latency = random.pick([
      { least: 0.2, jitter: 0.4 },
      { least: 5, jitter: 20 },
      { least: 50, jitter: 150 },
    ]);
  },

  forgery(simulation, random) {
    const to = random.pick(simulation.nodes);
    const message = forge(simulation, random.pick(forgeries), to);
    if (message !== undefined) simulation.tell(to.id, message);
  },

  reconfiguration(simulation, random) {
    const { nodes, primary } = simulation;
    if (primary === undefined) return;
    const { members } = primary.replica!.configuration;
    const everybody = nodes.map(({ id }) => id);
    const size = random.pick([members.length, nodes.length >= 5 ? 5 : 3, 3]);
    const chosen = shuffled(everybody, random).slice(0, size);
    if (!canDecide(simulation, chosen)) return;
    primary.receive({ type: 'Reconfiguration', from: -1, members: chosen }, simulation.events.now);
  },

  promotion(simulation, random) {
    const { nodes, primary } = simulation;
    const members = primary?.replica?.configuration.members ?? [];
    const standbys = nodes.map(({ id }) => id).filter((id) => !members.includes(id));
    if (primary === undefined || standbys.length === 0) return;
    const standby = random.pick(standbys);
    const replaces = random.pick(members);
    const group = [...members.filter((id) => id !== replaces), standby];
    if (!canDecide(simulation, group)) return;
    primary.receive(
      { type: 'StandbyPromotion', from: -1, standby, replaces },
      simulation.events.now,
    );
  },

  operator({ nodes }, random) {
    random.pick(nodes).operate((replica) => {
      if (replica.isNormal) replica.viewChange.toNextView('operator');
    });
  },

  upgrade(simulation, random) {
    const node = random.pick(simulation.nodes);
    if (!canLose(simulation, node)) return;
    const { major, minor } = node.version;
    node.version = random.chance(0.2)
      ? { major: major + 1, minor: 0 }
      : { major, minor: minor + 1 };
    stop(simulation, random, node, { mayDamage: false });
  },
} as const satisfies Record<string, Fault>;

function stop(
  { events }: Simulation,
  random: Random,
  node: SimulatedNode,
  fate: { readonly mayDamage: boolean },
): void {
  node.crash(fate);
  events.after(random.between(20, 1200), () => {
    if (node.replica === undefined) node.start();
  });
}

/** Down, or not able to vote before others have helped it. */
function isImpaired({ replica }: SimulatedNode): boolean {
  return replica === undefined || replica.status === 2;
}

/** Whether a group can work as it is, so that an operator may want it. */
function canDecide({ nodes }: Simulation, group: readonly number[]): boolean {
  const impaired = nodes.filter((node) => group.includes(node.id) && isImpaired(node));
  return impaired.length <= (group.length - 1) / 2;
}

/** Whether the cluster can do without one more. */
function canLose(simulation: Simulation, node: SimulatedNode): boolean {
  if (node.replica === undefined) return false;
  // Whoever is in the middle of a change may believe in either group.
  const configurations = simulation.nodes.flatMap(({ replica }) => replica?.configuration ?? []);
  return groupsOf(configurations).every((group) => {
    const impaired = simulation.nodes.filter(
      (each) => group.includes(each.id) && (each === node || isImpaired(each)),
    );
    return impaired.length <= (group.length - 1) / 2;
  });
}

function groupsOf(configurations: readonly Configuration[]): readonly (readonly number[])[] {
  const groups = configurations.flatMap(({ members, next }) =>
    next ? [members, next] : [members],
  );
  return [...new Map(groups.map((group) => [String(group), group])).values()];
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, key: random.next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
