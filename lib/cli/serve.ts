// vsr-metrics serve: many files as one /metrics.

import { once } from 'node:events';
<<<<<<< HEAD
=======
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compress } from '../exposition/index.js';
>>>>>>> main
import type { Arguments } from './arguments.js';
import type { serveCommand } from './commands.js';
import { exitCodes } from './failure.js';
import { MetricsPage } from './metrics-page.js';
import { MetricsServer } from './metrics-server.js';
import { parseLabels, parseSources } from './sources.js';

export async function serve(args: Arguments<typeof serveCommand.options>): Promise<number> {
  const commonLabels = parseLabels('--label', args.texts('label'));
  const sources = parseSources(args.operands, commonLabels);
  const port = args.number('port', { least: 0, most: 65535, whole: true }) ?? 9464;
  const host = args.text('host') ?? '127.0.0.1';
  const hungAfter = args.number('hung-after', { least: 0.1, most: 86_400 }) ?? 5;

  const report = (message: string) => console.error(`vsr-metrics serve: ${message}`);
  const page = new MetricsPage(sources, { commonLabels, hungAfterMs: hungAfter * 1000, report });
<<<<<<< HEAD
  const help = 'GET /metrics gives the metrics of all files\n';
  const server = new MetricsServer({ page, help, report });
  await server.listen(port, host);
=======
  const server = createServer((request, response) => {
    void answer(page, report, request, response);
  });
  await listen(server, port, host);
>>>>>>> main
  page.check();
  // Whoever reads the line may at once ask to stop.
  const asked = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  const files = sources.length === 1 ? '1 file' : `${sources.length} files`;
  console.log(`serving ${files} on ${server.url}`);
  await asked;
  await server.close();
  page.close();
  return exitCodes.ok;
}
<<<<<<< HEAD
=======

const help = 'GET /metrics gives the metrics of all files\n';

async function answer(
  page: MetricsPage,
  report: (message: string) => void,
  { method, url = '', headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const say = (status: number, text: string, more: Record<string, string> = {}): void => {
    const body = Buffer.from(text);
    response.writeHead(status, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': body.length,
      ...more,
    });
    // Node leaves the body out when the method is HEAD.
    response.end(body);
  };
  if (url.split('?', 1)[0] !== '/metrics') {
    say(404, `Nothing is here. ${help}`);
    return;
  }
  if (method !== 'GET' && method !== 'HEAD') {
    say(405, `Only GET and HEAD are allowed. ${help}`, { Allow: 'GET, HEAD' });
    return;
  }
  try {
    const rendered = page.render(headers.accept);
    const { body, headers: own } = await compress(rendered.body, headers['accept-encoding']);
    response.writeHead(200, { 'Content-Type': rendered.contentType, ...own });
    response.end(body);
  } catch (error) {
    report(`a scrape failed: ${error instanceof Error ? error.stack : String(error)}`);
    say(500, 'The metrics cannot be rendered; the server wrote down why.\n');
  }
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? 'another program listens there' : message;
    throw new Failure(exitCodes.environment, `cannot listen on ${host} port ${port}: ${reason}`);
  }
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/metrics`;
}

/** Answers that are on their way still get there. */
async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  // A client that reads nothing any more must not hold us.
  setTimeout(() => server.closeAllConnections(), 1000).unref();
  await closed;
}
>>>>>>> main
