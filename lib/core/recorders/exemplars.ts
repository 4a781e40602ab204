// Exemplars as a lane keeps them: two slots a bucket that take turns, written by plain stores.
//
// A slot that is half written has not the checksum it claims, so that readers, who never wait, take
// the other one. native/include/vsr_metrics/exemplars.h does the same for C++.

import { characterCount, isExemplarLabelName } from '../catalogue/exemplar-labels.js';
import type { Exemplar } from '../reading/exemplars.js';
import { layout, type NativeLane } from '../region/native.js';
import type { ExemplarLabels } from './interfaces.js';

/** Gives the labels of the exemplar that is being recorded: those of the active span, say. */
export type ExemplarContext = () => ExemplarLabels | undefined;

/** Why an exemplar was not kept. Its value was recorded all the same. */
export type ExemplarRejection =
  | 'exemplar_invalid'
  | 'exemplar_too_long'
  | 'exemplar_memory_exhausted'
  | 'exemplar_context_failed';

const slotSize = layout.exemplarSize;
const encoder = new TextEncoder();
const text = new Uint8Array(slotSize - layout.exemplarText);

interface Slots {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
}

/** What keeps the exemplars of recorders. */
export interface ExemplarKeeper {
  /**
   * Keeps an exemplar of a series, with the labels of the context where none are given. Never throws;
   * returns why it did not.
   */
  keep(
    recorder: object,
    series: number,
    bucket: number,
    value: number,
    labels: ExemplarLabels | undefined,
  ): ExemplarRejection | undefined;
}

/** For each bucket the first of its two slots. One that found no room is not asked for again. */
type Pairs = Map<number, number | undefined>;

/** The exemplars of one lane. Mapped when the first one is recorded. */
export class LaneExemplars implements ExemplarKeeper {
  readonly #lane: NativeLane;
  readonly #context: ExemplarContext | undefined;
  // By recorder, which another one follows when its series goes and comes again. Most have none.
  readonly #pairs = new WeakMap<object, Pairs>();
  #slots: Slots | undefined;

  constructor(lane: NativeLane, context: ExemplarContext | undefined) {
    this.#lane = lane;
    this.#context = context;
  }

  keep(
    recorder: object,
    series: number,
    bucket: number,
    value: number,
    labels: ExemplarLabels | undefined,
  ): ExemplarRejection | undefined {
    let given: unknown;
    try {
      given = labels ?? this.#context?.();
    } catch {
      return 'exemplar_context_failed';
    }
    if (given === undefined) return undefined;
    const checked = checkLabels(given);
    if (typeof checked === 'string') return checked;
    const pair = this.#find(recorder, series, bucket);
    if (pair === undefined) return 'exemplar_memory_exhausted';
    this.#write(pair, value, encode(checked));
    return undefined;
  }

  #find(recorder: object, series: number, bucket: number): number | undefined {
    let pairs = this.#pairs.get(recorder);
    if (pairs === undefined) {
      pairs = new Map();
      this.#pairs.set(recorder, pairs);
    }
    if (!pairs.has(bucket)) {
      pairs.set(bucket, this.#map() && this.#lane.exemplarOf(series, bucket));
    }
    return pairs.get(bucket);
  }

  /** Replaces the exemplar in the two slots from `pair` on. */
  #write(pair: number, value: number, textSize: number): void {
    const { bytes, words, doubles } = this.#map()!;
    const sequenceOf = (slot: number) => words[wordOf(slot, layout.exemplarSequence)]!;
    const sequence = nextSequence(sequenceOf(pair), sequenceOf(pair + 1));
    const slot = pair + (sequence % layout.exemplarsOfBucket);
    words[wordOf(slot, layout.exemplarSequence)] = sequence;
    doubles[wordOf(slot, layout.exemplarValue) / 2] = value;
    doubles[wordOf(slot, layout.exemplarTaken) / 2] = Date.now();
    words[wordOf(slot, layout.exemplarTextSize)] = textSize;
    const start = slot * slotSize + layout.exemplarText;
    for (let at = 0; at < textSize; at++) bytes[start + at] = text[at]!;
    // The checksum is one of whole words.
    for (let at = textSize; at % 4 !== 0; at++) bytes[start + at] = 0;
    words[wordOf(slot, layout.exemplarChecksum)] = checksumOf(words, slot, textSize);
  }

  #map(): Slots | undefined {
    if (this.#slots !== undefined) return this.#slots;
    const memory = this.#lane.exemplars();
    if (memory === undefined) return undefined;
    this.#slots = {
      bytes: new Uint8Array(memory),
      words: new Uint32Array(memory),
      doubles: new Float64Array(memory),
    };
    return this.#slots;
  }
}

/** Of two that take turns. They wrap, so that the newer one is the one ahead of the other. */
export function nextSequence(one: number, other: number): number {
  const newer = ((one - other) | 0) > 0 ? one : other;
  return (newer + 1) >>> 0;
}

function wordOf(slot: number, offset: number): number {
  return (slot * slotSize + offset) / 4;
}

/** ChecksumOf of exemplars.h. */
function checksumOf(words: Uint32Array, slot: number, textSize: number): number {
  let hash = mix(2166136261, words, wordOf(slot, 0), wordOf(slot, layout.exemplarChecksum));
  const numbers = wordOf(slot, layout.exemplarSequence);
  hash = mix(hash, words, numbers, wordOf(slot, layout.exemplarPadding));
  const start = wordOf(slot, layout.exemplarText);
  return mix(hash, words, start, start + textSize / 4) >>> 0 || 1;
}

function mix(hash: number, words: Uint32Array, from: number, end: number): number {
  let mixed = hash;
  for (let word = from; word < end; word++) mixed = Math.imul(mixed ^ words[word]!, 16777619);
  return mixed;
}

/** Labels that say nothing are as good as none. */
function checkLabels(given: unknown): Exemplar['labels'] | ExemplarRejection {
  if (typeof given !== 'object' || given === null) return 'exemplar_invalid';
  const labels: [string, string][] = [];
  let units = 0;
  for (const name of Object.keys(given)) {
    const value = (given as Record<string, unknown>)[name];
    if (value === undefined || value === '') continue;
    if (typeof value !== 'string' || !isExemplarLabelName(name)) return 'exemplar_invalid';
    labels.push([name, value]);
    units += name.length + value.length;
    // A character is two units of UTF-16 at the most.
    if (units > 2 * layout.mostExemplarCharacters) return 'exemplar_too_long';
  }
  const isShort = units <= layout.mostExemplarCharacters;
  return isShort || characterCount(labels) <= layout.mostExemplarCharacters
    ? labels
    : 'exemplar_too_long';
}

/** Into `text`; returns the size. */
function encode(labels: Exemplar['labels']): number {
  let size = 0;
  for (const [name, value] of labels) {
    size = encodeWord(value, encodeWord(name, size));
  }
  return size;
}

function encodeWord(word: string, start: number): number {
  let size = start;
  for (let at = 0; at < word.length; at++) {
    const unit = word.charCodeAt(at);
    if (unit >= 128) {
      size = start + encoder.encodeInto(word, text.subarray(start)).written;
      break;
    }
    text[size++] = unit;
  }
  text[size++] = layout.exemplarSeparator;
  return size;
}
