// Times one handler, again and again, with other memory touched in between, and beside it one that
// does nothing: what recording adds is the difference.

import { orderedClock } from '../harness/native-programs.js';
import { generateValues, valueCount } from '../harness/values.js';

/** What a handler is given: a value for each handle, and at `callNumber` which of its calls this is. */
export type Handler = (values: Float64Array) => void;

/** No handler has more handles. */
const mostHandles = 64;
export const callNumber = mostHandles;

const mask = valueCount - 1;
const lineBytes = 64;
const warmUpCalls = 20_000;
const warmUpMilliseconds = 400;

/** Over six powers of two, from those of all benchmarks: divided by one, so exact in any language. */
export function foldedValue(value: number): number {
  if (value < 0.1) return value * 64;
  if (value < 6.4) return value;
  return value < 409.6 ? value / 64 : value / 4096;
}

/** Reads one word of each line of `bytes`, in the order of a linear congruential generator. */
function toucher(bytes: number): () => number {
  const memory = new Int32Array(bytes / Int32Array.BYTES_PER_ELEMENT).fill(1);
  const lines = bytes / lineBytes;
  let line = 0;
  return () => {
    let sum = 0;
    for (let count = 0; count < lines; count++) {
      line = (Math.imul(line, 1_664_525) + 1_013_904_223) & (lines - 1);
      sum += memory[line << 4]!;
    }
    return sum;
  };
}

export interface TimedHandler {
  /** Runs the handler for records first to end - 1; returns the nanoseconds that they added. */
  run(first: number, end: number): number;
  /** Calls of the handler before the first `run`, so that it is compiled. */
  readonly warmedUp: number;
}

/**
 * @example
 * const timed = timeHandler((values) => { latency.record(values[0]); }, { handles: 1, touched: 0 });
 * const nanoseconds = timed.run(0, 1000);
 */
export function timeHandler(
  handler: Handler,
  { handles, touched }: { handles: number; touched: number },
): TimedHandler {
  const { read, cell } = orderedClock();
  const values = generateValues().map(foldedValue);
  const batch = new Float64Array(mostHandles + 1);
  const touch = toucher(touched);
  // Called through a place where V8 has seen several functions: no handler becomes part of this loop.
  const targets: Handler[] = [handler, () => undefined, (given) => given[0]];
  let next = 0;

  function nanosecondsOf(target: number): number {
    touch();
    for (let index = 0; index < handles; index++) batch[index] = values[next++ & mask]!;
    if (target === 0) batch[callNumber]!++;
    read();
    const started = cell[0]!;
    targets[target]!(batch);
    read();
    return cell[0]! - started;
  }

  const started = performance.now();
  while (batch[callNumber]! < warmUpCalls && performance.now() - started < warmUpMilliseconds) {
    for (let call = 0; call < 100; call++) {
      for (let index = 0; index < handles; index++) batch[index] = values[next++ & mask]!;
      batch[callNumber]!++;
      for (const target of targets) target(batch);
    }
  }
  return {
    warmedUp: batch[callNumber]!,
    run(first, end) {
      let added = 0;
      for (let index = first; index < end; index += handles) {
        added += nanosecondsOf(0) - nanosecondsOf(1);
      }
      return added;
    },
  };
}
