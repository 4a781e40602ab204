// What a receiver of OTLP has got, decoded by OpenTelemetry's published definitions of the messages.

import definitions from 'otlp-definitions/build/src/generated/root.js';

/** The classes of the definitions come without types. */
interface MessageClass {
  decode(bytes: Uint8Array): Message;
  fromObject(json: unknown): Message;
  encode(message: object): { finish(): Uint8Array };
}

const { ExportMetricsServiceRequest, ExportMetricsServiceResponse } = (
  definitions as unknown as {
    opentelemetry: {
      proto: { collector: { metrics: { v1: Record<`ExportMetrics${string}`, MessageClass> } } };
    };
  }
).opentelemetry.proto.collector.metrics.v1 as Record<
  'ExportMetricsServiceRequest' | 'ExportMetricsServiceResponse',
  MessageClass
>;

/** A point of any kind; what it has not got is undefined. */
export interface Point {
  readonly metric: string;
  readonly description: string;
  readonly unit: string;
  readonly kind: 'sum' | 'gauge' | 'histogram' | 'exponentialHistogram';
  readonly isMonotonic: boolean | undefined;
  /** 1: delta, 2: cumulative. */
  readonly temporality: number | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  /** Unix milliseconds. */
  readonly start: number;
  readonly time: number;
  /** Of a histogram its sum. */
  readonly value: number | undefined;
  readonly count: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly bounds: readonly number[] | undefined;
  readonly counts: readonly number[] | undefined;
  readonly scale: number | undefined;
  readonly zeroCount: number | undefined;
  readonly offset: number | undefined;
}

export interface Request {
  readonly resource: Readonly<Record<string, string>>;
  readonly scope: string;
  readonly points: readonly Point[];
}

export function decodeProtobuf(body: Uint8Array): Request {
  return toRequest(ExportMetricsServiceRequest.decode(body));
}

export function decodeJson(body: string): Request {
  return toRequest(ExportMetricsServiceRequest.fromObject(JSON.parse(body)));
}

/** The answer that all is well. */
export const success: Uint8Array = ExportMetricsServiceResponse.encode({}).finish();

interface Message {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeMetrics: readonly {
      readonly scope: { readonly name: string; readonly version: string };
      readonly metrics: readonly Metric[];
    }[];
  }[];
}

// Text that is empty is not sent, and comes out as null.
type Metric = {
  readonly name: string;
  readonly description: string | null;
  readonly unit: string | null;
} & {
  readonly [Kind in Point['kind']]?: PlainData | null;
};

function toRequest(message: Message): Request {
  const [resource, ...more] = message.resourceMetrics;
  if (resource === undefined || more.length > 0) throw new Error('not of one resource');
  const scopes = resource.scopeMetrics;
  return {
    resource: toRecord(resource.resource.attributes),
    scope: `${scopes[0]?.scope?.name} ${scopes[0]?.scope?.version}`,
    points: scopes.flatMap(({ metrics }) => metrics.flatMap(toPoints)),
  };
}

function toPoints(metric: Metric): Point[] {
  const { name, description, unit, sum, gauge, histogram, exponentialHistogram } = metric;
  const kinds = { sum, gauge, histogram, exponentialHistogram };
  const [kind, data] = Object.entries(kinds).find(([, each]) => each != null)!;
  const { aggregationTemporality, isMonotonic, dataPoints } = data!;
  return dataPoints.map((point) => ({
    metric: name,
    description: description ?? '',
    unit: unit ?? '',
    kind: kind as Point['kind'],
    isMonotonic: isMonotonic ?? undefined,
    temporality: aggregationTemporality ?? undefined,
    attributes: toRecord(point.attributes),
    start: Number(point.startTimeUnixNano) / 1e6,
    time: Number(point.timeUnixNano) / 1e6,
    value: toNumber(point.asDouble ?? point.sum),
    count: toNumber(point.count),
    min: toNumber(point.min),
    max: toNumber(point.max),
    bounds: point.explicitBounds?.map(Number),
    counts: (point.bucketCounts ?? point.positive?.bucketCounts)?.map(Number),
    scale: toNumber(point.scale),
    zeroCount: toNumber(point.zeroCount),
    offset: toNumber(point.positive?.offset),
  }));
}

type Numeric = number | { toString(): string } | null;

/** What the kinds of data have between them; numbers of 64 bits are objects. */
interface PlainData {
  readonly aggregationTemporality?: number | null;
  readonly isMonotonic?: boolean | null;
  readonly dataPoints: readonly {
    readonly attributes: readonly Attribute[];
    readonly startTimeUnixNano: Numeric;
    readonly timeUnixNano: Numeric;
    readonly asDouble?: Numeric;
    readonly sum?: Numeric;
    readonly count?: Numeric;
    readonly min?: Numeric;
    readonly max?: Numeric;
    readonly explicitBounds?: readonly Numeric[];
    readonly bucketCounts?: readonly Numeric[];
    readonly scale?: Numeric;
    readonly zeroCount?: Numeric;
    readonly positive?: { readonly offset?: Numeric; readonly bucketCounts?: readonly Numeric[] };
  }[];
}

interface Attribute {
  readonly key: string;
  readonly value?: { readonly stringValue?: string | null } | null;
}

function toRecord(attributes: readonly Attribute[]): Record<string, string> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value?.stringValue ?? '']));
}

function toNumber(value: Numeric | undefined): number | undefined {
  return value === undefined || value === null ? undefined : Number(value);
}

/** The points of one series. */
export function pointsOf(
  requests: readonly Request[],
  metric: string,
  attributes: Readonly<Record<string, string>> = {},
): Point[] {
  return requests
    .flatMap(({ points }) => points)
    .filter(
      (point) =>
        point.metric === metric &&
        Object.entries(attributes).every(([name, value]) => point.attributes[name] === value),
    );
}
