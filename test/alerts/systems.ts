// The alerts of every system, for tests.

import { type AlertRules, type AlertSettings, alertsOf } from '../../lib/alerts/index.js';
import { systemNamed, systemNames } from '../../lib/alerts/systems/all.js';

export async function allRules(settings: AlertSettings = {}): Promise<AlertRules[]> {
  const systems = await Promise.all(systemNames.map(systemNamed));
  return systems.map((system) => alertsOf(system, settings));
}
