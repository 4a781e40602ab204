// What C++ is needed for: the processor's clock without JavaScript, and the smallest Node-API call.
// `npm run bench` builds both into build/bench; without a compiler their cases are not run.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { BenchmarkCase, NotRun } from './types.js';

const require = createRequire(import.meta.url);
const folder = fileURLToPath(new URL('../../../build/bench/', import.meta.url));

/** The addon of native/smallest_call.cc. */
export function smallestCall(): { call: () => void; calls: Float64Array } {
  const { call, calls } = require(`${folder}smallest_call.node`) as {
    call: () => void;
    calls: ArrayBuffer;
  };
  return { call, calls: new Float64Array(calls) };
}

/** The cases that are programs in C++, and why they are not run. */
export function nativeCases(): { cases: BenchmarkCase[]; notRun: NotRun[] } {
  const program = `${folder}time_stamps`;
  if (!existsSync(program)) {
    return { cases: [], notRun: [{ what: 'C++ time stamps', reason: `no ${program}` }] };
  }
  const cases = (['clock', 'timed-operation'] as const).map(
    (group): BenchmarkCase => ({
      group,
      peer: 'C++ time stamps',
      threads: 1,
      command: [program, group, '1'],
    }),
  );
  return { cases, notRun: [] };
}
