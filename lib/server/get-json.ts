// Asks another server for a document, within limits of time and size.

const timeoutMs = 2000;
const mostBytes = 32 << 20;

/**
 * A name and a password in the URL become basic authentication.
 *
 * @throws Error that says in a few words why there is none
 */
export async function getJson(from: string): Promise<unknown> {
  const url = new URL(from);
  const { username, password } = url;
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (username !== '' || password !== '') {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    headers.Authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
    url.username = '';
    url.password = '';
  }
  // The time limit holds for the whole answer, so that a trickle is none.
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, { headers, signal, redirect: 'error' }).catch(explain);
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Error(`it answered with ${response.status}`);
  }
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of response.body) {
      bytes += part.byteLength;
      // After decompression: a small answer may unfold into a large one.
      if (bytes > mostBytes) throw new Error(`it answered with more than ${mostBytes} bytes`);
      parts.push(part);
    }
  } catch (error) {
    explain(error);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString()) as unknown;
  } catch {
    throw new Error('it answered with something that is no JSON');
  }
}

function explain(error: unknown): never {
  const { name, message, cause } = error as Error & { cause?: NodeJS.ErrnoException };
  if (name === 'TimeoutError') throw new Error(`no answer within ${timeoutMs} ms`);
  throw new Error(cause?.code ?? cause?.message ?? message);
}
