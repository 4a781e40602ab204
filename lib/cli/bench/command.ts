// What `vsr-metrics bench` takes, and what its help and its exit codes say.

import type { BudgetVerdict } from '../../budget/sequential.js';
import { defineCommand } from '../command.js';
import { type ExitCodes, exitCodes } from '../failure.js';

/** As gates of a build want them: 1 is a budget that is not kept, and nothing else. */
export const benchExitCodes = {
  within: exitCodes.ok,
  over: 1,
  undecided: 2,
  biased: 4,
  usage: 64,
  meanings: [
    [exitCodes.ok, 'within the budget'],
    [1, 'over the budget'],
    [2, 'undecided when the time was up'],
    [exitCodes.environment, 'a module cannot be loaded, or its operation failed'],
    [4, 'biased: the instrumented module is faster, so something else differs'],
    [64, 'the command line is wrong'],
    [exitCodes.defect, 'a defect of vsr-metrics'],
  ],
} as const satisfies ExitCodes & Record<BudgetVerdict, number>;

export const benchCommand = defineCommand({
  name: 'bench',
  summary: 'measures whether instrumentation keeps to a budget',
  operands: { name: '', least: 0, most: 0 },
  options: {
    baseline: {
      takes: 'value',
      placeholder: 'MODULE',
      help: 'its default export is the operation without instrumentation',
    },
    instrumented: {
      takes: 'value',
      placeholder: 'MODULE',
      help: 'the same with instrumentation',
    },
    budget: {
      takes: 'value',
      placeholder: 'PERCENT',
      short: 'b',
      help: 'how much longer it may take (default 1%)',
    },
    confidence: {
      takes: 'value',
      placeholder: 'PERCENT',
      help: 'how sure the verdict has to be (default 99%)',
    },
    limit: {
      takes: 'value',
      placeholder: 'SECONDS',
      help: 'gives up, undecided, after this time (default 120)',
    },
    clock: {
      takes: 'value',
      placeholder: 'CLOCK',
      choices: ['processor', 'typical', 'wall'],
      help: 'processor (default): time that the process computed, on one processor; typical: time of the median operation, steady on busy machines, blind to rare costs; wall: time that passed, for operations that wait',
    },
    json: { takes: 'nothing', help: 'prints the report as JSON' },
  },
  description: [
    'Runs both modules in fresh processes, in short turns, until it is known whether the second keeps to the budget, and prints what was found. Busy machines take longer, and do not change the verdict.',
    'A module may export a function check(operations) too, which throws when the work was not done.',
  ],
  examples: [
    'vsr-metrics bench --budget 1% --baseline a.js --instrumented b.js',
    'vsr-metrics bench --baseline a.js --instrumented b.js --limit 600 --json',
  ],
  exitCodes: benchExitCodes,
});
