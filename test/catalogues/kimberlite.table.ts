// What the documents of Kimberlite say, as a table; see catalogues.test.ts.

export const kimberliteTable = `
logEntries                | kmb_log_entries_total            | counter     |         | node_id                             |                                                                   | Total log entries written
logBytes                  | kmb_log_bytes_total              | counter     | bytes   | node_id                             |                                                                   | Total log bytes written
kmbLogSize                | kmb_log_size_bytes               | gauge       | bytes   | node_id                             |                                                                   | Current log size
consensusCommits          | kmb_consensus_commits_total      | counter     |         | node_id                             |                                                                   | Total committed entries
consensusView             | kmb_consensus_view               | gauge       |         | node_id                             |                                                                   | Current consensus view number
consensusLeader           | kmb_consensus_leader             | gauge       |         | node_id                             |                                                                   | Current leader node ID
consensusViewChanges      | kmb_consensus_view_changes_total | counter     |         | node_id                             |                                                                   | Total view changes
projectionAppliedPosition | kmb_projection_applied_position  | gauge       |         | node_id                             |                                                                   | Last applied log position
projectionLag             | kmb_projection_lag               | gauge       |         | node_id                             |                                                                   | Log position lag (head - applied)
queryDuration             | kmb_query_duration_seconds       | histogram   | seconds | node_id                             | 0.0001 0.0005 0.001 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10 | Query latency distribution
writeDuration             | kmb_write_duration_seconds       | histogram   | seconds | node_id                             | 0.0001 0.0005 0.001 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10 | Write latency distribution
requests                  | kmb_requests_total               | counter     |         | node_id method status=success/error |                                                                   | Total requests by method and status
requestsInFlight          | kmb_requests_in_flight           | gauge/sum/0 |         | node_id                             |                                                                   | Currently processing requests
activeTenants             | kmb_active_tenants               | gauge       |         | node_id                             |                                                                   | Number of active tenants
tenantLogEntries          | kmb_tenant_log_entries_total     | counter     |         | node_id tenant_id                   |                                                                   | Entries per tenant (labeled by tenant_id)
`;
