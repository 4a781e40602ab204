// Where spans can be attached: every phase of the protocol that has a beginning and an end is
// announced here, and nowhere else. By default nobody listens and nothing is allocated.
//
//   const write = spans.begin('kmb.write');
//   const prepare = spans.begin('kmb.consensus.prepare', write);
//   prepare.end();
//   write.end();

export type SpanName =
  | 'kmb.write'
  | 'kmb.query'
  | 'kmb.consensus.prepare'
  | 'kmb.consensus.commit'
  | 'kmb.repair'
  | 'kmb.view_change';

export interface Span {
  end(): void;
}

export interface Spans {
  begin(name: SpanName, parent?: Span): Span;
}

export const noSpan: Span = { end: () => undefined };
export const noSpans: Spans = { begin: () => noSpan };
