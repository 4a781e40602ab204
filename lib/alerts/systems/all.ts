// The alerts of every system, loaded when they are asked for.

import type { SystemAlerts } from '../define.js';

const systems = {
  vsr: async () => (await import('./vsr/index.js')).vsrAlerts,
  kimberlite: async () => (await import('./kimberlite.js')).kimberliteAlerts,
  kotoba: async () => (await import('./kotoba.js')).kotobaAlerts,
  streambus: async () => (await import('./streambus.js')).streambusAlerts,
  kalki: async () => (await import('./kalki.js')).kalkiAlerts,
  alerting: async () => (await import('./alerting.js')).alertingAlerts,
} as const;

export type SystemName = keyof typeof systems;

export const systemNames = Object.keys(systems) as readonly SystemName[];

/** The alerts of a system whose name is known only now: their thresholds are checked when they are set. */
export async function systemNamed(name: SystemName): Promise<SystemAlerts> {
  return (await systems[name]()) as unknown as SystemAlerts;
}
