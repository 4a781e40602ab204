// The renderers: pure functions of a snapshot, to a string, to bytes, or to bytes piece by piece.

import { type NameEscaping, nameEscapings } from '../core/catalogue/names.js';
import {
  group,
  type Kinds,
  objectWith,
  oneOf,
  optionsCheck,
  refusals,
  whole,
} from '../core/options.js';
import type { Snapshot } from '../core/reading/snapshot.js';
import { escapedLayout } from './escaping.js';
import { exemplarInsertions, type Insertion } from './exemplars.js';
import { fillString, fillUtf8, type Template } from './fill.js';
import { toJson } from './json.js';
import type { ExpositionFormat } from './negotiate.js';
import { openMetricsTemplate } from './openmetrics.js';
import { presentLayout } from './present.js';
import { prometheusTemplate } from './prometheus.js';
import { metricFamilies } from './protobuf/metric-families.js';
import { type Readings, withQuantiles } from './quantiles.js';

/** What renderers can be told. */
export interface RenderOptions {
  /**
   * Adds gauges `<name>_p50`, `_p95` and `_p99` for every histogram, of what was recorded since the
   * snapshot `previous` of the same registry (without one: since the start). JSON has percentiles
   * since the start in any case and leaves these out.
   */
  readonly quantiles?: { readonly previous?: Snapshot | undefined } | undefined;
  /**
   * How names are written that not every scraper can read: as `negotiate` says; underscores unless
   * told otherwise. Only catalogues with `utf8Names` have such names. JSON has all names as they are.
   */
  readonly escaping?: NameEscaping | undefined;
}

const kinds: Kinds<RenderOptions> = {
  quantiles: group<NonNullable<RenderOptions['quantiles']>>({
    previous: objectWith(['family', 'read'], 'a snapshot'),
  }),
  escaping: oneOf(nameEscapings),
};

const checkOptions = optionsCheck<RenderOptions>('a renderer', refusals.exporter, kinds);

/** What `renderChunks` can be told. */
interface ChunkOptions extends RenderOptions {
  readonly chunkBytes?: number;
}

const checkChunkOptions = optionsCheck<ChunkOptions>('a renderer', refusals.exporter, {
  ...kinds,
  chunkBytes: whole(1, 2 ** 30),
});

/**
 * A snapshot in Prometheus' text format 0.0.4.
 *
 * @example
 * ```ts
 * import { renderPrometheus } from 'vsr-metrics/exposition';
 *
 * const before = registry.snapshot();
 * renderPrometheus(registry.snapshot());
 * renderPrometheus(registry.snapshot(), { quantiles: { previous: before } });
 * ```
 */
export function renderPrometheus(snapshot: Snapshot, options: RenderOptions = {}): string {
  checkOptions(options);
  const { template, values } = prepare('prometheus', snapshot, options);
  return fillString(template, values);
}

/**
 * A snapshot in OpenMetrics 1.0, with units, creation times, exemplars and the # EOF at the end.
 *
 * @example
 * ```ts
 * import { renderOpenMetrics } from 'vsr-metrics/exposition';
 *
 * renderOpenMetrics(registry.snapshot());
 * ```
 */
export function renderOpenMetrics(snapshot: Snapshot, options: RenderOptions = {}): string {
  checkOptions(options);
  const { template, values, insertions } = prepare('openmetrics', snapshot, options);
  return Array.from(
    parts(template, insertions),
    ({ first, last, text }) => fillString(template, values, first, last) + text,
  ).join('');
}

/**
 * A snapshot in Prometheus' protobuf exposition: delimited `io.prometheus.client.MetricFamily`
 * messages, with creation times, exemplars, and every histogram also as a native one.
 *
 * @example
 * ```ts
 * import { renderProtobuf } from 'vsr-metrics/exposition';
 *
 * renderProtobuf(registry.snapshot());
 * ```
 */
export function renderProtobuf(snapshot: Snapshot, options: RenderOptions = {}): Uint8Array {
  checkOptions(options);
  return Buffer.concat([...metricFamilies(snapshot, readingsOf(snapshot, options))]);
}

/**
 * A snapshot as JSON; its shape is the type `JsonSnapshot`.
 *
 * @example
 * ```ts
 * import { type JsonSnapshot, renderJson } from 'vsr-metrics/exposition';
 *
 * const { families } = JSON.parse(renderJson(registry.snapshot())) as JsonSnapshot;
 * ```
 */
export function renderJson(snapshot: Snapshot): string {
  return `${JSON.stringify(toJson(snapshot))}\n`;
}

/**
 * A snapshot in the format that `negotiate` chose, as UTF-8: what goes into an HTTP response
 * without being turned into a string first.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { negotiate, renderBytes } from 'vsr-metrics/exposition';
 *
 * createServer((request, response) => {
 *   const { format, contentType, escaping } = negotiate(request.headers.accept);
 *   const body = renderBytes(format, registry.snapshot(), { escaping });
 *   response.writeHead(200, { 'Content-Type': contentType, 'Content-Length': body.length });
 *   response.end(body);
 * }).listen(9464);
 * ```
 */
export function renderBytes(
  format: ExpositionFormat,
  snapshot: Snapshot,
  options: RenderOptions = {},
): Uint8Array {
  checkOptions(options);
  if (format === 'json') return Buffer.from(renderJson(snapshot));
  if (format === 'protobuf') return renderProtobuf(snapshot, options);
  const { template, values, insertions } = prepare(format, snapshot, options);
  if (insertions.length === 0) return fillUtf8(template, values);
  return Buffer.concat(
    Array.from(parts(template, insertions), ({ first, last, text }) =>
      Buffer.concat([fillUtf8(template, values, first, last), Buffer.from(text)]),
    ),
  );
}

/**
 * The same in chunks of about `chunkBytes` (64 KiB unless told otherwise): each is filled in when it
 * is asked for, so that a slow reader of a large exposition holds no more than one of them.
 *
 * @example
 * ```ts
 * import { Readable } from 'node:stream';
 * import { renderChunks } from 'vsr-metrics/exposition';
 *
 * Readable.from(renderChunks('openmetrics', registry.snapshot())).pipe(process.stdout);
 * ```
 */
export function* renderChunks(
  format: ExpositionFormat,
  snapshot: Snapshot,
  given: ChunkOptions = {},
): Generator<Uint8Array, void, undefined> {
  checkChunkOptions(given);
  const { chunkBytes = 65_536, ...options } = given;
  if (format === 'json') {
    yield renderBytes(format, snapshot);
    return;
  }
  if (format === 'protobuf') {
    const families = metricFamilies(snapshot, readingsOf(snapshot, options));
    yield* gathered(families, chunkBytes);
    return;
  }
  const { template, values, insertions } = prepare(format, snapshot, options);
  function* filled() {
    for (const { first, last, text } of parts(template, insertions)) {
      for (let from = first; from < last; ) {
        const to = Math.min(last, pieceAfter(template, from, chunkBytes));
        yield fillUtf8(template, values, from, to);
        from = to;
      }
      if (text !== '') yield Buffer.from(text);
    }
  }
  yield* insertions.length === 0 ? filled() : gathered(filled(), chunkBytes);
}

/** Short ones together, up to `chunkBytes`. */
function* gathered(chunks: Iterable<Uint8Array>, chunkBytes: number): Generator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for (const chunk of chunks) {
    if (bytes > 0 && bytes + chunk.length > chunkBytes) {
      yield Buffer.concat(waiting);
      waiting = [];
      bytes = 0;
    }
    waiting.push(chunk);
    bytes += chunk.length;
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}

const templates = { prometheus: prometheusTemplate, openmetrics: openMetricsTemplate };

interface Prepared {
  readonly template: Template;
  readonly values: Float64Array;
  readonly insertions: readonly Insertion[];
}

function prepare(
  format: keyof typeof templates,
  snapshot: Snapshot,
  options: RenderOptions,
): Prepared {
  const { layout, values } = readingsOf(snapshot, options);
  const template = templates[format](layout);
  const insertions = format === 'openmetrics' ? exemplarInsertions(template, snapshot) : [];
  return { template, values, insertions };
}

/** The pieces of a template in ranges: where each ends, text is put in. */
function* parts(
  { pieceEnds }: Template,
  insertions: readonly Insertion[],
): Generator<{ readonly first: number; readonly last: number; readonly text: string }> {
  let first = 0;
  for (const { pieces, text } of insertions) {
    yield { first, last: pieces, text };
    first = pieces;
  }
  if (first < pieceEnds.length) yield { first, last: pieceEnds.length, text: '' };
}

function readingsOf(
  snapshot: Snapshot,
  { quantiles, escaping = 'underscores' }: RenderOptions,
): Readings {
  const present = presentLayout(snapshot);
  const { layout, values } =
    quantiles === undefined
      ? { layout: present, values: snapshot.values }
      : withQuantiles(snapshot, present, quantiles.previous);
  return { layout: escapedLayout(layout, escaping), values };
}

/** Where a chunk that starts with a piece ends: behind at least one piece. */
function pieceAfter({ pieceEnds }: Template, first: number, chunkBytes: number): number {
  const end = (first === 0 ? 0 : pieceEnds[first - 1]!) + chunkBytes;
  let last = first + 1;
  while (last < pieceEnds.length && pieceEnds[last]! <= end) last++;
  return last;
}
