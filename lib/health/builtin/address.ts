// Places that listen: how they are written, and one question asked there.
//
//   const address = parseAddress('redis', 'localhost:6379');
//   const answer = await ask(address, request, (received) => parsed(received), signal);

import { once } from 'node:events';
import { connect, isIPv6, type Socket } from 'node:net';
import { misfit } from './limits.js';

export interface Address {
  /** As a person writes it, without secrets. */
  readonly text: string;
  readonly to: { readonly host: string; readonly port: number } | { readonly path: string };
}

// An answer that is longer is none.
const mostBytes = 1 << 20;

/**
 * `HOST:PORT`, `[IPV6]:PORT` or `unix:/PATH`; the port may be left out where there is a usual one.
 *
 * @throws HealthError when it is no address
 */
export function parseAddress(check: string, given: string, usualPort?: number): Address {
  const path = /^unix:(\/.+)$/.exec(String(given))?.[1];
  if (path !== undefined) return { text: given, to: { path } };
  const [, inBrackets, name, digits] =
    /^(?:\[([\da-f:.]+)\]|([^\s:/[\]]+))(?::(\d{1,5}))?$/i.exec(String(given)) ?? [];
  const host = inBrackets ?? name;
  const port = digits === undefined ? usualPort : Number(digits);
  const isHost = name !== undefined || (inBrackets !== undefined && isIPv6(inBrackets));
  if (isHost && port !== undefined && port >= 1 && port <= 65_535) {
    return { text: given, to: { host: host!, port } };
  }
  throw misfit(check, 'address', given, 'HOST:PORT, [IPV6]:PORT or unix:/PATH');
}

/** @throws what kept it from connecting */
export async function connectTo({ to }: Address, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ ...to, signal });
  try {
    await once(socket, 'connect');
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/**
 * Connects, sends, and closes when the answer is there.
 *
 * @param understood what was answered; undefined when more has to come
 */
export async function ask<T>(
  address: Address,
  request: Uint8Array,
  understood: (received: Buffer) => T | undefined,
  signal: AbortSignal,
): Promise<T> {
  const socket = await connectTo(address, signal);
  try {
    socket.write(request);
    let received = Buffer.alloc(0);
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk as Buffer]);
      const answer = understood(received);
      if (answer !== undefined) return answer;
      if (received.length > mostBytes) throw new Error(`${address.text} answered far too much`);
    }
    throw new Error(`${address.text} closed the connection without an answer`);
  } finally {
    socket.destroy();
  }
}
