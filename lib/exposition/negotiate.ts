// Which format a scraper gets, from its Accept header (RFC 9110, section 12.5.1). Prometheus sends,
// cut short:
//
//   application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,
//   text/plain;version=0.0.4;q=0.3,*/*;q=0.2
//
// A content type is put together from the words below only, never from what the header says.

import { type MediaRange, parseAccept } from './accept.js';

/** What a snapshot can be rendered as. */
export type ExpositionFormat = 'prometheus' | 'openmetrics' | 'json';

export interface Negotiated {
  readonly format: ExpositionFormat;
  /** The Content-Type of the answer: with version, character set and, if asked for, escaping. */
  readonly contentType: string;
}

interface Offer extends Negotiated {
  readonly type: string;
  readonly subtype: string;
  readonly version?: string;
  /** Says how names beyond a-z, 0-9, _ and : are written. Ours have none: each is as good. */
  readonly escaping?: { readonly unlessAsked: string | undefined };
}

const text004: Offer = {
  format: 'prometheus',
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  type: 'text',
  subtype: 'plain',
  version: '0.0.4',
};

// Which of them wins where the header leaves the choice: the first.
const offers: readonly Offer[] = [
  text004,
  {
    format: 'openmetrics',
    contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
    type: 'application',
    subtype: 'openmetrics-text',
    version: '1.0.0',
    escaping: { unlessAsked: undefined },
  },
  {
    // Nothing but 0.0.4 with a notation for names that 0.0.4 cannot write.
    format: 'prometheus',
    contentType: 'text/plain; version=1.0.0; charset=utf-8',
    type: 'text',
    subtype: 'plain',
    version: '1.0.0',
    escaping: { unlessAsked: 'underscores' },
  },
  {
    format: 'json',
    contentType: 'application/json; charset=utf-8',
    type: 'application',
    subtype: 'json',
  },
];

const escapingSchemes = ['allow-utf-8', 'underscores', 'dots', 'values'];

/**
 * The format for an Accept header: the one of highest quality, then the one named most exactly, then
 * the one named first. Text 0.0.4 when there is no header, or nothing in it that can be offered.
 *
 * @example
 * ```ts
 * import { negotiate } from 'vsr-metrics/exposition';
 *
 * negotiate('application/openmetrics-text;version=1.0.0;q=0.6,text/plain;q=0.3').format;
 * negotiate('image/png').contentType; // 'text/plain; version=0.0.4; charset=utf-8'
 * ```
 */
export function negotiate(acceptHeader: string | undefined): Negotiated {
  const ranges = parseAccept(acceptHeader ?? '');
  const chosen = offers
    .map((offer) => match(offer, ranges))
    .filter((candidate) => candidate !== undefined && candidate.quality > 0)
    .reduce((best, next) => (best === undefined || isBetter(next!, best) ? next : best), undefined);
  const { offer, range } = chosen ?? { offer: text004, range: undefined };
  return { format: offer.format, contentType: contentType(offer, range) };
}

interface Match {
  readonly offer: Offer;
  readonly range: MediaRange;
  readonly quality: number;
  readonly exactness: number;
  readonly position: number;
}

/** The range that says most exactly what a client thinks of an offer. */
function match(offer: Offer, ranges: readonly MediaRange[]): Match | undefined {
  let best: Match | undefined;
  ranges.forEach((range, position) => {
    const exactness = exactnessOf(offer, range);
    if (exactness <= (best?.exactness ?? 0)) return;
    best = { offer, range, quality: range.quality, exactness, position };
  });
  return best;
}

/** 0: does not match. Any type, any subtype, any version, the very version: 1 to 4. */
function exactnessOf(offer: Offer, { type, subtype, parameters }: MediaRange): number {
  if (type === '*') return 1;
  if (type !== offer.type) return 0;
  if (subtype === '*') return 2;
  if (subtype !== offer.subtype) return 0;
  const version = parameters.get('version');
  if (version === undefined || offer.version === undefined) return 3;
  return version === offer.version ? 4 : 0;
}

function isBetter(a: Match, b: Match): boolean {
  if (a.quality !== b.quality) return a.quality > b.quality;
  if (a.exactness !== b.exactness) return a.exactness > b.exactness;
  return a.position < b.position;
}

function contentType({ contentType, escaping }: Offer, range: MediaRange | undefined): string {
  if (escaping === undefined) return contentType;
  const asked = range?.parameters.get('escaping');
  const scheme = escapingSchemes.find((each) => each === asked) ?? escaping.unlessAsked;
  return scheme === undefined ? contentType : `${contentType}; escaping=${scheme}`;
}
