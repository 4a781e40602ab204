// How large a region is. Its sections are sparse: what is reserved here is address space, and a page
// of it costs memory once something is stored in it.

import type { ResolvedFamily } from '../catalogue/resolve.js';
import { RegistryError } from '../errors.js';
import { checkOption, group, refusals, whole } from '../options.js';
import { layout, type RegionSizes } from './native.js';
import type { PlannedFamily } from './planned-family.js';

/** What a registry has room for. */
export interface Capacity {
  /** Threads that record at the same time; 32 unless told otherwise. */
  readonly lanes?: number;
  /** Processes that are attached at the same time; as many as lanes unless told otherwise. */
  readonly processes?: number;
  /** Series of all families together; 16,384, or what the catalogue declares, unless told otherwise. */
  readonly series?: number;
  /**
   * Series of histograms, of all families together. Unless told otherwise: 256, or what the catalogue
   * declares (`maxSeries` of families with open labels), within 2 GB of address space per lane.
   */
  readonly histograms?: number;
  /**
   * Bytes for the text of the labels of all series: 256 per series unless told otherwise. A series
   * takes what its labels take as JSON, up to twice that where it takes the place of a removed one. For
   * labels of 1,000 characters 2,048 bytes per series are enough, three times that if these are not
   * ASCII.
   */
  readonly labelBytes?: number;
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
// Where the catalogue declares more than the defaults, it gets room for that within these limits: of
// address space in each lane, and of what readers have to copy once all of it is in use.
const mostCellBytes = 2 ** 31;
const mostHeadBytesOfAllLanes = 2 ** 27;
const mostSeriesBytesOfAllLanes = 2 ** 28;
const labelBytesPerSeries = 256;
const leastLabelBytes = 64;
const familyBytes = 4096;
// Catalogues that are added later bring histograms: room for so many with the usual digits and range,
// whose cells take 400 kB, and for the counts of their bounds.
const addedHistograms = 16;
const addedCellBytes = 100 * layout.pageSize;
const addedHeadBytes = 2048;
const mostHistoryBytes = 64 * 2 ** 20;
const snapshotsAnHour = 360;

/** What families need from the start, and what they may come to. */
class Demand {
  needed = 0;
  declared = 0;
  neededHistograms = 0;
  /** Bytes of cells and of heads in a lane, for all histograms that are declared. */
  declaredCellBytes = 0;
  declaredHeadBytes = 0;
  /** Of the largest histogram. */
  cellBytes: number = layout.pageSize;
  headBytes = 0;
  snapshotBytes = 0;

  constructor(declared: readonly PlannedFamily[], own: readonly PlannedFamily[]) {
    for (const planned of declared) this.#add(planned, mostOf(planned.family));
    // Few of the library's own series ever exist.
    for (const planned of own) this.#add(planned, seriesFromStart(planned.family));
  }

  /** How many of the declared series get room by default. */
  seriesWithin(lanes: number): number {
    const tableBytes = layout.entrySize + labelBytesPerSeries + layout.sharedGaugeSize;
    const seriesBytes = tableBytes + layout.gaugeSize * (lanes + 1);
    return Math.min(this.declared, Math.floor(mostSeriesBytesOfAllLanes / seriesBytes));
  }

  /** Which part of the declared histograms gets room by default. */
  shareOfHistograms(lanes: number): number {
    if (this.declaredHeadBytes === 0) return 0;
    const mostHeadBytes = mostHeadBytesOfAllLanes / (lanes + 1);
    return Math.min(
      1,
      mostCellBytes / this.declaredCellBytes,
      mostHeadBytes / this.declaredHeadBytes,
    );
  }

  #add({ family, geometry }: PlannedFamily, most: number): void {
    const fromStart = seriesFromStart(family);
    this.needed += fromStart;
    this.declared += most;
    const { gauge, histogram } = layout.numbers;
    const numbers = geometry === undefined ? gauge : geometry.bounds.length + histogram;
    this.snapshotBytes += fromStart * (layout.historySeriesSize + 8 * numbers);
    if (geometry === undefined) return;
    const cellBytes = roundUp(layout.cellSize * geometry.cellCount, layout.pageSize);
    const counts = geometry.splits.length + geometry.bounds.length + 1;
    const headBytes = roundUp(layout.headSplits + layout.cellSize * counts, layout.cacheLine);
    this.neededHistograms += fromStart;
    this.declaredCellBytes += most * cellBytes;
    this.declaredHeadBytes += most * headBytes;
    this.cellBytes = Math.max(this.cellBytes, cellBytes);
    this.headBytes = Math.max(this.headBytes, headBytes);
  }
}

/** How many series exist from the start, with the overflow series of a family that has labels to choose. */
function seriesFromStart({ labels }: ResolvedFamily): number {
  const free = labels.filter(({ fixed }) => fixed === undefined);
  const combinations = free.reduce((count, { values }) => count * (values?.length ?? 0), 1);
  return free.length === 0 ? 1 : combinations + 1;
}

/** How many series a family may come to. */
function mostOf(family: ResolvedFamily): number {
  const hasOpenLabel = family.labels.some(({ fixed, values }) => !fixed && values === undefined);
  return hasOpenLabel ? family.maxSeries + 1 : headroom * seriesFromStart(family);
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

/** @throws RegistryError when there would not be room for what the catalogue needs from the start */
export function planSizes(
  declared: readonly PlannedFamily[],
  own: readonly PlannedFamily[],
  capacity: Capacity,
): Omit<RegionSizes, 'defaultLabels'> {
  const demand = new Demand(declared, own);
  const { needed, neededHistograms, cellBytes, headBytes } = demand;
  const kinds = group<Capacity>({
    lanes: whole(1, 4096),
    processes: whole(1, 4096),
    historyBytes: whole(0, layout.mostBytesRead),
    exemplars: whole(0, 2 ** 20),
    series: atLeast(needed, 2 ** 24),
    histograms: atLeast(neededHistograms, 2 ** 20),
    labelBytes: atLeast(leastLabelBytes * needed, 2 ** 32),
  });
  checkOption('a registry', refusals.registry, 'capacity', kinds, capacity);
  const lanes = capacity.lanes ?? defaultLanes;
  const processes = capacity.processes ?? lanes;
  const series =
    capacity.series ?? Math.max(defaultSeries, headroom * needed, demand.seriesWithin(lanes));
  const historyBytes =
    capacity.historyBytes ??
    Math.min(mostHistoryBytes, headroom * snapshotsAnHour * demand.snapshotBytes);
  const exemplars = capacity.exemplars ?? defaultExemplars;
  const entries = series + (declared.length + own.length) * headroom;
  const labelBytes = capacity.labelBytes ?? labelBytesPerSeries * entries;
  // What the catalogue asks for may be too much as well.
  const planned = { ...capacity, lanes, processes, historyBytes, exemplars, series, labelBytes };
  checkOption('a registry', refusals.registry, 'capacity', kinds, planned);
  const { histograms } = capacity;
  const count = histograms ?? Math.max(defaultHistograms, headroom * neededHistograms);
  const share = histograms === undefined ? demand.shareOfHistograms(lanes) : 0;
  const ofCatalogue = neededHistograms === 0 ? 0 : cellBytes * count;
  // Where no histogram is declared, those that are added are as many as the program asks for.
  const asked = neededHistograms === 0 ? histograms : undefined;
  const added = histograms === undefined ? addedHistograms : (asked ?? 0);
  const sizes = {
    lanes,
    processes,
    historyBytes,
    entries,
    heapBytes: labelBytes + familyBytes * (declared.length + own.length),
    scalarBytes:
      layout.gaugeSize * entries +
      roundUp(Math.max(headBytes * count, share * demand.declaredHeadBytes), layout.cacheLine) +
      added * addedHeadBytes,
    histogramBytes:
      roundUp(Math.max(ofCatalogue, share * demand.declaredCellBytes), layout.pageSize) +
      added * addedCellBytes,
    exemplarBytes: layout.exemplarsOfBucket * layout.exemplarSize * exemplars,
    sharedBytes: layout.sharedGaugeSize * entries,
  };
  checkReadable(sizes, { ...capacity, lanes, series });
  return sizes;
}

/** Whatever can be made can be read, however full it gets; of cells only those that hold anything. */
function checkReadable(sizes: RegionSizes, given: Capacity): void {
  const { lanes, entries, heapBytes, sharedBytes, scalarBytes, exemplarBytes } = sizes;
  const tables = layout.entrySize * entries + heapBytes + sharedBytes;
  const bytes = tables + (lanes + 1) * (scalarBytes + exemplarBytes + layout.journalSize);
  if (bytes <= layout.mostBytesRead) return;
  const megabytes = (amount: number) => `${Math.ceil(amount / 2 ** 20)} MB`;
  throw new RegistryError('VSR_METRICS_REGISTRY_OPTIONS', {
    problem: `capacity: a full registry would be too large to be read, ${megabytes(bytes)}`,
    given,
    allowed: `fewer lanes, series or labelBytes: ${megabytes(layout.mostBytesRead)} in all`,
  });
}

function atLeast(needed: number, most: number) {
  return {
    ...whole(needed, most),
    allowed: `a whole number from ${needed} (what the catalogue needs) to ${most}`,
  };
}
