// What GET /metrics answers: a snapshot in the format that the client asks for.
//
//   /metrics                                            everything
//   /metrics?name[]=vsr_view_number&name[]=up           these families, by any name they expose

import { exposedNames } from '../core/catalogue/clashes.js';
import { selectSeries } from '../core/reading/combined-snapshot.js';
import type { Snapshot } from '../core/reading/snapshot.js';
import { negotiate } from '../exposition/negotiate.js';
import { renderBytes } from '../exposition/render.js';
import type { ServerSource } from './source.js';

export function metricsDocument(
  source: ServerSource,
  accept: string | undefined,
  query: URLSearchParams,
): { readonly contentType: string; readonly body: Uint8Array } {
  const { format, contentType, escaping } = negotiate(accept);
  const snapshot = select(source.snapshot(), query.getAll('name[]'));
  const body = renderBytes(format, snapshot, { escaping });
  // OpenMetrics takes no comments, and protobuf and JSON have none.
  const remarks = format === 'prometheus' ? (source.remarks?.() ?? []) : [];
  if (remarks.length === 0) return { contentType, body };
  return { contentType, body: Buffer.concat([Buffer.from(remarks.map(comment).join('')), body]) };
}

function select(snapshot: Snapshot, names: readonly string[]): Snapshot {
  if (names.length === 0) return snapshot;
  const wanted = new Set(names);
  return selectSeries(snapshot, ({ family }) =>
    exposedNames(family).some((name) => wanted.has(name)),
  );
}

function comment(text: string): string {
  // One that began with TYPE or HELP would be none.
  return `# vsr-metrics: ${text.replace(/[\r\n]+/g, ' ')}\n`;
}
