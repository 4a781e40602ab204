// What the documents of Kalki say, as a table; see catalogues.test.ts.

export const kalkiTable = `
kalkiRequests     | kalki_requests_total           | counter     |         |            |                                      | Total requests processed
requestDuration   | kalki_request_duration_seconds | histogram   | seconds |            | 0.05 0.1 0.25 0.5 1 2 5 10 30 60 120 | Request duration
activeConnections | kalki_active_connections       | gauge/sum/0 |         |            |                                      | Active connections
queriesProcessed  | kalki_queries_processed        | counter     |         |            |                                      | Queries processed
documentsIngested | kalki_documents_ingested       | counter     |         |            |                                      | Documents ingested
sessionsActive    | kalki_sessions_active          | gauge/sum/0 |         |            |                                      | Active user sessions
memoryUsage       | kalki_memory_usage_bytes       | gauge       | bytes   |            |                                      | Memory usage
memoryLimit       | kalki_memory_limit_bytes       | gauge       | bytes   |            |                                      | Memory limit: that of the container, or else the memory of the machine
cpuUsage          | kalki_cpu_usage_percent        | gauge       | percent |            |                                      | CPU usage
diskUsage         | kalki_disk_usage_bytes         | gauge       | bytes   |            |                                      | Disk usage
errors            | kalki_errors_total             | counter     |         | error_type |                                      | Total errors
llmErrors         | kalki_llm_errors_total         | counter     |         |            |                                      | LLM errors
dbErrors          | kalki_db_errors_total          | counter     |         |            |                                      | Database errors
`;
