// What `vsr-metrics rules` takes, and what its help and its exit codes say.

import { defineCommand } from '../command.js';
import { type ExitCodes, exitCodes, usualExitCodes } from '../failure.js';

/** A file with mistakes is what `rules lint` is there for, and no failure of the command. */
export const mistakesFound = 4;

const rulesExitCodes: ExitCodes = {
  usage: usualExitCodes.usage,
  meanings: [
    [exitCodes.ok, 'done; of lint: no mistakes'],
    [exitCodes.usage, 'the command line is wrong'],
    [exitCodes.unreadable, 'a file cannot be read'],
    [exitCodes.environment, 'a file cannot be written'],
    [mistakesFound, 'lint found mistakes'],
    [exitCodes.defect, 'a defect of vsr-metrics'],
  ],
};

export const rulesCommand = defineCommand({
  name: 'rules',
  summary: 'writes alerting rules for Prometheus, or checks rule files',
  operands: { name: '[lint FILE...]', least: 0, most: Number.POSITIVE_INFINITY },
  options: {
    system: {
      takes: 'value',
      placeholder: 'SYSTEM',
      choices: ['vsr', 'kimberlite', 'kotoba', 'streambus', 'kalki', 'alerting', 'all'],
      repeats: true,
      help: 'vsr, kimberlite, kotoba, streambus, kalki, alerting (alerts on alerting itself) or all (default); may be repeated',
    },
    set: {
      takes: 'value',
      placeholder: 'NAME=VALUE',
      repeats: true,
      help: 'changes a threshold or another setting; may be repeated',
    },
    out: {
      takes: 'value',
      placeholder: 'DIR',
      short: 'o',
      help: 'writes a rule file for each system into DIR, and unit tests for promtool beside it',
    },
    thresholds: { takes: 'nothing', help: 'lists the thresholds and their reasons instead' },
  },
  description: [
    'Writes the alerts and recording rules of the systems to standard output, as a rule file of Prometheus: the same text for the same settings. Every alert has its severity, texts, and a link to its runbook.',
    'With lint it reads rule files, and says with line and column what is wrong in them. It needs no Prometheus: it knows the metrics of this library, and what PromQL allows.',
    'NAME is a threshold, or one of clusterLabel, prefix, job, histograms (classic or native), runbooks and grafana (URLs), leaveOut (ALERT,ALERT), selector.LABEL, labels.LABEL, for.ALERT and keepFiringFor.ALERT:',
    '  vsr-metrics rules --set replicaLag=5000 --set for.VsrReplicaLag=10m',
  ],
  examples: [
    'vsr-metrics rules --system vsr > vsr.rules.yml',
    'vsr-metrics rules --out /etc/prometheus/rules --set selector.env=production',
    'vsr-metrics rules --system vsr --thresholds',
    'vsr-metrics rules lint own.rules.yml',
  ],
  exitCodes: rulesExitCodes,
});
