// Which format a scraper gets, from its Accept header (RFC 9110, section 12.5.1). Prometheus sends,
// cut short:
//
//   application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,
//   text/plain;version=0.0.4;q=0.3,*/*;q=0.2
//
// and with native histograms, before all others,
//
//   application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited
//
// A content type is put together from the words below only, never from what the header says.

import { type NameEscaping, nameEscapings } from '../core/catalogue/names.js';
import { type MediaRange, parseAccept } from './accept.js';

/** What a snapshot can be rendered as. */
export type ExpositionFormat = 'prometheus' | 'openmetrics' | 'protobuf' | 'json';

export interface Negotiated {
  readonly format: ExpositionFormat;
  /** The Content-Type of the answer: with version, character set and, if asked for, escaping. */
  readonly contentType: string;
  /** How names are to be written that not every scraper can read; renderers take it. */
  readonly escaping: NameEscaping;
}

interface Offer {
  readonly format: ExpositionFormat;
  readonly contentType: string;
  readonly type: string;
  readonly subtype: string;
  /** What a range must say, if it says anything about it. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** A range must say so: no general one means this. */
  readonly byName?: true;
  /** How names are written when the range does not tell, and whether the content type says so. */
  readonly escaping: {
    readonly unlessAsked: NameEscaping;
    readonly tell: 'always' | 'asked' | 'never';
  };
}

const underscores = 'underscores';

const text004: Offer = {
  format: 'prometheus',
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  type: 'text',
  subtype: 'plain',
  parameters: { version: '0.0.4' },
  escaping: { unlessAsked: underscores, tell: 'never' },
};

// Which of them wins where the header leaves the choice: the first.
const offers: readonly Offer[] = [
  text004,
  {
    format: 'openmetrics',
    contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
    type: 'application',
    subtype: 'openmetrics-text',
    parameters: { version: '1.0.0' },
    escaping: { unlessAsked: underscores, tell: 'asked' },
  },
  {
    // Nothing but 0.0.4 with a notation for names that 0.0.4 cannot write.
    format: 'prometheus',
    contentType: 'text/plain; version=1.0.0; charset=utf-8',
    type: 'text',
    subtype: 'plain',
    parameters: { version: '1.0.0' },
    escaping: { unlessAsked: underscores, tell: 'always' },
  },
  {
    format: 'json',
    contentType: 'application/json; charset=utf-8',
    type: 'application',
    subtype: 'json',
    escaping: { unlessAsked: 'allow-utf-8', tell: 'never' },
  },
  {
    format: 'protobuf',
    contentType:
      'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
    type: 'application',
    subtype: 'vnd.google.protobuf',
    parameters: { proto: 'io.prometheus.client.MetricFamily', encoding: 'delimited' },
    byName: true,
    escaping: { unlessAsked: underscores, tell: 'asked' },
  },
];

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
  const { escaping, contentType } = withEscaping(offer, range);
  return { format: offer.format, contentType, escaping };
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
  if (type === '*') return offer.byName ? 0 : 1;
  if (type !== offer.type) return 0;
  if (subtype === '*') return offer.byName ? 0 : 2;
  if (subtype !== offer.subtype) return 0;
  const wanted = Object.entries(offer.parameters ?? {});
  const given = wanted.filter(([name]) => parameters.has(name));
  if (given.some(([name, value]) => parameters.get(name) !== value)) return 0;
  // Half a name of the protobuf format may mean another one.
  if (offer.byName && given.length < wanted.length) return 0;
  return given.length === 0 ? 3 : 4;
}

function isBetter(a: Match, b: Match): boolean {
  if (a.quality !== b.quality) return a.quality > b.quality;
  if (a.exactness !== b.exactness) return a.exactness > b.exactness;
  return a.position < b.position;
}

function withEscaping(
  { contentType, escaping: { unlessAsked, tell } }: Offer,
  range: MediaRange | undefined,
): Pick<Negotiated, 'contentType' | 'escaping'> {
  if (tell === 'never') return { contentType, escaping: unlessAsked };
  const given = range?.parameters.get('escaping');
  const asked = nameEscapings.find((each) => each === given);
  const escaping = asked ?? unlessAsked;
  const told = asked !== undefined || tell === 'always';
  return { contentType: told ? `${contentType}; escaping=${escaping}` : contentType, escaping };
}
