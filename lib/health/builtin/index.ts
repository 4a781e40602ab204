// Checks of what most programs depend on, each a function that makes one:
//
//   health.add('memory', memoryCheck({ degradedPercent: 80 }));

export { type CpuCheckOptions, cpuCheck } from './cpu.js';
export { type DatabaseCheckOptions, databaseCheck } from './database.js';
export { addDefaultChecks, type DefaultChecksOptions } from './defaults.js';
export { type DiskCheckOptions, diskCheck } from './disk.js';
export { type EventLoopCheckOptions, eventLoopCheck } from './event-loop.js';
export { type HttpCheckOptions, httpCheck, type StatusRange } from './http.js';
export { type MemoryCheckOptions, memoryCheck } from './memory.js';
export type {
  DatabaseMetrics,
  MonitoredDatabase,
  QueryMetrics,
  StorageMetrics,
} from './monitored-database.js';
export { type NetworkCheckOptions, networkCheck } from './network.js';
export { type PostgresCheckOptions, type PostgresClient, postgresCheck } from './postgres.js';
export { type RedisCheckOptions, type RedisClient, redisCheck } from './redis.js';
