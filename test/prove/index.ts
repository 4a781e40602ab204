import { blocked } from './blocked.js';
import { budget } from './budget.js';
import { churn } from './churn.js';
import { growth } from './growth.js';
import { kill } from './kill.js';
import { memory } from './memory.js';
import { prometheus } from './prometheus.js';
import { runnable } from './proof.js';
import { race } from './race.js';

export const proofs = [
  runnable(churn),
  runnable(kill),
  runnable(race),
  runnable(growth),
  runnable(blocked),
  runnable(memory),
  runnable(budget),
  runnable(prometheus),
];
