// What the documents of KotobaDB say, as a table; see catalogues.test.ts.

export const kotobaTable = `
dbConnectionsActive      | kotoba_db_connections_active        | gauge     |         |            |                                                                   | Number of active database connections
dbConnections            | kotoba_db_connections_total         | counter   |         |            |                                                                   | Total database connections
dbQueries                | kotoba_db_queries_total             | counter   |         |            |                                                                   | Total number of queries
dbQueryLatency           | kotoba_db_query_latency_seconds     | histogram | seconds |            | 0.0005 0.001 0.0025 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10 | Database query latency in seconds
dbStorageSize            | kotoba_db_storage_size_bytes        | gauge     | bytes   |            |                                                                   | Total storage size
dbStorageUsed            | kotoba_db_storage_used_bytes        | gauge     | bytes   |            |                                                                   | Used storage size
systemCpuUsage           | system_cpu_usage_percent            | gauge     | percent |            |                                                                   | CPU usage percentage
systemMemoryUsageBytes   | system_memory_usage_bytes           | gauge     | bytes   |            |                                                                   | Memory usage in bytes
systemMemoryUsagePercent | system_memory_usage_percent         | gauge     | percent |            |                                                                   | Memory usage percentage
systemDiskUsageBytes     | system_disk_usage_bytes             | gauge     | bytes   |            |                                                                   | Disk usage in bytes
systemDiskUsagePercent   | system_disk_usage_percent           | gauge     | percent |            |                                                                   | Disk usage percentage
clusterNodes             | kotoba_cluster_nodes_total          | gauge     |         |            |                                                                   | Total cluster nodes
clusterNodesActive       | kotoba_cluster_nodes_active         | gauge     |         |            |                                                                   | Active cluster nodes
clusterLeaderChanges     | kotoba_cluster_leader_changes_total | counter   |         |            |                                                                   | Leader change events
healthCheckStatus        | health_check_status                 | gauge     |         | check_name |                                                                   | Result of a health check (1=healthy, 0.5=degraded, 0=unhealthy, -1=unknown)
kotobaHealthCheckStatus  | kotoba_health_check_status          | gauge     |         | check_name |                                                                   | Result of a health check (1=healthy, 0.5=degraded, 0=unhealthy, -1=unknown)
`;
