// One run of a simulated cluster in which everything happens that its metrics tell of.

import { forge, forgeries } from '../../../examples/vsr-cluster/simulation/forgery.js';
import type { SimulatedNode } from '../../../examples/vsr-cluster/simulation/node.js';
import type { Simulation } from '../../../examples/vsr-cluster/simulation/simulation.js';

/** What the scenario did on purpose, and nothing else does. */
export interface Injected {
  readonly rejections: Map<string, number>;
  /** Damage that a running replica has to find, by component. */
  readonly damage: Map<string, number>;
  promotions: number;
}

export function playScenario(simulation: Simulation, lastRequest: () => string): Injected {
  const { nodes, network } = simulation;
  const injected: Injected = { rejections: new Map(), damage: new Map(), promotions: 0 };
  const count = (counts: Map<string, number>, id: number, what: string) =>
    counts.set(`${id} ${what}`, (counts.get(`${id} ${what}`) ?? 0) + 1);
  const leader = (): SimulatedNode => {
    simulation.run(5000, () => simulation.primary !== undefined);
    return simulation.primary!;
  };
  const backup = (): SimulatedNode => {
    const { id, replica } = leader();
    return nodes.find(
      (node) => node.id !== id && replica!.configuration.members.includes(node.id),
    )!;
  };
  const restart = (node: SimulatedNode, pause: number): void => {
    node.crash({ mayDamage: false });
    simulation.run(pause);
    node.start();
    simulation.run(1500);
  };

  simulation.start();
  simulation.run(2500);

  // Requests that were made before.
  for (let again = 0; again < 3; again++) simulation.tell(leader().id, lastRequest());

  // What no correct replica sends.
  for (const reason of forgeries) {
    const to = backup();
    const message = forge(simulation, reason, to)!;
    count(injected.rejections, to.id, reason);
    simulation.tell(to.id, message);
    simulation.run(20);
  }
  for (const [reason, frame] of [
    ['malformed', 'x {"type":"Prepare"}'],
    [
      'signature',
      `x ${JSON.stringify({ type: 'Commit', from: 0, incarnation: 0, sequence: 0, view: 0, commit: 0 })}`,
    ],
  ] as const) {
    count(injected.rejections, 1, reason);
    simulation.tell(1, frame);
  }

  // A disk that rots, found by the scrubber and repaired from a peer.
  const rotten = backup();
  count(injected.damage, rotten.id, 'log');
  rotten.disk.damageSlot(rotten.replica!.commit - 2);
  simulation.run(1500);
  // Of the superblock, when it is not about to be written.
  const checkpoint = () => {
    const { log, commit, ringBase } = rotten.replica!;
    return log.base > 0 && commit - ringBase < 10;
  };
  simulation.run(60_000, checkpoint);
  count(injected.damage, rotten.id, 'superblock');
  rotten.disk.damageSuperblock(1);
  simulation.run(1500);

  // The same when nobody else has the entry in memory any more: they started again since.
  simulation.run(60_000, checkpoint);
  const others = nodes.filter((node) => node !== rotten);
  for (const node of others) node.crash({ mayDamage: false });
  simulation.run(50);
  for (const node of others) node.start();
  leader();
  const forgotten = Math.min(...others.map(({ replica }) => replica!.log.base));
  if (forgotten <= rotten.replica!.log.base) throw new Error('everybody remembers as much');
  count(injected.damage, rotten.id, 'log');
  rotten.disk.damageSlot(forgotten);
  simulation.run(3000);

  // A disk that forgot everything.
  const lost = backup();
  lost.crash({ mayDamage: false });
  lost.disk.damageSuperblock(0);
  lost.disk.damageSuperblock(1);
  simulation.run(100);
  lost.start();
  simulation.run(2000);

  // A bad network: gaps, round trips that say nothing about clocks.
  network.faults.loss = 0.1;
  simulation.run(2000);
  network.faults.loss = 0;
  network.faults.delay = 280;
  simulation.run(1500);
  network.heal();
  simulation.run(2000);
  // Cut off for so long that the others have gone far ahead.
  const away = backup();
  network.cut([away.id]);
  simulation.run(3000);
  network.cut([]);
  simulation.run(3000);

  // An operator at work.
  leader().operate(({ viewChange }) => viewChange.toNextView('operator'));
  simulation.run(1500);
  const { members } = leader().replica!.configuration;
  const standby = nodes.find(({ id }) => !members.includes(id))!;
  const replaces = members.find((id) => id !== leader().id)!;
  const promotion = { type: 'StandbyPromotion', from: -1, standby: standby.id, replaces } as const;
  leader().receive(promotion, simulation.events.now);
  injected.promotions++;
  simulation.run(2000);
  for (const node of nodes) {
    node.version = { major: 2, minor: 1 };
    restart(node, 50);
  }
  simulation.run(1000);
  simulation.settle();
  // Until all gauges that are set at times say how it is now.
  simulation.run(1500);
  return injected;
}
