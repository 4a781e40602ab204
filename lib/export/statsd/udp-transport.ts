// Datagrams by UDP. The socket is connected, so that the system tells of a port where nobody
// listens; that is all that is ever known of what happens to a datagram.

import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { type Transport, waitAtExit } from './transport.js';

// So many at once overflow no receiver that has the usual buffer.
const burst = 32;

export class UdpTransport implements Transport {
  readonly #host: string;
  readonly #port: number;
  #socket: Socket | undefined;
  #opening: Promise<Socket> | undefined;
  #sent = 0;

  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
  }

  async send(datagram: Buffer, onGiven: () => void): Promise<void> {
    const socket = await this.#opened();
    if (++this.#sent % burst === 0) await setTimeout(1, undefined, { ref: false });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.send(datagram, (error) => (error ? reject(error) : resolve()));
        onGiven();
      });
    } catch (error) {
      // The next one looks the name up again: it may have moved.
      this.close();
      throw error;
    }
  }

  prepare(): void {
    this.#opened().catch(() => undefined);
  }

  // A connected socket hands a datagram to the system at once where its queue is empty.
  sendNow(datagram: Buffer): void {
    if (this.#socket === undefined) throw new Error('the server has not been looked up yet');
    if (++this.#sent % burst === 0) waitAtExit(1);
    this.#socket.send(datagram, () => undefined);
  }

  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
    this.#opening?.then(
      (socket) => socket.close(),
      () => undefined,
    );
    this.#opening = undefined;
  }

  async #opened(): Promise<Socket> {
    if (this.#socket !== undefined) return this.#socket;
    this.#opening ??= this.#open();
    const opening = this.#opening;
    try {
      const socket = await opening;
      if (this.#opening === opening) this.#socket = socket;
      return socket;
    } finally {
      if (this.#opening === opening) this.#opening = undefined;
    }
  }

  async #open(): Promise<Socket> {
    // localhost is both, and servers of StatsD listen on the older one.
    const { address, family } = await lookup(this.#host, { verbatim: false });
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4').unref();
    // What the system tells between two sends: the next one fails if it still holds.
    socket.on('error', () => undefined);
    try {
      socket.connect(this.#port, address);
      await once(socket, 'connect');
      return socket;
    } catch (error) {
      socket.close();
      throw error;
    }
  }
}
