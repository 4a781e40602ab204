// Requests with bytes changed, left out, repeated and put in: the same ones for the same number.

const requests = [
  'GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept: application/openmetrics-text;version=1.0.0;q=0.6,*/*;q=0.1\r\nAccept-Encoding: gzip;q=0.5, *\r\n\r\n',
  'GET /metrics?name[]=proof_steps_total&name[]=up HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer abc\r\n\r\n',
  'HEAD /health/ready?replica_id=1 HTTP/1.1\r\nHost: localhost\r\nUser-Agent: kube-probe/1.30\r\n\r\n',
  'POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello',
  'POST /health HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'GET /api/v1/history?name=proof_steps_total&from=0&to=99999999999 HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n',
  'GET http://x/status HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nConnection: keep-alive\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  'GET / HTTP/1.0\r\n\r\n',
  'GET /metrics HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\n\r\n',
  'GET /metrics HTTP/1.1\r\nHost: [::1]:9464\r\n\r\n',
  'GET /api/v1/percentiles?name=x&label.name=y HTTP/1.1\r\nHost: 127.0.0.1:9464\r\n\r\n',
];

const fragments = [
  '\r\n',
  '\r\n\r\n',
  '\0',
  ' ',
  '%00',
  '%ff%fe',
  '../../../etc/passwd',
  '?',
  '#',
  '&name[]=',
  '__proto__=1',
  'HTTP/9.9',
  'Content-Length: -1\r\n',
  'Content-Length: 99999999999999999999\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Host: \r\n',
  'Host: evil.example\r\n',
  '.evil.example',
  '127.0.0.1@',
  '&label.__proto__=1',
  'q=1e309',
  `A: ${'x'.repeat(9000)}\r\n`,
  '"'.repeat(300),
  ','.repeat(300),
  'é\u2028😀',
];

/** Numbers from 0 to below 1, the same for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = (seed + 0x9e3779b9) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One or two requests, changed in one to eight places. */
export function mutate(random: () => number): Buffer {
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = (texts: readonly string[]) => Buffer.from(texts[below(texts.length)]!);
  let bytes = pick(requests);
  if (below(4) === 0) bytes = Buffer.concat([bytes, pick(requests)]);
  for (let left = 1 + below(8); left > 0; left--) {
    const at = below(bytes.length + 1);
    const to = Math.min(bytes.length, at + 1 + below(16));
    const [before, cut, rest] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)];
    const byte = Buffer.from([below(256)]);
    const changes = [
      [before, byte, bytes.subarray(at + 1)],
      [before, rest],
      [before, cut, cut, rest],
      [before, pick(fragments), bytes.subarray(at)],
      [before, byte, bytes.subarray(at)],
    ];
    bytes = Buffer.concat(changes[below(changes.length)]!);
  }
  return bytes;
}
