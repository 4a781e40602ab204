// What fills a registry by itself:
//
//   import { recordInfo, startNodejsMetrics } from 'vsr-metrics/collectors';
//
//   startNodejsMetrics({ registry });
//   recordInfo({ registry, name: 'ledger_build_info', labels: { version: '1.7.0' } });

export { type InfoOptions, recordInfo } from './info.js';
export { type NodejsMetricsOptions, startNodejsMetrics } from './nodejs.js';
export type { GrowingRegistry, RunningCollector } from './sampler.js';
