// What GET /metrics answers: a snapshot in the format that the client asks for.
//
//   /metrics                                            everything
//   /metrics?name[]=vsr_view_number&name[]=up           these families, by any name they expose
//
// Those who get one snapshot in one format get one body. What a selection keeps is remembered for its
// layout, because renderers keep their templates by layout.

import { exposedNames } from '../core/catalogue/clashes.js';
import { SnapshotSelector } from '../core/reading/combined-snapshot.js';
import type { Snapshot } from '../core/reading/snapshot.js';
import { negotiate } from '../exposition/negotiate.js';
import { renderBytes } from '../exposition/render.js';
import type { ServerSource } from './source.js';

interface MetricsDocument {
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** Scrapers ask for the same few selections again and again. */
const mostSelections = 16;
const mostBodies = 16;

export class MetricsDocuments {
  readonly #source: ServerSource;
  readonly #bodies = new WeakMap<Snapshot, Map<string, Uint8Array>>();
  /** By the names, those that were used last stand last. */
  readonly #selectors = new Map<string, SnapshotSelector>();

  constructor(source: ServerSource) {
    this.#source = source;
  }

  document(accept: string | undefined, names: readonly string[]): MetricsDocument {
    const { format, contentType, escaping } = negotiate(accept);
    const snapshot = this.#source.snapshot();
    let bodies = this.#bodies.get(snapshot);
    if (bodies === undefined) {
      bodies = new Map();
      this.#bodies.set(snapshot, bodies);
    }
    const key = JSON.stringify([format, escaping, ...names]);
    let body = bodies.get(key);
    if (body === undefined) {
      body = renderBytes(format, this.#select(snapshot, names), { escaping });
      // OpenMetrics takes no comments, and protobuf and JSON have none.
      const remarks = format === 'prometheus' ? (this.#source.remarks?.() ?? []) : [];
      if (remarks.length > 0) {
        body = Buffer.concat([Buffer.from(remarks.map(comment).join('')), body]);
      }
      if (bodies.size < mostBodies) bodies.set(key, body);
    }
    return { contentType, body };
  }

  #select(snapshot: Snapshot, names: readonly string[]): Snapshot {
    if (names.length === 0) return snapshot;
    const key = JSON.stringify(names);
    let selector = this.#selectors.get(key);
    if (selector === undefined) {
      const wanted = new Set(names);
      selector = new SnapshotSelector(({ family }) =>
        exposedNames(family).some((name) => wanted.has(name)),
      );
      const [oldest] = this.#selectors.keys();
      if (this.#selectors.size >= mostSelections) this.#selectors.delete(oldest!);
    }
    this.#selectors.delete(key);
    this.#selectors.set(key, selector);
    return selector.select(snapshot);
  }
}

function comment(text: string): string {
  // One that began with TYPE or HELP would be none.
  return `# vsr-metrics: ${text.replace(/[\r\n]+/g, ' ')}\n`;
}
