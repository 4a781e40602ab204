// Histograms of other libraries that keep percentiles. They take whole numbers: milliseconds are
// given to them as microseconds.

import { createHistogram } from 'node:perf_hooks';
import type { JavascriptCase } from '../harness/javascript-case.js';
import { findPeer, loadPeer } from '../harness/peers.js';
import { generateValues } from '../harness/values.js';

/** All values of the other cases, as whole numbers; made once a process. */
export function wholeValues(): Float64Array {
  return generateValues().map((value) => Math.max(1, Math.round(value * 1000)));
}

export interface HdrRecorder {
  record(value: number): void;
  total(): number;
}

export interface HdrPeer extends Pick<JavascriptCase, 'peer' | 'version' | 'unavailable'> {
  make(): HdrRecorder | Promise<HdrRecorder>;
}

const highest = 1_000_000_000;

type HdrHistogramJs = typeof import('hdr-histogram-js');

async function hdrHistogramJs(useWebAssembly: boolean): Promise<HdrRecorder> {
  const { build, initWebAssembly } = loadPeer<HdrHistogramJs>('hdr-histogram-js');
  if (useWebAssembly) await initWebAssembly();
  const histogram = build({
    numberOfSignificantValueDigits: 3,
    highestTrackableValue: highest,
    bitBucketSize: 64,
    useWebAssembly,
  });
  return {
    record: (value) => histogram.recordValue(value),
    total: () => histogram.totalCount,
  };
}

interface NativeHistogram {
  record(value: number): boolean;
  recordedcounts(): ReadonlyArray<{ readonly count: number }>;
}

export const hdrPeers: readonly HdrPeer[] = [
  {
    peer: 'hdr-histogram-js',
    ...findPeer('hdr-histogram-js'),
    make: () => hdrHistogramJs(false),
  },
  {
    peer: 'hdr-histogram-js, WebAssembly',
    ...findPeer('hdr-histogram-js'),
    make: () => hdrHistogramJs(true),
  },
  {
    peer: 'perf_hooks.createHistogram',
    version: process.version,
    make: () => {
      const histogram = createHistogram({ lowest: 1, highest, figures: 3 });
      return { record: (value) => histogram.record(value), total: () => histogram.count };
    },
  },
  {
    peer: 'native-hdr-histogram',
    ...findPeer('native-hdr-histogram'),
    make: () => {
      const Histogram =
        loadPeer<new (low: number, high: number, digits: number) => NativeHistogram>(
          'native-hdr-histogram',
        );
      const histogram = new Histogram(1, highest, 3);
      return {
        record: (value) => histogram.record(value),
        total: () => histogram.recordedcounts().reduce((sum, { count }) => sum + count, 0),
      };
    },
  },
];
