// vsr-metrics rules: rule files for Prometheus, their unit tests, and what is wrong in those of others.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AlertRules,
  alertsOf,
  ruleFile,
  type SystemAlerts,
  unitTestFiles,
} from '../../alerts/index.js';
import { lintRules } from '../../alerts/lint/lint.js';
import { type SystemName, systemNamed, systemNames } from '../../alerts/systems/all.js';
import type { Arguments } from '../arguments.js';
import { exitCodes, Failure, misuse } from '../failure.js';
import { type Streams, say } from '../streams.js';
import { mistakesFound, type rulesCommand } from './command.js';
import { orMisuse, settingsFor } from './settings.js';

type RulesArguments = Arguments<typeof rulesCommand.options>;

export async function rules(args: RulesArguments, streams: Streams): Promise<number> {
  const [first, ...files] = args.operands;
  if (first === 'lint') return lint(args, files, streams);
  if (first !== undefined) {
    throw misuse({ problem: 'rules knows no such word', given: first, allowed: ['lint'] });
  }
  const systems = await systemsOf(args);
  if (args.has('thresholds')) {
    streams.stdout.write(systems.map(thresholdsText).join('\n'));
    return exitCodes.ok;
  }
  const settings = settingsFor(systems, args.texts('set'));
  const all = systems.map((system, index) => orMisuse(() => alertsOf(system, settings[index])));
  const folder = args.text('out');
  if (folder === undefined) streams.stdout.write(ruleFile(all));
  else writeAll(folder, all);
  return exitCodes.ok;
}

async function systemsOf(args: RulesArguments): Promise<SystemAlerts[]> {
  const given = args.texts('system');
  const isAll = given.length === 0 || given.includes('all');
  const names = isAll ? systemNames : ([...new Set(given)] as SystemName[]);
  return Promise.all(names.map(systemNamed));
}

function thresholdsText({ title, thresholds }: SystemAlerts): string {
  const lines = Object.entries(thresholds).map(
    ([name, { is, unit, why }]) => `  ${name}=${is}\n      ${unit}. ${why}\n`,
  );
  return `${title}\n${lines.join('')}`;
}

function writeAll(folder: string, all: readonly AlertRules[]): void {
  try {
    mkdirSync(folder, { recursive: true });
    for (const each of all) {
      const file = `${each.system}.rules.yml`;
      writeFileSync(join(folder, file), ruleFile([each]));
      for (const [name, text] of Object.entries(unitTestFiles(each, file))) {
        writeFileSync(join(folder, name), text);
      }
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new Failure(exitCodes.environment, `--out ${folder} cannot be written: ${message}`);
  }
}

async function lint(
  args: RulesArguments,
  files: readonly string[],
  { stdout }: Streams,
): Promise<number> {
  const other = (['system', 'set', 'out', 'thresholds'] as const).find((name) => args.has(name));
  if (other !== undefined) throw misuse({ problem: `--${other} is not for lint` });
  if (files.length === 0) throw misuse({ problem: 'FILE is missing' });
  let count = 0;
  for (const file of files) {
    for (const { line, column, message } of lintRules(readText(file))) {
      say(stdout, `${file}:${line}:${column}: ${message}`);
      count += 1;
    }
  }
  return count === 0 ? exitCodes.ok : mistakesFound;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Failure(exitCodes.unreadable, `${file} cannot be read: ${(error as Error).message}`);
  }
}
