// `--set NAME=VALUE`: the settings of alerts, as text.

import type { AlertSettings, SystemAlerts } from '../../alerts/index.js';
import { AlertsError } from '../../core/errors.js';
import { misuse } from '../failure.js';

interface Given {
  readonly name: string;
  readonly value: string;
}

const single = ['clusterLabel', 'prefix', 'job', 'histograms', 'runbooks', 'grafana'];
const nested = ['selector', 'labels', 'for', 'keepFiringFor'];

/** What each system is set to: a setting holds for those that have it, and one of them has to. */
export function settingsFor(
  systems: readonly SystemAlerts[],
  texts: readonly string[],
): AlertSettings[] {
  const given = texts.map(read);
  for (const { name, value } of given) {
    if (name === 'leaveOut') checkLeftOut(systems, value);
    if (systems.some((system) => hasSetting(system, name))) continue;
    throw misuse({ problem: '--set knows no such name', given: name, allowed: namesOf(systems) });
  }
  return systems.map((system) =>
    settingsOf(
      system,
      given.filter(({ name }) => hasSetting(system, name)),
    ),
  );
}

function read(text: string): Given {
  const at = text.indexOf('=');
  if (at > 0) return { name: text.slice(0, at), value: text.slice(at + 1) };
  throw misuse({ problem: '--set needs a name and a value', given: text, allowed: 'NAME=VALUE' });
}

function hasSetting({ thresholds, alerts }: SystemAlerts, name: string): boolean {
  if (Object.hasOwn(thresholds, name) || single.includes(name) || name === 'leaveOut') return true;
  const [group, key] = split(name);
  if (group === 'selector' || group === 'labels') return key !== '';
  return nested.includes(group) && Object.hasOwn(alerts, key);
}

function settingsOf(system: SystemAlerts, given: readonly Given[]): AlertSettings {
  const settings: Record<string, unknown> = {};
  const put = (group: string, key: string, value: unknown) => {
    settings[group] = { ...(settings[group] as object | undefined), [key]: value };
  };
  for (const { name, value } of given) {
    const [group, key] = split(name);
    if (Object.hasOwn(system.thresholds, name)) put('thresholds', name, numberOf(value));
    else if (name === 'leaveOut') settings[name] = named(value, system);
    else if (single.includes(name)) settings[name] = value;
    else put(group, key, value);
  }
  return settings as AlertSettings;
}

/** What is no number is left as it is, so that the check of settings shows what was given. */
function numberOf(text: string): number | string {
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : text;
}

/** Those of this system: what no system has was refused before. */
function named(value: string, { alerts }: SystemAlerts): string[] {
  return value.split(',').filter((name) => Object.hasOwn(alerts, name));
}

function checkLeftOut(systems: readonly SystemAlerts[], value: string): void {
  const names = systems.flatMap(({ alerts }) => Object.keys(alerts));
  const wrong = value.split(',').find((name) => !names.includes(name));
  if (wrong === undefined) return;
  throw misuse({ problem: '--set leaveOut knows no such alert', given: wrong, allowed: names });
}

function split(name: string): [string, string] {
  const at = name.indexOf('.');
  return at < 0 ? [name, ''] : [name.slice(0, at), name.slice(at + 1)];
}

function namesOf(systems: readonly SystemAlerts[]): string[] {
  const thresholds = systems.flatMap((system) => Object.keys(system.thresholds));
  return [...single, 'leaveOut', ...nested.map((name) => `${name}.NAME`), ...thresholds];
}

/** A setting that does not fit is a command line that is wrong. */
export function orMisuse<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof AlertsError) throw misuse({ problem: error.message });
    throw error;
  }
}
