// On what the numbers were measured: without it they mean nothing.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, cpus, loadavg, release, totalmem, type } from 'node:os';
import type { Machine } from './types.js';

function fileText(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}

function virtualisation(): string {
  try {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
    return execFileSync('systemd-detect-virt', { encoding: 'utf8', stdio }).trim();
  } catch {
    // Without systemd the processor's own flag still tells a guest from bare metal.
    if (process.platform !== 'linux') return 'unknown';
    const isGuest = /^flags.*\bhypervisor\b/m.test(fileText('/proc/cpuinfo'));
    return isGuest ? 'virtual machine' : 'none seen';
  }
}

/**
 * @example
 * describeMachine().processor; // 'AMD EPYC'
 */
export function describeMachine(): Machine {
  const processors = cpus();
  const kernel = '/sys/devices/system';
  return {
    processor: processors[0]?.model.trim() ?? 'unknown',
    processors: processors.length,
    architecture: arch(),
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    virtualised: virtualisation(),
    clockSource: fileText(`${kernel}/clocksource/clocksource0/current_clocksource`),
    frequencyGovernor: fileText(`${kernel}/cpu/cpu0/cpufreq/scaling_governor`),
    node: process.version,
    v8: process.versions.v8,
    loadAverage: loadavg()[0] ?? Number.NaN,
  };
}

/** What is said of the machine, name by name. */
export function machineRows(machine: Machine): Array<readonly [name: string, value: string]> {
  const { processor, processors, architecture, memoryBytes, system, virtualised } = machine;
  const { clockSource, frequencyGovernor, node, v8, loadAverage } = machine;
  return [
    ['processor', `${processor}, ${processors} of them, ${architecture}`],
    ['memory', `${(memoryBytes / 2 ** 30).toFixed(0)} GiB`],
    ['system', `${system}, virtualised: ${virtualised}`],
    ['kernel clock', clockSource],
    ['frequency governor', frequencyGovernor],
    ['Node.js', `${node}, V8 ${v8}`],
    ['load before', loadAverage.toFixed(1)],
  ];
}

/** For a table's head or a document. */
export function machineLine(machine: Machine): string {
  const gibibytes = (machine.memoryBytes / 2 ** 30).toFixed(0);
  const { processor, processors, architecture, system, virtualised, node, loadAverage } = machine;
  return (
    `${processor}, ${processors} processors, ${architecture}, ${gibibytes} GiB, ${system}` +
    ` (virtualised: ${virtualised}), Node ${node}, load ${loadAverage.toFixed(1)}`
  );
}
