// Posts a document to another server, within a limit of time. It follows no redirect: the credentials
// are for one server alone.

import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface Post {
  readonly url: URL;
  /** The value of the header; undefined for none. */
  readonly authorization: string | undefined;
  /** Certificates to trust instead of those of Node.js, as PEM. */
  readonly ca: string | undefined;
  readonly timeoutMs: number;
}

/**
 * The status that the server answers with, once its answer is complete.
 *
 * @throws Error that says in a few words why there is none; it shows neither URL nor credentials
 */
export function postJson(post: Post, body: string): Promise<number> {
  const { url, authorization, ca, timeoutMs } = post;
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    ...(authorization !== undefined && { Authorization: authorization }),
  };
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    // A connection of its own: one that is kept may be closed by the server just when it is needed.
    const options = { method: 'POST', headers, agent: false, ...(ca !== undefined && { ca }) };
    const asking = request(url, options, (answer) => {
      answer.once('error', fail);
      answer.once('end', () => {
        clearTimeout(timer);
        resolve(answer.statusCode ?? 0);
      });
      answer.resume();
    });
    // For the whole answer, so that a trickle is none.
    const timer = setTimeout(() => {
      fail(new Error(`no answer within ${timeoutMs} ms`));
      asking.destroy();
    }, timeoutMs);
    function fail(error: NodeJS.ErrnoException): void {
      clearTimeout(timer);
      reject(new Error(error.code ?? error.message));
    }
    asking.on('error', fail);
    asking.end(body);
  });
}
