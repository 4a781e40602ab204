// Programs in other languages: peers of this library, recording through its C++ header, and what C++
// is needed for. `npm run bench` builds them into build/bench and says in not-built.json why it could
// not build one.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { groupOf, type Operation, shapesOf } from '../handlers/shapes.js';
import type { BenchmarkCase, NotRun } from './types.js';

const require = createRequire(import.meta.url);
const folder = fileURLToPath(new URL('../../../build/bench/', import.meta.url));

const addon = `${folder}smallest_call.node`;

/** Why the addon of native/smallest_call.cc cannot be measured, if it cannot. */
export function smallestCallUnavailable(): { unavailable?: string } {
  return existsSync(addon) ? {} : { unavailable: 'smallest_call.node is not built' };
}

export function smallestCall(): { call: () => void; calls: Float64Array } {
  const { call, calls } = require(addon) as {
    call: () => void;
    calls: ArrayBuffer;
  };
  return { call, calls: new Float64Array(calls) };
}

/** A clock that is read in order: see native/ordered_clock.cc. */
export function orderedClock(): { read: () => void; cell: Float64Array } {
  const { read, cell } = require(`${folder}ordered_clock.node`) as {
    read: () => void;
    cell: ArrayBuffer;
  };
  return { read, cell: new Float64Array(cell) };
}

interface NativeProgram {
  readonly peer: string;
  /** Its path in build/bench. */
  readonly program: string;
  readonly before?: readonly string[];
  readonly groups: readonly string[];
  /** Where the program is named in not-built.json. */
  readonly builtAs: string;
}

const operations = ['counter', 'histogram', 'timed-operation'];
const shared = operations.map((operation) => `${operation}-shared`);
const renderings = ['render-counters-10k', 'render-histograms-1k'];

const handlers = (...names: Operation[]) => names.flatMap(shapesOf).map(groupOf);
const recording = handlers('counter', 'gauge', 'histogram', 'timed');

const cppHeader = { program: 'cpp_header', builtAs: 'native' } as const;
const rust = { program: 'rust/release/rust-peers', builtAs: 'rust' } as const;
const hdr = { program: 'hdr_histogram', builtAs: 'hdr_histogram' } as const;

export const nativePrograms: readonly NativeProgram[] = [
  {
    peer: 'C++ time stamps',
    program: 'time_stamps',
    builtAs: 'native',
    groups: ['clock', 'timed-operation'],
  },
  {
    peer: 'vsr-metrics from C++',
    ...cppHeader,
    before: ['header'],
    groups: operations,
  },
  { peer: 'C++ count += 1', ...cppHeader, before: ['bare'], groups: ['counter'] },
  { peer: 'C++ count += 1, sum += v', ...cppHeader, before: ['bare'], groups: ['histogram'] },
  {
    peer: 'Rust prometheus',
    ...rust,
    before: ['prometheus'],
    groups: [...operations, ...shared, ...renderings, ...recording, ...handlers('clock')],
  },
  {
    peer: 'Rust metriken',
    ...rust,
    before: ['metriken'],
    groups: [...operations, ...shared, ...recording],
  },
  {
    peer: 'Rust metriken, sharded',
    ...rust,
    before: ['metriken-sharded'],
    groups: [...operations, ...shared],
  },
  {
    peer: 'Rust metrics-lib',
    ...rust,
    before: ['metrics-lib'],
    groups: [...operations, ...shared],
  },
  {
    peer: 'C++ prometheus-cpp',
    program: 'prometheus_cpp',
    builtAs: 'prometheus_cpp',
    groups: [...operations, ...shared, ...renderings, ...recording],
  },
  {
    peer: 'Go client_golang',
    program: 'go-peer',
    builtAs: 'go',
    groups: [...operations, ...shared, ...renderings, ...recording, ...handlers('clock')],
  },
  {
    peer: 'C HdrHistogram_c',
    ...hdr,
    before: ['plain'],
    groups: ['histogram', 'timed-operation', ...handlers('histogram', 'timed')],
  },
  {
    peer: 'C HdrHistogram_c, atomic',
    ...hdr,
    before: ['atomic'],
    groups: [
      'histogram',
      'histogram-shared',
      'timed-operation',
      'timed-operation-shared',
      ...handlers('histogram', 'timed'),
    ],
  },
];

/** Why programs were not built, by `builtAs`. */
function reasons(): Record<string, string> {
  const path = `${folder}not-built.json`;
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
}

/** The cases that are programs in other languages, and why some are not run. */
export function nativeCases(): { cases: BenchmarkCase[]; notRun: NotRun[] } {
  const notBuilt = reasons();
  const cases: BenchmarkCase[] = [];
  const notRun: NotRun[] = [];
  for (const { peer, program, builtAs, before = [], groups } of nativePrograms) {
    const path = `${folder}${program}`;
    const reason = notBuilt[builtAs] ?? (existsSync(path) ? undefined : `${program} is not built`);
    if (reason !== undefined) {
      notRun.push({ what: peer, reason });
      continue;
    }
    for (const group of groups) {
      const threads = group.endsWith('-shared') ? 2 : 1;
      cases.push({ group, peer, threads, command: [path, ...before, group, String(threads)] });
    }
  }
  return { cases, notRun };
}
