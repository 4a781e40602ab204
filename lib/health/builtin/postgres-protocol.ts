// The few bytes of PostgreSQL's protocol (3.0) that tell whether a server takes connections.
//
//   int32 length, int32 196608, "user\0NAME\0database\0NAME\0\0"     what a client begins with
//   'R', int32 length, ...                                           how to log in, or that it is
//   'E', int32 length, fields                                        why not
//   field: a letter ('C': SQLSTATE, 'M': message), text, '\0'
//
// Lengths count themselves, and not the letter in front.

const protocolVersion = 196_608;

// Starting up, shutting down, and no connection left. Whoever is turned away for another reason was
// answered by a server that works.
const notServing = new Set(['57P03', '57P01', '53300']);

export function encodeStartup(user: string, database: string): Buffer {
  const parameters = Buffer.from(`user\0${user}\0database\0${database}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + parameters.length, 0);
  head.writeInt32BE(protocolVersion, 4);
  return Buffer.concat([head, parameters]);
}

/**
 * Why the server takes no connections; no problem when it does; undefined when its answer is not
 * complete yet.
 *
 * @throws Error when it is another protocol
 */
export function parseStartupAnswer(
  received: Buffer,
): { readonly problem: string | undefined } | undefined {
  if (received.length === 0) return undefined;
  const kind = String.fromCharCode(received[0]!);
  if (kind !== 'R' && kind !== 'E') throw new Error('what listens there is no PostgreSQL');
  if (received.length < 5) return undefined;
  const end = 1 + received.readUInt32BE(1);
  if (received.length < end) return undefined;
  if (kind === 'R') return { problem: undefined };
  const fields = received.toString('utf8', 5, end).split('\0');
  const field = (letter: string) => fields.find((each) => each.startsWith(letter))?.slice(1);
  const isServing = !notServing.has(field('C') ?? '');
  return { problem: isServing ? undefined : (field('M') ?? 'it takes no connections') };
}
