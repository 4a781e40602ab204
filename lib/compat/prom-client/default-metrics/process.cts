// Default metrics of the process, as the operating system sees it.

import fs = require('fs');
import Counter = require('../counter.cjs');
import activeSpan = require('./active-span.cjs');
import gauges = require('./gauges.cjs');

import type { DefaultMetricsOptions } from './options.cjs';

const { common, makeGauge } = gauges;

function processCpuTotal(options: DefaultMetricsOptions): void {
  const { prefix, labels, labelNames, registers } = common(options);
  const enableExemplars = options.enableExemplars ?? false;
  const make = (name: string, help: string, collect?: () => void) =>
    new Counter({
      name: prefix + name,
      help,
      enableExemplars,
      labelNames,
      ...(registers && { registers }),
      ...(collect && { collect }),
    });
  let last = process.cpuUsage();
  const step = (counter: Counter, microseconds: number) => {
    const value = microseconds / 1e6;
    if (!enableExemplars) counter.inc(labels, value);
    else counter.inc({ labels, value, exemplarLabels: activeSpan() });
  };
  const user = make(
    'process_cpu_user_seconds_total',
    'Total user CPU time spent in seconds.',
    () => {
      const usage = process.cpuUsage();
      const userMicroseconds = usage.user - last.user;
      const systemMicroseconds = usage.system - last.system;
      last = usage;
      step(user, userMicroseconds);
      step(system, systemMicroseconds);
      step(both, userMicroseconds + systemMicroseconds);
    },
  );
  const system = make(
    'process_cpu_system_seconds_total',
    'Total system CPU time spent in seconds.',
  );
  const both = make(
    'process_cpu_seconds_total',
    'Total user and system CPU time spent in seconds.',
  );
}

const startedAt = Math.round(Date.now() / 1000 - process.uptime());

function processStartTime(options: DefaultMetricsOptions): void {
  const gauge = makeGauge(options, {
    name: 'process_start_time_seconds',
    help: 'Start time of the process since unix epoch in seconds.',
    aggregator: 'omit',
    collect: () => gauge.set(common(options).labels, startedAt),
  });
}

function osMemoryHeap(options: DefaultMetricsOptions): void {
  const { labels } = common(options);
  const isLinux = process.platform === 'linux';
  const resident = makeGauge(options, {
    name: 'process_resident_memory_bytes',
    help: 'Resident memory size in bytes.',
    collect: () => {
      if (!isLinux) {
        resident.set(labels, process.memoryUsage.rss());
        return;
      }
      const status = readText('/proc/self/status');
      if (status === undefined) return;
      resident.set(labels, kilobytesOf(status, 'VmRSS'));
      virtual?.set(labels, kilobytesOf(status, 'VmSize'));
      heap?.set(labels, kilobytesOf(status, 'VmData'));
    },
  });
  if (!isLinux) return;
  const virtual = makeGauge(options, {
    name: 'process_virtual_memory_bytes',
    help: 'Virtual memory size in bytes.',
  });
  const heap = makeGauge(options, {
    name: 'process_heap_bytes',
    help: 'Process heap size in bytes.',
  });
}

function kilobytesOf(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024;
}

function processOpenFileDescriptors(options: DefaultMetricsOptions): void {
  if (process.platform !== 'linux') return;
  const gauge = makeGauge(options, {
    name: 'process_open_fds',
    help: 'Number of open file descriptors.',
    collect: () => {
      try {
        // One is the directory itself while it is read.
        gauge.set(common(options).labels, fs.readdirSync('/proc/self/fd').length - 1);
      } catch {
        // No procfs: what is not known is not shown.
      }
    },
  });
}

let mostDescriptors: number | undefined;

function processMaxFileDescriptors(options: DefaultMetricsOptions): void {
  if (mostDescriptors === undefined) {
    const limits = readText('/proc/self/limits');
    const found = /^Max open files {2,}(\S+)/m.exec(limits ?? '')?.[1];
    if (found === undefined) return;
    mostDescriptors = Number(found);
  }
  const gauge = makeGauge(options, {
    name: 'process_max_fds',
    help: 'Maximum number of open file descriptors.',
    collect: () => gauge.set(common(options).labels, mostDescriptors),
  });
}

/** A file of procfs; undefined where there is none. */
function readText(path: string): string | undefined {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

export = {
  osMemoryHeap,
  processCpuTotal,
  processMaxFileDescriptors,
  processOpenFileDescriptors,
  processStartTime,
};
