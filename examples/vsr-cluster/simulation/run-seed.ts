// One run by chance: a cluster, its faults and its clients, all from a seed.
//
//   runSeed(17);     // throws a Violation when the cluster breaks a promise

import { Codec } from '../messages/codec.js';
import { simulatedSigner } from '../messages/signature.js';
import { planFaults } from './faults.js';
import { Random } from './random.js';
import { Simulation } from './simulation.js';

export interface SeedResult {
  readonly committed: number;
  readonly answered: number;
  readonly views: number;
  /** Of everything that was committed: two runs of a seed must give the same. */
  readonly hash: number;
}

/** @throws Violation */
export function runSeed(seed: number): SeedResult {
  const random = new Random(seed);
  const isLarge = random.chance(0.25);
  const memberCount = isLarge ? 5 : 3;
  const rosterSize = memberCount + random.between(0, 2);
  const simulation = new Simulation({
    seed: random.between(0, 2 ** 31),
    rosterSize,
    members: Array.from({ length: memberCount }, (_, id) => id),
    clients: random.between(1, 4),
    think: random.pick([5, 30, 100]),
    // Some with every message taken to pieces: slower, and nothing can be shared unseen.
    ...(random.chance(0.1) && { codec: new Codec(simulatedSigner) }),
    replica: { mostSessions: random.pick([2, 16]), batch: random.pick([1, 8]) },
  });
  const faultyMs = random.pick([1500, 3000, 5000]);
  planFaults(simulation, random, faultyMs);
  simulation.start();
  simulation.run(faultyMs);
  simulation.settle();
  const { history } = simulation.checker;
  return {
    committed: history.length,
    answered: simulation.clients.reduce((sum, { answered }) => sum + answered, 0),
    views: simulation.nodes[0]!.replica!.view,
    hash: history.at(-1)?.hash ?? 0,
  };
}
