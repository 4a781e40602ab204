// Where a replica meets the wire: messages become frames and frames messages, and both are measured.

import type { Instrumentation } from '../instrumentation/instrumentation.js';
import type { Codec } from './codec.js';
import { isReplica, type Message, type Outgoing } from './messages.js';

export class Endpoint {
  readonly #codec: Codec;
  /** May be exchanged between messages, for one that records nothing. */
  instrumentation: Instrumentation;

  constructor(codec: Codec, instrumentation: Instrumentation) {
    this.#codec = codec;
    this.instrumentation = instrumentation;
  }

  /** The frames of messages that leave together, by their order. */
  encode(messages: readonly Outgoing[]): string[] {
    const { instrumentation } = this;
    const start = instrumentation.stopwatch.now();
    const frames: string[] = [];
    let count = 0;
    let bytes = 0;
    for (const [index, { to, message }] of messages.entries()) {
      // A broadcast is one message for several: it is put into a frame once.
      if (index > 0 && message === messages[index - 1]!.message) {
        frames.push(frames[index - 1]!);
        continue;
      }
      const frame = this.#codec.encode(message, to);
      frames.push(frame);
      count++;
      bytes += frame.length;
    }
    instrumentation.serialized(start, count, bytes);
    for (const [index, { to, message }] of messages.entries()) {
      if (isReplica(to)) instrumentation.sentBytes(to, message.type, frames[index]!.length);
    }
    return frames;
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
      const { stopwatch } = instrumentation;
      stopwatch.record(instrumentation.networkLatency(message.from), sentAt, arrivedAt);
      instrumentation.receivedBytes(message.from, message.type, frame.length);
    }
    return message;
  }
}
