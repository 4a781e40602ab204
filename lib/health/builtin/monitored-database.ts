// What a database tells about itself, as its users implement it.

/** A database that can be watched. */
export interface MonitoredDatabase {
  getDatabaseMetrics(): Promise<DatabaseMetrics>;
  getQueryMetrics(): Promise<QueryMetrics>;
  getStorageMetrics(): Promise<StorageMetrics>;
}

export interface DatabaseMetrics {
  readonly activeConnections: number;
  readonly totalConnections: number;
  readonly uptimeSeconds: number;
  readonly version: string;
}

export interface QueryMetrics {
  readonly totalQueries: number;
  readonly queriesPerSecond: number;
  readonly avgQueryLatencyMs: number;
  readonly p95QueryLatencyMs: number;
  readonly p99QueryLatencyMs: number;
  readonly slowQueries: number;
  readonly failedQueries: number;
}

export interface StorageMetrics {
  readonly totalSizeBytes: number;
  readonly usedSizeBytes: number;
  readonly readOperations: number;
  readonly writeOperations: number;
  readonly readBytesPerSec: number;
  readonly writeBytesPerSec: number;
  /** From 0 to 1. */
  readonly cacheHitRate: number;
  readonly ioLatencyMs: number;
}
