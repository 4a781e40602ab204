// The default metrics, in the order in which prom-client registers them.

import validation = require('../validation.cjs');
import node = require('./node.cjs');

import type { DefaultMetricsOptions } from './options.cjs';

import ofProcess = require('./process.cjs');

const metrics = {
  processCpuTotal: ofProcess.processCpuTotal,
  processStartTime: ofProcess.processStartTime,
  osMemoryHeap: ofProcess.osMemoryHeap,
  processOpenFileDescriptors: ofProcess.processOpenFileDescriptors,
  processMaxFileDescriptors: ofProcess.processMaxFileDescriptors,
  eventLoopLag: node.eventLoopLag,
  processResources: node.processResources,
  processHandles: node.processHandles,
  processRequests: node.processRequests,
  heapSizeAndUsed: node.heapSizeAndUsed,
  heapSpacesSizeAndUsed: node.heapSpacesSizeAndUsed,
  version: node.version,
  gc: node.gc,
};

function collectDefaultMetrics(config?: Partial<DefaultMetricsOptions> | null): void {
  if (config !== null && config !== undefined && !validation.isObject(config)) {
    throw new TypeError('config must be null, undefined, or an object');
  }
  const options: DefaultMetricsOptions = { eventLoopMonitoringPrecision: 10, ...config };
  for (const register of Object.values(metrics)) {
    try {
      register(options);
    } catch (error) {
      // A runtime that is not Node.js may lack some of it.
      if ((error as NodeJS.ErrnoException).code !== 'ERR_NOT_IMPLEMENTED') throw error;
    }
  }
}

export = Object.assign(collectDefaultMetrics, { metricsList: Object.keys(metrics) });
