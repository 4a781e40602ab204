import { blocked } from './blocked.js';
import { budget } from './budget.js';
import { churn } from './churn.js';
import { collector } from './collector.js';
import { damaged } from './damaged.js';
import { edges } from './edges.js';
import { growth } from './growth.js';
import { http } from './http.js';
import { kill } from './kill.js';
import { labelSets } from './label-sets.js';
import { memory } from './memory.js';
import { prometheus } from './prometheus.js';
import { promql } from './promql.js';
import { runnable } from './proof.js';
import { race } from './race.js';
import { vsr } from './vsr.js';
import { vsrLoad } from './vsr-load.js';

export const proofs = [
  runnable(churn),
  runnable(kill),
  runnable(race),
  runnable(growth),
  runnable(edges),
  runnable(labelSets),
  runnable(blocked),
  runnable(damaged),
  runnable(memory),
  runnable(budget),
  runnable(vsr),
  runnable(http),
  runnable(prometheus),
  runnable(promql),
];

/** Proofs that take an hour: run when they are asked for by name, and in the tests in short. */
export const longProofs = [runnable(vsrLoad)];

/** Proofs that need a program which takes minutes to build: run when they are asked for by name. */
export const proofsOnDemand = [runnable(collector)];
