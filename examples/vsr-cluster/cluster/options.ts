// What `npm start` can be told.

import { type Arguments, parseArguments } from '../../../lib/cli/arguments.js';
import { defineCommand } from '../../../lib/cli/command.js';
import { programHelp } from '../../../lib/cli/help.js';
import { faultCommands } from './fault-commands.js';

const faultLines = Object.entries(faultCommands).map(
  ([name, { parameters, help }]) => `  ${`${name} ${parameters}`.padEnd(24)}${help}`,
);

export const clusterCommand = defineCommand({
  name: 'start',
  summary: 'a cluster of replicas with live metrics',
  operands: { name: '', least: 0, most: 0 },
  options: {
    replicas: { takes: 'value', placeholder: 'N', choices: ['3', '5'], help: '3 or 5; 3' },
    standbys: { takes: 'value', placeholder: 'N', help: 'replicas without a vote, 0 to 3; 0' },
    rate: { takes: 'value', placeholder: 'N', help: 'requests a second; 1000' },
    duration: { takes: 'value', placeholder: 'SECONDS', help: 'ends after so long' },
    faults: {
      takes: 'value',
      placeholder: 'SCRIPT',
      help: 'faults on time: a file, or text as in "2s kill primary; 5s loss 0.1; 9s heal"',
    },
    port: {
      takes: 'value',
      placeholder: 'PORT',
      short: 'p',
      help: 'serves there; 9464, or a free one',
    },
    config: {
      takes: 'value',
      placeholder: 'F',
      short: 'c',
      help: 'reads how to serve from F, in TOML, as vsr-metrics serve does',
    },
    data: {
      takes: 'value',
      placeholder: 'DIR',
      help: 'keeps the logs of the replicas there; otherwise they are removed at the end',
    },
    file: {
      takes: 'value',
      placeholder: 'FILE',
      help: 'keeps the metrics there; /dev/shm/vsr-cluster-PID.metrics, removed at the end',
    },
    plain: { takes: 'nothing', help: 'a line a second instead of a screen' },
  },
  description: [
    'Starts a cluster of Viewstamped Replication, each replica on a thread of its own with its log on disk, and clients that keep it busy. Serves its metrics on this machine and shows how it does. Ctrl-C ends it.',
    'Faults, in a script or by the keys that the screen shows:',
    ...faultLines,
  ],
  examples: [
    'npm start',
    'npm start -- --replicas 5 --rate 5000',
    'npm start -- --duration 20 --faults "5s kill primary; 10s corrupt-log 1"',
  ],
  // Not one of the commands that the package installs.
  run: async () => 0,
});

export type ClusterArguments = Arguments<typeof clusterCommand.options>;

export function parseClusterArguments(given: readonly string[]): ClusterArguments {
  return parseArguments(clusterCommand, given);
}

export function clusterHelp(): string {
  return programHelp('npm start --', clusterCommand);
}
