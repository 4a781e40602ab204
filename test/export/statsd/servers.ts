// Servers to send to: the package statsd, and sockets that keep what they get.

import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inPackage } from '../../support/package-root.js';
import { until } from '../../support/until.js';

/** What a server has made of all lines up to now. */
export interface StatsdTotals {
  readonly counters: Readonly<Record<string, number>>;
  readonly gauges: Readonly<Record<string, number>>;
}

const started: { stop(): void | Promise<void> }[] = [];

/** In `afterEach`: ends what a test has started, also one that failed. */
export async function stopServers(): Promise<void> {
  for (const server of started.splice(0)) await server.stop();
}

/** The package statsd in a process of its own. */
export class StatsdServer {
  readonly port: number;
  totals: StatsdTotals = { counters: {}, gauges: {} };
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(port: number, child: ChildProcess, folder: string) {
    this.port = port;
    this.#child = child;
    this.#folder = folder;
  }

  static async start(): Promise<StatsdServer> {
    const folder = await mkdtemp(join(tmpdir(), 'vsr-metrics-statsd-'));
    const port = await freeUdpPort();
    const config = {
      port,
      address: '127.0.0.1',
      mgmt_address: '127.0.0.1',
      mgmt_port: await freeTcpPort(),
      backends: [inPackage('test', 'export', 'statsd', 'backend.cjs')],
      flushInterval: 50,
      title: false,
    };
    const file = join(folder, 'config.js');
    await writeFile(file, JSON.stringify(config));
    // A sanitizer that this process was started with is none of its.
    const { LD_PRELOAD, ...env } = process.env;
    const program = inPackage('node_modules', 'statsd', 'stats.js');
    const log = inPackage('test', 'export', 'statsd', 'util-log.cjs');
    const child = spawn(process.execPath, ['--require', log, program, file], { env });
    const server = new StatsdServer(port, child, folder);
    started.push(server);
    server.#listen();
    await until(() => 'statsd.packets_received' in server.totals.counters);
    return server;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
    await rm(this.#folder, { recursive: true });
  }

  #listen(): void {
    let text = '';
    this.#child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (text + chunk).split('\n');
      text = lines.pop()!;
      const last = lines.findLast((line) => line.startsWith('flushed '));
      if (last !== undefined) this.totals = JSON.parse(last.slice('flushed '.length));
    });
  }
}

/** A UDP socket that keeps the datagrams it gets. */
export class KeepingServer {
  readonly datagrams: string[] = [];
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (message) => this.datagrams.push(message.toString()));
  }

  static async start(port = 0): Promise<KeepingServer> {
    const socket = createSocket('udp4').unref();
    socket.bind(port, '127.0.0.1');
    await once(socket, 'listening');
    const server = new KeepingServer(socket);
    started.push(server);
    return server;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** All lines, in the order in which they came. */
  get lines(): string[] {
    return this.datagrams.flatMap((datagram) => datagram.split('\n'));
  }

  /** The sum of the lines of a counter. */
  sum(name: string): number {
    return this.lines
      .filter((line) => line.startsWith(`${name}:`) && /\|c(\||$)/.test(line))
      .reduce((sum, line) => sum + Number(line.slice(name.length + 1).split('|')[0]), 0);
  }

  stop(): void {
    this.#socket.close();
  }
}

/** A port that nobody listens on. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

async function freeTcpPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}
