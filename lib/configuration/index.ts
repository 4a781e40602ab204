// What operators set, in variables and in a file:
//
//   const { enabled, server } = await readConfiguration({ file: 'config.toml' });
//   if (enabled.metrics) await startServer({ registry, ...server });

export { type Configuration, type ConfigurationSources, readConfiguration } from './read.js';
export { type SettingName, serverSettings } from './settings.js';
