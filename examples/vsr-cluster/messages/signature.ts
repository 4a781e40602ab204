// Who sent a message: a code that only holders of the cluster's key can make, over sender and text.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { checksumOf } from '../log/checksum.js';

export interface Signer {
  sign(from: number, text: string): string;
  verify(from: number, text: string, signature: string): boolean;
}

/** HMAC-SHA-256. */
export function keyedSigner(key: string): Signer {
  const sign = (from: number, text: string) =>
    createHmac('sha256', key).update(`${from} ${text}`).digest('base64');
  return {
    sign,
    verify(from, text, signature) {
      const wanted = Buffer.from(sign(from, text));
      const given = Buffer.from(signature);
      return wanted.length === given.length && timingSafeEqual(wanted, given);
    },
  };
}

/** Good enough among nodes of a simulation, and fast. */
export const simulatedSigner: Signer = {
  sign: (from, text) => String(checksumOf(`${from} ${text}`)),
  verify: (from, text, signature) => signature === String(checksumOf(`${from} ${text}`)),
};
