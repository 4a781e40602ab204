// How large a region is. Its sections are sparse: what is reserved here is address space, and a page
// of it costs memory once something is stored in it.

import type { ResolvedFamily } from '../catalogue/resolve.js';
import { RegistryError } from '../errors.js';
import { checkOption, group, refusals, whole } from '../options.js';
import type { HistogramGeometry } from './histogram-geometry.js';
import { layout, type RegionSizes } from './native.js';

/** What a registry has room for. */
export interface Capacity {
  /** Threads that record at the same time; 32 unless told otherwise. */
  readonly lanes?: number;
  /** Processes that are attached at the same time; as many as lanes unless told otherwise. */
  readonly processes?: number;
  /** Series of all families together; 16,384, or what the catalogue needs, unless told otherwise. */
  readonly series?: number;
  /** Series of histograms; 256, or what the catalogue needs, unless told otherwise. */
  readonly histograms?: number;
  /**
   * Bytes for the history: by default what an hour of snapshots every 10 s and ten minutes of gauges
   * every second need, at most 64 MB. 0: none.
   */
  readonly historyBytes?: number;
  /**
   * Buckets and counters of which each thread keeps an exemplar; 1,024 unless told otherwise. 0:
   * none. One that is used takes 1,152 bytes.
   */
  readonly exemplars?: number;
}

const defaultLanes = 32;
const defaultSeries = 16_384;
const defaultHistograms = 256;
const defaultExemplars = 1024;
// Attachments bring series of their own: other replicas, other fixed labels.
const headroom = 4;
const heapBytesPerEntry = 256;
const mostHistoryBytes = 64 * 2 ** 20;
const snapshotsAnHour = 360;

/** How many series exist from the start; with an open label that is the overflow series alone. */
function seriesFromStart(family: ResolvedFamily): number {
  return (
    family.labels.reduce((count, { values, fixed }) => {
      if (fixed !== undefined || count === 0) return count;
      return values === undefined ? 0 : count * values.length;
    }, 1) || 1
  );
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

export function planSizes(
  families: readonly ResolvedFamily[],
  geometries: ReadonlyMap<ResolvedFamily, HistogramGeometry>,
  capacity: Capacity,
): RegionSizes {
  let needed = 0;
  let neededHistograms = 0;
  let snapshotBytes = 0;
  let cellBytes: number = layout.pageSize;
  let headBytes = 0;
  for (const family of families) {
    const count = seriesFromStart(family);
    needed += count;
    const geometry = geometries.get(family);
    snapshotBytes += count * (8 + 8 * (geometry === undefined ? 2 : geometry.bounds.length + 4));
    if (geometry === undefined) continue;
    neededHistograms += count;
    cellBytes = Math.max(cellBytes, roundUp(8 * geometry.cellCount, layout.pageSize));
    const counts = geometry.splits.length + geometry.bounds.length + 1;
    headBytes = Math.max(headBytes, roundUp(layout.headSplits + 8 * counts, 64));
  }
  const lanes = capacity.lanes ?? defaultLanes;
  const series = capacity.series ?? Math.max(defaultSeries, headroom * needed);
  const histograms =
    capacity.histograms ?? Math.max(defaultHistograms, headroom * neededHistograms);
  const processes = capacity.processes ?? lanes;
  const historyBytes =
    capacity.historyBytes ?? Math.min(mostHistoryBytes, headroom * snapshotsAnHour * snapshotBytes);
  const exemplars = capacity.exemplars ?? defaultExemplars;
  const kinds = group<Capacity>({
    lanes: whole(1, 4096),
    processes: whole(1, 4096),
    historyBytes: whole(0, layout.mostBytesRead),
    exemplars: whole(0, 2 ** 20),
    series: atLeast(needed, 2 ** 24),
    histograms: atLeast(neededHistograms, 2 ** 20),
  });
  const planned = { ...capacity, lanes, processes, historyBytes, exemplars, series, histograms };
  checkOption('a registry', refusals.registry, 'capacity', kinds, planned);
  const entries = series + families.length * headroom;
  const sizes = {
    lanes,
    processes,
    historyBytes,
    entries,
    heapBytes: heapBytesPerEntry * entries + 4096 * families.length,
    scalarBytes: layout.gaugeSize * entries + headBytes * histograms,
    histogramBytes: neededHistograms === 0 ? 0 : cellBytes * histograms,
    exemplarBytes: layout.exemplarsOfBucket * layout.exemplarSize * exemplars,
    sharedBytes: layout.sharedGaugeSize * entries,
  };
  checkReadable(sizes, { lanes, series });
  return sizes;
}

/** Whatever can be made can be read, however full it gets; of cells only those that hold anything. */
function checkReadable(sizes: RegionSizes, given: Capacity): void {
  const { lanes, entries, heapBytes, sharedBytes, scalarBytes, exemplarBytes } = sizes;
  const tables = layout.entrySize * entries + heapBytes + sharedBytes;
  const bytes = tables + (lanes + 1) * (scalarBytes + exemplarBytes);
  if (bytes <= layout.mostBytesRead) return;
  const megabytes = (amount: number) => `${Math.ceil(amount / 2 ** 20)} MB`;
  throw new RegistryError('VSR_METRICS_REGISTRY_OPTIONS', {
    problem: `capacity: a full registry would be too large to be read, ${megabytes(bytes)}`,
    given,
    allowed: `fewer lanes or series: ${megabytes(layout.mostBytesRead)} in all`,
  });
}

function atLeast(needed: number, most: number) {
  return {
    ...whole(needed, most),
    allowed: `a whole number from ${needed} (what the catalogue needs) to ${most}`,
  };
}
