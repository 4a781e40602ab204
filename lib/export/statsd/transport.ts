/** Sends datagrams to one place. */
export interface Transport {
  /** Makes ready what takes time, so that `sendNow` finds it. Failing at it is for `send` to tell. */
  prepare?(): void;
  /**
   * Ends when the system has taken the datagram; throws when it has not. `onGiven` is called once the
   * system has it, which may be before that is known to be well.
   */
  send(datagram: Buffer, onGiven: () => void): Promise<void>;
  /**
   * Sends before it returns, which is all that can be done when the process ends. Throws when the system
   * has not taken the datagram.
   */
  sendNow(datagram: Buffer): void;
  close(): void;
}

/** Waits where nothing else of the program runs any more. */
export function waitAtExit(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
