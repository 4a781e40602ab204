// Who may ask: whoever shows the token.
//
//   const guard = tokenGuard('s3cret');
//   guard('Bearer s3cret'); // true

import { createHash, timingSafeEqual } from 'node:crypto';

/** What a client without it is told; a browser asks its user for a password and takes the token. */
export const challenges = ['Bearer realm="vsr-metrics"', 'Basic realm="vsr-metrics"'] as const;

/** Decides by an Authorization header: Bearer, or Basic with the token for a password. */
export function tokenGuard(
  token: string | undefined,
): (authorization: string | undefined) => boolean {
  if (token === undefined) return () => true;
  const wanted = digest(token);
  return (authorization = '') => {
    const [, scheme = '', credentials = ''] = /^(\w+) +(\S+) *$/.exec(authorization) ?? [];
    const shown = shownToken(scheme.toLowerCase(), credentials);
    // Digests have one length, so that the time taken tells nothing of the token.
    return timingSafeEqual(digest(shown), wanted);
  };
}

function shownToken(scheme: string, credentials: string): string {
  if (scheme === 'bearer') return credentials;
  if (scheme !== 'basic') return '';
  const pair = Buffer.from(credentials, 'base64').toString();
  return pair.slice(pair.indexOf(':') + 1);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
