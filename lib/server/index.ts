// Metrics, health, status and the live page over HTTP:
//
//   const server = await startServer({ registry, health, port: 9090 });
//   console.log(server.url);
//   await server.close();

export { type ClusterSource, createClusterSource } from './cluster-source.js';
export {
  type Configuration,
  type ConfigurationSources,
  readConfiguration,
} from './configuration.js';
export { createHandler, type Handler } from './handler.js';
export type { HealthShape } from './health-documents.js';
export type { CloseOptions } from './listener.js';
export type { HandlerOptions, ServerLimits, ServerOptions, ServerTls } from './options.js';
export { closeOnSignals, type SignalOptions } from './signals.js';
export type { HealthSource, ServedRegistry, ServerSource } from './source.js';
export { type RunningServer, startServer } from './start.js';
