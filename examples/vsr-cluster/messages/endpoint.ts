// Where a replica meets the wire: messages become frames and frames messages, and both are measured.

import type { Instrumentation } from '../instrumentation/instrumentation.js';
import type { Codec } from './codec.js';
import { isReplica, type Message, type Outgoing } from './messages.js';

/** Frames of messages that leave together, by their order. */
export interface Encoded {
  readonly frames: readonly string[];
  /** On the stopwatch, when each was ready: from then on it is on its way. */
  readonly readyAt: readonly number[];
}

export class Endpoint {
  readonly #codec: Codec;
  readonly instrumentation: Instrumentation;

  constructor(codec: Codec, instrumentation: Instrumentation) {
    this.#codec = codec;
    this.instrumentation = instrumentation;
  }

  encode(messages: readonly Outgoing[]): Encoded {
    const { batch } = this.instrumentation;
    const frames: string[] = [];
    const readyAt: number[] = [];
    let start = this.instrumentation.now();
    for (let index = 0; index < messages.length; index++) {
      const { to, message } = messages[index]!;
      // A broadcast is one message for several: it is put into a frame once.
      if (index > 0 && message === messages[index - 1]!.message) {
        frames.push(frames[index - 1]!);
        readyAt.push(readyAt[index - 1]!);
        continue;
      }
      const frame = this.#codec.encode(message, to);
      const end = this.instrumentation.now();
      batch.serialized(start, end, frame.length);
      frames.push(frame);
      readyAt.push(end);
      start = end;
    }
    for (let index = 0; index < messages.length; index++) {
      const { to, message } = messages[index]!;
      if (isReplica(to)) batch.departed(to, message.type, frames[index]!.length);
    }
    return { frames, readyAt };
  }

  /**
   * The message in a frame that left its sender at `sentAt` and came at `arrivedAt`; undefined when
   * it is rejected.
   */
  decode(frame: string, sentAt: number, arrivedAt: number): Message | undefined {
    const { instrumentation } = this;
    const { message, rejection } = { message: undefined, ...this.#codec.decode(frame) };
    if (message === undefined) {
      instrumentation.rejected(rejection!).inc();
      return undefined;
    }
    if (isReplica(message.from)) {
      instrumentation.batch.arrived(message.from, message.type, frame.length, sentAt, arrivedAt);
    }
    return message;
  }
}
