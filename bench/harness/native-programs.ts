// What C++ is needed for: the processor's clock without JavaScript, recording through the public
// header, and the smallest Node-API call. `npm run bench` builds them into build/bench; without a
// compiler their cases are not run.

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

interface NativeProgram {
  readonly program: string;
  readonly peer: string;
  readonly groups: readonly string[];
  readonly arguments?: readonly string[];
}

const programs: readonly NativeProgram[] = [
  { program: 'time_stamps', peer: 'C++ time stamps', groups: ['clock', 'timed-operation'] },
  {
    program: 'cpp_header',
    peer: 'vsr-metrics from C++',
    groups: ['counter', 'histogram', 'timed-operation'],
    arguments: ['header'],
  },
  { program: 'cpp_header', peer: 'C++ count += 1', groups: ['counter'], arguments: ['bare'] },
  {
    program: 'cpp_header',
    peer: 'C++ count += 1, sum += v',
    groups: ['histogram'],
    arguments: ['bare'],
  },
];

/** The cases that are programs in C++, and why they are not run. */
export function nativeCases(): { cases: BenchmarkCase[]; notRun: NotRun[] } {
  const cases: BenchmarkCase[] = [];
  const notRun: NotRun[] = [];
  for (const { program, peer, groups, arguments: given = [] } of programs) {
    const path = `${folder}${program}`;
    if (!existsSync(path)) {
      notRun.push({ what: peer, reason: `no ${path}` });
      continue;
    }
    for (const group of groups) {
      cases.push({ group, peer, threads: 1, command: [path, ...given, group, '1'] });
    }
  }
  return { cases, notRun };
}
