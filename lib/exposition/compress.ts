// gzip for whoever says that they take it: the Accept-Encoding header, read as RFC 9110 has it.
//
//   const { body, headers } = await compress(page, request.headers['accept-encoding']);
//   response.writeHead(200, { 'Content-Type': contentType, ...headers });

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const gzipped = promisify(gzip);

/** What several ask for at once, and a file that is asked for again, is compressed once. */
const known = new WeakMap<Uint8Array, Promise<Uint8Array>>();

/** Below it the packet is sent whole anyway. */
const leastBytes = 1024;

export interface CompressedBody {
  readonly body: Uint8Array;
  /** Those that describe the body. */
  readonly headers: {
    readonly 'Content-Length': number;
    readonly 'Content-Encoding'?: 'gzip';
    readonly Vary: string;
  };
}

/**
 * A body as a client takes it, which must not change any more: compressed on a thread of the pool, with the headers that say so.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { compress, negotiate, renderBytes } from 'vsr-metrics/exposition';
 *
 * createServer(async (request, response) => {
 *   const { format, contentType, escaping } = negotiate(request.headers.accept);
 *   const page = renderBytes(format, registry.snapshot(), { escaping });
 *   const { body, headers } = await compress(page, request.headers['accept-encoding']);
 *   response.writeHead(200, { 'Content-Type': contentType, ...headers });
 *   response.end(body);
 * }).listen(9464);
 * ```
 */
export async function compress(
  body: Uint8Array,
  acceptEncoding: string | undefined,
): Promise<CompressedBody> {
  const vary = 'Accept, Accept-Encoding';
  if (body.length < leastBytes || !acceptsGzip(acceptEncoding ?? '')) {
    return { body, headers: { 'Content-Length': body.length, Vary: vary } };
  }
  const compressed = await compressOnce(body);
  return {
    body: compressed,
    headers: { 'Content-Length': compressed.length, 'Content-Encoding': 'gzip', Vary: vary },
  };
}

function compressOnce(body: Uint8Array): Promise<Uint8Array> {
  let compressed = known.get(body);
  if (compressed === undefined) {
    compressed = gzipped(body);
    known.set(body, compressed);
    compressed.catch(() => known.delete(body));
  }
  return compressed;
}

/** Whether gzip is named, or anything is, and not refused by a quality of 0. */
function acceptsGzip(acceptEncoding: string): boolean {
  const qualities = new Map<string, number>();
  for (const element of acceptEncoding.toLowerCase().split(',')) {
    const [coding = '', ...parameters] = element.split(';').map((part) => part.trim());
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
    qualities.set(coding, Number(quality));
  }
  const quality = qualities.get('gzip') ?? qualities.get('x-gzip') ?? qualities.get('*') ?? 0;
  return quality > 0;
}
