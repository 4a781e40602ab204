// Which hosts are answered. A page on the web can give its own name the address of this machine (DNS
// rebinding), and then read whatever is answered under that name: so a name that nobody has allowed is
// refused. Addresses are no names, and nobody can take `localhost` or the name of the machine.
//
//   const isAnswered = hostCheck(['metrics.internal', '.ledger.svc']);
//   isAnswered('127.0.0.1:9464');      // true
//   isAnswered('b.ledger.svc:9464');   // true
//   isAnswered('evil.example');        // false

import { isIP } from 'node:net';
import { hostname } from 'node:os';

/**
 * Decides by a Host header. Allowed names: `name`, `.domain` for it and all under it, `*` for any.
 * Without a header it is no browser that asks.
 */
export function hostCheck(allowed: readonly string[]): (host: string | undefined) => boolean {
  const names = [...allowed, '.localhost', ...ownNames()].map(plain);
  if (names.includes('*')) return () => true;
  return (host) => host === undefined || isAddress(host) || names.some((each) => fits(host, each));
}

/** A name as it is compared: without port and the dot at its end. */
function plain(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '');
}

function isAddress(host: string): boolean {
  const [, inBrackets] = /^\[([^\]]*)\](?::\d*)?$/.exec(host) ?? [];
  return isIP(inBrackets ?? plain(host)) !== 0;
}

function fits(host: string, allowed: string): boolean {
  const name = plain(host);
  return allowed.startsWith('.') ? `.${name}`.endsWith(allowed) : name === allowed;
}

function ownNames(): string[] {
  const whole = hostname();
  const first = whole.split('.', 1)[0]!;
  return [whole, first, `${first}.local`].filter((name) => plain(name) !== '');
}
