// Prometheus' protobuf exposition as protobufjs reads it, from the published definition.

import protobuf from 'protobufjs';
import { inPackage } from '../support/package-root.js';

interface Labelled {
  readonly label: readonly { readonly name: string; readonly value: string }[];
}

interface Timestamp {
  readonly seconds: number;
  readonly nanos: number;
}

export interface DecodedExemplar extends Labelled {
  readonly value: number;
  readonly timestamp: Timestamp;
}

export interface DecodedHistogram {
  readonly sampleCount: number;
  readonly sampleSum: number;
  readonly bucket: readonly {
    readonly cumulativeCount: number;
    readonly upperBound: number;
    readonly exemplar?: DecodedExemplar;
  }[];
  readonly schema?: number;
  readonly zeroThreshold?: number;
  readonly zeroCount?: number;
  readonly positiveSpan: readonly { readonly offset: number; readonly length: number }[];
  readonly positiveDelta: readonly number[];
  readonly createdTimestamp: Timestamp;
}

export interface DecodedMetric extends Labelled {
  readonly gauge?: { readonly value: number };
  readonly counter?: {
    readonly value: number;
    readonly exemplar?: DecodedExemplar;
    readonly createdTimestamp: Timestamp;
  };
  readonly histogram?: DecodedHistogram;
}

export interface DecodedFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly metric: readonly DecodedMetric[];
  readonly unit?: string;
}

const root = protobuf.loadSync(inPackage('test', 'exposition', 'client_model.proto'));
const familyType = root.lookupType('io.prometheus.client.MetricFamily');

/** All families. Throws when a message is cut short, or bytes are left over. */
export function decodeFamilies(bytes: Uint8Array): DecodedFamily[] {
  const reader = protobuf.Reader.create(bytes);
  const families: DecodedFamily[] = [];
  while (reader.pos < reader.len) {
    const message = familyType.decodeDelimited(reader);
    families.push(
      familyType.toObject(message, {
        enums: String,
        longs: Number,
        arrays: true,
      }) as unknown as DecodedFamily,
    );
  }
  return families;
}

/** The buckets of a native histogram that hold anything, by index. */
export function nativeBuckets({ positiveSpan, positiveDelta }: DecodedHistogram) {
  const buckets: { index: number; count: number }[] = [];
  let index = 0;
  let count = 0;
  for (const { offset, length } of positiveSpan) {
    index += offset;
    for (let within = 0; within < length; within++) {
      count += positiveDelta[buckets.length]!;
      buckets.push({ index, count });
      index += 1;
    }
  }
  return buckets;
}
