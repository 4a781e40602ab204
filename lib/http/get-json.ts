// Asks another server for a document, within limits of time and size.

import { separateCredentials } from '../core/credentials.js';

const mostBytes = 32 << 20;

type BodyReader = ReadableStreamDefaultReader<Uint8Array>;

/** How long a server may take to answer. */
export const usualTimeoutMs = 2000;

/** What may be said of one request. */
export interface GetOptions {
  /** Shown to the server as a bearer token. */
  readonly token?: string | undefined;
  /** 2,000 unless told otherwise. */
  readonly timeoutMs?: number | undefined;
}

/**
 * A name and a password in the URL become basic authentication.
 *
 * @throws Error that says in a few words why there is none
 */
export async function getJson(
  from: string,
  { token, timeoutMs = usualTimeoutMs }: GetOptions = {},
): Promise<unknown> {
  const { url, authorization } = separateCredentials(from);
  const shown = token === undefined ? authorization : `Bearer ${token}`;
  const headers = {
    Accept: 'application/json',
    ...(shown !== undefined && { Authorization: shown }),
  };
  const controller = new AbortController();
  let body: BodyReader | undefined;
  // For the whole answer, so that a trickle is none.
  const timer = setTimeout(() => {
    controller.abort();
    // Once the head has come, fetch hears the signal only until its request is collected.
    void body?.cancel().catch(() => undefined);
  }, timeoutMs);
  const { signal } = controller;
  try {
    const response = await fetch(url, { headers, signal, redirect: 'error' });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`it answered with ${response.status}${hintOf(response.status)}`);
    }
    body = response.body?.getReader();
    const text = await textOf(body);
    if (signal.aborted) throw new Error('too late');
    return parse(text);
  } catch (error) {
    if (signal.aborted) throw new Error(`no answer within ${timeoutMs} ms`);
    const { message, cause } = error as Error & { cause?: NodeJS.ErrnoException };
    throw new Error(cause?.code ?? cause?.message ?? message);
  } finally {
    clearTimeout(timer);
  }
}

function hintOf(status: number): string {
  if (status === 401) return ': it wants a token';
  if (status === 403) return ': its option allowedHosts must name this host';
  return '';
}

async function textOf(body: BodyReader | undefined): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const part = await body?.read();
    if (part?.value === undefined) break;
    bytes += part.value.byteLength;
    // After decompression: a small answer may unfold into a large one.
    if (bytes > mostBytes) {
      await body?.cancel();
      throw new Error(`it answered with more than ${mostBytes} bytes`);
    }
    parts.push(part.value);
  }
  return Buffer.concat(parts).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error('it answered with something that is no JSON');
  }
}
