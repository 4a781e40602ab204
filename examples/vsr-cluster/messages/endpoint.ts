// Where a replica meets the wire: messages become frames and frames messages, and both are measured.

import type { Instrumentation } from '../instrumentation/instrumentation.js';
import type { Codec } from './codec.js';
import { isReplica, type Message } from './messages.js';

export class Endpoint {
  readonly #codec: Codec;
  /** May be exchanged between messages, for one that records nothing. */
  instrumentation: Instrumentation;
  // A broadcast is one message for several: it is put into a frame once.
  #last: { readonly message: Message; readonly frame: string } | undefined;

  constructor(codec: Codec, instrumentation: Instrumentation) {
    this.#codec = codec;
    this.instrumentation = instrumentation;
  }

  /** The frame of a message to `to`. */
  encode(to: number, message: Message): string {
    const { stopwatch, metrics, allocated } = this.instrumentation;
    if (this.#last?.message !== message) {
      const start = stopwatch.now();
      const frame = this.#codec.encode(message, to);
      stopwatch.record(metrics.messageSerialization, start);
      allocated.messageSerialize.inc(frame.length);
      this.#last = { message, frame };
    }
    const { frame } = this.#last;
    if (isReplica(to)) this.instrumentation.sentBytes(to, message.type, frame.length);
    return frame;
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
