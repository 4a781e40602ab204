// Datagrams to a Unix socket, by the addon: Node has no such sockets of its own.

import { setTimeout } from 'node:timers/promises';
import { getSystemErrorName } from 'node:util';
import { loadAddon } from '../../core/region/load-addon.js';
import { type Transport, waitAtExit } from './transport.js';

interface UnixAddon {
  /** A function that sends, and returns 0 or an errno. It never waits. */
  unixDatagram(path: string): (datagram: Uint8Array) => number;
  longestUnixPath: number;
}

const addon = loadAddon() as UnixAddon;

/** In bytes. */
export const longestUnixPath = addon.longestUnixPath;

// A receiver's queue holds ten datagrams on Linux, unless told otherwise.
const patienceMs = 1000;
// Nothing else of the program runs meanwhile.
const patienceAtExitMs = 100;

export class UnixTransport implements Transport {
  readonly #path: string;
  readonly #send: (datagram: Uint8Array) => number;

  constructor(path: string) {
    this.#path = path;
    this.#send = addon.unixDatagram(path);
  }

  async send(datagram: Buffer, onGiven: () => void): Promise<void> {
    const end = performance.now() + patienceMs;
    for (;;) {
      if (this.#take(datagram, end)) return onGiven();
      await setTimeout(1, undefined, { ref: false });
    }
  }

  sendNow(datagram: Buffer): void {
    const end = performance.now() + patienceAtExitMs;
    while (!this.#take(datagram, end)) waitAtExit(1);
  }

  /** False while the receiver's queue is full; that it still is at `end` is an error. */
  #take(datagram: Buffer, end: number): boolean {
    const error = this.#send(datagram);
    if (error === 0) return true;
    const name = getSystemErrorName(-error);
    const isFull = name === 'EAGAIN' || name === 'ENOBUFS';
    if (!isFull || performance.now() > end) throw new Error(`${name}: unix:${this.#path}`);
    return false;
  }

  // The socket goes with the function that sends.
  close(): void {}
}
