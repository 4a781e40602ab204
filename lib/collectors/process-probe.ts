// The process, as the operating system sees it. Recorded by the main thread alone: it is one for all
// threads.

import { readdirSync, readFileSync } from 'node:fs';
import type { nodejs } from '../catalogues/nodejs.js';
import type { Metrics } from '../core/recorders/metrics-types.js';
import type { Probe } from './sampler.js';

export function processProbe(metrics: Metrics<typeof nodejs>): Probe {
  let last = { user: 0, system: 0 };
  const gauges = [
    metrics.processStartTime,
    metrics.processResidentMemory,
    metrics.processVirtualMemory,
    metrics.processHeap,
    metrics.processOpenFds,
    metrics.processMaxFds,
  ];
  metrics.processStartTime.set(Math.round(Date.now() / 1000 - process.uptime()));
  const mostDescriptors = Number(/^Max open files {2,}(\d+)/m.exec(procfs('limits') ?? '')?.[1]);
  if (mostDescriptors > 0) metrics.processMaxFds.set(mostDescriptors);
  return {
    name: 'the process',
    sample() {
      const usage = process.cpuUsage();
      const user = (usage.user - last.user) / 1e6;
      const system = (usage.system - last.system) / 1e6;
      last = usage;
      metrics.processCpuUser.inc(user);
      metrics.processCpuSystem.inc(system);
      metrics.processCpu.inc(user + system);
      const status = procfs('status');
      metrics.processResidentMemory.set(bytesOf(status, 'VmRSS') ?? process.memoryUsage.rss());
      setKnown(metrics.processVirtualMemory, bytesOf(status, 'VmSize'));
      setKnown(metrics.processHeap, bytesOf(status, 'VmData'));
      setKnown(metrics.processOpenFds, openDescriptors());
    },
    close() {
      for (const gauge of gauges) gauge.unset();
    },
  };
}

/** Without procfs: what is not known is absent. */
function setKnown(gauge: { set(value: number): void }, value: number | undefined): void {
  if (value !== undefined) gauge.set(value);
}

function procfs(name: string): string | undefined {
  try {
    return readFileSync(`/proc/self/${name}`, 'utf8');
  } catch {
    return undefined;
  }
}

function bytesOf(status: string | undefined, name: string): number | undefined {
  const kilobytes = new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(status ?? '')?.[1];
  return kilobytes === undefined ? undefined : 1024 * Number(kilobytes);
}

function openDescriptors(): number | undefined {
  try {
    // One is the directory itself while it is read.
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return undefined;
  }
}
