// Datagrams by UDP. The socket is connected, so that the system tells of a port where nobody
// listens; that is all that is ever known of what happens to a datagram.

import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { Transport } from './transport.js';

// So many at once overflow no receiver that has the usual buffer.
const burst = 32;

export class UdpTransport implements Transport {
  readonly #host: string;
  readonly #port: number;
  #socket: Socket | undefined;
  #sent = 0;

  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
  }

  async send(datagram: Buffer): Promise<void> {
    this.#socket ??= await this.#open();
    const socket = this.#socket;
    if (++this.#sent % burst === 0) await setTimeout(1, undefined, { ref: false });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.send(datagram, (error) => (error ? reject(error) : resolve()));
      });
    } catch (error) {
      // The next one looks the name up again: it may have moved.
      this.close();
      throw error;
    }
  }

  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
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
