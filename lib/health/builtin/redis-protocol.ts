// The few bytes of Redis' protocol (RESP2) that a ping needs.
//
//   *1\r\n$4\r\nPING\r\n        a command: its words, each with its length in bytes
//   +PONG\r\n                   a line
//   -NOAUTH ...\r\n             a line that is an error
//   $5\r\nhello\r\n             bytes, with their length

/** A reply that is a line or bytes. */
export interface Reply {
  readonly isError: boolean;
  readonly text: string;
}

export function encodeCommands(commands: readonly (readonly string[])[]): Buffer {
  const texts = commands.map((words) => {
    const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    return `*${words.length}\r\n${parts.join('')}`;
  });
  return Buffer.from(texts.join(''));
}

/**
 * The first `count` replies; undefined when they are not complete yet.
 *
 * @throws Error when it is another protocol
 */
export function parseReplies(received: Buffer, count: number): Reply[] | undefined {
  const replies: Reply[] = [];
  let at = 0;
  while (replies.length < count) {
    if (at >= received.length) return undefined;
    const kind = String.fromCharCode(received[at]!);
    if (!'+-$'.includes(kind)) throw new Error('what listens there is no Redis');
    const end = received.indexOf('\r\n', at);
    if (end < 0) return undefined;
    const line = received.toString('utf8', at + 1, end);
    at = end + 2;
    if (kind !== '$') {
      replies.push({ isError: kind === '-', text: line });
      continue;
    }
    const length = Number(line);
    if (!(Number.isInteger(length) && length >= 0))
      throw new Error('what listens there is no Redis');
    if (received.length < at + length + 2) return undefined;
    replies.push({ isError: false, text: received.toString('utf8', at, at + length) });
    at += length + 2;
  }
  return replies;
}
