// Receivers of OTLP that can be told to misbehave.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Metadata, Server, ServerCredentials, type ServiceDefinition, status } from '@grpc/grpc-js';
import type { OtlpProtocol } from '../../../lib/export/otlp/index.js';
import { decodeJson, decodeProtobuf, type Request, success } from './received.js';

/**
 * What happens to a request: `accept` it; `accept-silently` and give no answer; `hang`, and not even
 * read it; `reset` the connection before it has arrived; or refuse it with a status.
 */
export type Behaviour =
  | 'accept'
  | 'accept-silently'
  | 'hang'
  | 'reset'
  | { readonly status: number; readonly retryAfter?: number; readonly retryInfo?: boolean };

export interface Receiver {
  readonly endpoint: string;
  /** What it has accepted. */
  readonly requests: readonly Request[];
  /** How often it was asked, whatever it did. */
  readonly attempts: readonly number[];
  /** The headers of the last attempt. */
  readonly headers: Readonly<Record<string, unknown>>;
  /** What it does next, one after the other; when that is used up, it accepts. */
  readonly next: Behaviour[];
  close(): Promise<void>;
}

const running = new Set<Receiver>();

/** @param mostBytes larger requests are refused; 4 MiB, as by receivers of gRPC */
export async function startReceiver(
  protocol: OtlpProtocol,
  port = 0,
  mostBytes = 4 << 20,
): Promise<Receiver> {
  const start = protocol === 'grpc' ? startGrpcReceiver : startHttpReceiver;
  const receiver = await start(port, mostBytes);
  running.add(receiver);
  return receiver;
}

/** For after each test: whatever became of it, its servers hold nothing up. */
export async function closeReceivers(): Promise<void> {
  for (const receiver of running) await receiver.close();
  running.clear();
}

class Recording {
  readonly requests: Request[] = [];
  readonly attempts: number[] = [];
  readonly next: Behaviour[] = [];
  headers: Record<string, unknown> = {};

  begin(headers: Record<string, unknown>): Behaviour {
    this.attempts.push(performance.now());
    this.headers = headers;
    return this.next.shift() ?? 'accept';
  }
}

async function startHttpReceiver(port: number, mostBytes: number): Promise<Receiver> {
  const recording = new Recording();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const behaviour = recording.begin({ ...request.headers, path: request.url });
    if (behaviour === 'hang') return;
    if (behaviour === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    const body = Buffer.concat(await request.toArray());
    if (body.length > mostBytes) {
      response.writeHead(413).end();
      return;
    }
    if (typeof behaviour === 'object') {
      const { retryAfter } = behaviour;
      const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
      response.writeHead(behaviour.status, headers).end();
      return;
    }
    const type = request.headers['content-type'];
    const isJson = type === 'application/json';
    if (!isJson && type !== 'application/x-protobuf') throw new Error(`content type ${type}`);
    recording.requests.push(isJson ? decodeJson(body.toString()) : decodeProtobuf(body));
    if (behaviour === 'accept') {
      response.writeHead(200, { 'content-type': type }).end(isJson ? '{}' : success);
    }
  };
  const server = createServer((request, response) => {
    // One that is cut off in the middle is no failure of the test.
    answer(request, response).catch((error) => {
      if (!request.destroyed) throw error;
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(recording, {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  });
}

const metricsService: ServiceDefinition = {
  Export: {
    path: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
    requestStream: false,
    responseStream: false,
    requestSerialize: (request: Buffer) => request,
    requestDeserialize: (body: Buffer) => body,
    responseSerialize: (response: Buffer) => response,
    responseDeserialize: (body: Buffer) => body,
  },
};

async function startGrpcReceiver(port: number, mostBytes: number): Promise<Receiver> {
  const recording = new Recording();
  const server = new Server({ 'grpc.max_receive_message_length': mostBytes });
  server.addService(metricsService, {
    Export: (
      call: { request: Buffer; metadata: { getMap(): Record<string, unknown> } },
      callback: (error: { code: number; metadata?: Metadata } | null, response?: Buffer) => void,
    ) => {
      const behaviour = recording.begin(call.metadata.getMap());
      if (behaviour === 'hang') return;
      if (behaviour === 'reset') return callback({ code: status.UNAVAILABLE });
      if (typeof behaviour === 'object') {
        const metadata = new Metadata();
        const info = Buffer.from('\x1a\x2a\x0a\x28type.googleapis.com/google.rpc.RetryInfo');
        if (behaviour.retryInfo === true) metadata.set('grpc-status-details-bin', info);
        return callback({ code: behaviour.status, metadata });
      }
      recording.requests.push(decodeProtobuf(call.request));
      if (behaviour === 'accept') callback(null, Buffer.from(success));
    },
  });
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, given) =>
      error === null ? resolve(given) : reject(error),
    );
  });
  return Object.assign(recording, {
    endpoint: `http://127.0.0.1:${bound}`,
    close: async () => server.forceShutdown(),
  });
}
