// How many may be connected at once. One more than that costs the connection that has been idle for
// longest, so that whoever hoards connections keeps nobody else out.
//
//   const connections = new Connections(server, 512);

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

interface Connection {
  readonly socket: Socket;
  /** Requests that are not answered yet. */
  active: number;
}

export class Connections {
  // By their other end: what TLS wraps a socket in has the same. Those that were used last stand last.
  readonly #byPeer = new Map<string, Connection>();
  readonly #most: number;
  #isClosing = false;

  constructor(server: Server, most: number) {
    this.#most = most;
    server.on('connection', (socket) => this.#add(socket));
    server.on('request', (request, response) => this.#use(request, response));
  }

  /**
   * Ends those that are idle now, and the others once they are. Node's own takes an answer for sent as
   * soon as it is written, and cuts off those who read slowly.
   */
  drain(): void {
    this.#isClosing = true;
    for (const { socket, active } of this.#byPeer.values()) {
      if (active === 0) socket.destroy();
    }
  }

  #add(socket: Socket): void {
    const peer = peerOf(socket);
    const connection = { socket, active: 0 };
    if (this.#byPeer.size >= this.#most) this.#makeRoom(socket);
    if (socket.destroyed) return;
    this.#byPeer.set(peer, connection);
    socket.on('close', () => {
      if (this.#byPeer.get(peer) === connection) this.#byPeer.delete(peer);
    });
  }

  /** Closes the one that has been idle for longest, or where all are busy the new one. */
  #makeRoom(newest: Socket): void {
    for (const [peer, { socket, active }] of this.#byPeer) {
      if (active > 0) continue;
      this.#byPeer.delete(peer);
      socket.destroy();
      return;
    }
    newest.destroy();
  }

  #use({ socket }: IncomingMessage, response: ServerResponse): void {
    const peer = peerOf(socket);
    const connection = this.#byPeer.get(peer);
    if (connection === undefined) return;
    connection.active += 1;
    response.on('close', () => {
      connection.active -= 1;
      if (this.#byPeer.get(peer) !== connection) return;
      this.#byPeer.delete(peer);
      this.#byPeer.set(peer, connection);
      if (this.#isClosing && connection.active === 0) connection.socket.destroy();
    });
  }
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
