// Metrics, health, status and the live page over HTTP:
//
//   const server = await startServer({ registry, health, port: 9464 });
//   console.log(server.url);
//   await server.close();

export {
  type ClusterPartOptions,
  type ClusterSource,
  type ClusterSourceOptions,
  createClusterSource,
} from './cluster-source.js';
export { createHandler, type Handler } from './handler.js';
export type { CloseOptions } from './listener.js';
export type {
  EndpointName,
  HandlerOptions,
  ServerLimits,
  ServerOptions,
  ServerTls,
} from './options.js';
export { type Closable, closeOnSignals, type SignalOptions } from './signals.js';
export type { HealthSource, ServedRegistry, ServerSource } from './source.js';
export { type RunningServer, startServer } from './start.js';
