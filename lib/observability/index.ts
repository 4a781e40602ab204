// All that a program usually wants of its metrics, in one call:
//
//   const observability = await startObservability({ registry, closeOnSignals: true });
//   await observability.close();

export {
  type Observability,
  type ObservabilityOptions,
  type ObservedRegistry,
  startObservability,
} from './start.js';
