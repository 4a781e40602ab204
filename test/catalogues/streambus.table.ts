// What the documents of StreamBus say, as a table; see catalogues.test.ts.

export const streambusTable = `
brokerUptime           | streambus_broker_uptime_seconds          | gauge       | seconds |             |                                                  | Broker uptime in seconds
brokerStatus           | streambus_broker_status                  | gauge       |         |             |                                                  | Broker status (0=stopped, 1=starting, 2=running, 3=stopping)
brokerConnections      | streambus_broker_connections             | gauge/sum/0 |         |             |                                                  | Number of active client connections
brokerActiveRequests   | streambus_broker_active_requests         | gauge/sum/0 |         |             |                                                  | Number of active requests being processed
messagesProduced       | streambus_messages_produced_total        | counter     |         |             |                                                  | Total messages produced
messagesConsumed       | streambus_messages_consumed_total        | counter     |         |             |                                                  | Total messages consumed
messagesStored         | streambus_messages_stored_total          | counter     |         |             |                                                  | Total messages stored
bytesProduced          | streambus_bytes_produced_total           | counter     |         |             |                                                  | Total bytes produced
bytesConsumed          | streambus_bytes_consumed_total           | counter     |         |             |                                                  | Total bytes consumed
bytesStored            | streambus_bytes_stored_total             | counter     |         |             |                                                  | Total bytes stored
topics                 | streambus_topics_total                   | gauge       |         |             |                                                  | Total number of topics
partitions             | streambus_partitions_total               | gauge       |         |             |                                                  | Total number of partitions
replicas               | streambus_replicas_total                 | gauge       |         |             |                                                  | Total number of replicas
produceLatency         | streambus_produce_latency_seconds        | histogram   | seconds |             | 0.001 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 | Produce request latency distribution
consumeLatency         | streambus_consume_latency_seconds        | histogram   | seconds |             | 0.001 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 | Consume request latency distribution
replicationLatency     | streambus_replication_latency_seconds    | histogram   | seconds |             | 0.001 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 | Replication latency distribution
streambusCommitLatency | streambus_commit_latency_seconds         | histogram   | seconds |             | 0.001 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 | Commit latency distribution
consumerGroups         | streambus_consumer_groups_total          | gauge       |         |             |                                                  | Total number of consumer groups
consumerGroupMembers   | streambus_consumer_group_members_total   | gauge       |         |             |                                                  | Total number of consumer group members
consumerGroupLag       | streambus_consumer_group_lag             | gauge       |         | group topic |                                                  | Consumer group lag in messages
transactionsActive     | streambus_transactions_active            | gauge/sum/0 |         |             |                                                  | Number of active transactions
transactionsCommitted  | streambus_transactions_committed_total   | counter     |         |             |                                                  | Total committed transactions
transactionsAborted    | streambus_transactions_aborted_total     | counter     |         |             |                                                  | Total aborted transactions
transactionDuration    | streambus_transaction_duration_seconds   | histogram   | seconds |             | 0.1 0.5 1 2.5 5 10 30 60                         | Transaction duration distribution
storageUsed            | streambus_storage_used_bytes             | gauge       | bytes   |             |                                                  | Storage space used in bytes
storageAvailable       | streambus_storage_available_bytes        | gauge       | bytes   |             |                                                  | Storage space available in bytes
segments               | streambus_segments_total                 | gauge       |         |             |                                                  | Total number of log segments
compactions            | streambus_compactions_total              | counter     |         |             |                                                  | Total number of compactions performed
networkBytesIn         | streambus_network_bytes_in_total         | counter     |         |             |                                                  | Total bytes received from network
networkBytesOut        | streambus_network_bytes_out_total        | counter     |         |             |                                                  | Total bytes sent to network
networkRequests        | streambus_network_requests_total         | counter     |         |             |                                                  | Total network requests
networkErrors          | streambus_network_errors_total           | counter     |         |             |                                                  | Total network errors
authenticationAttempts | streambus_authentication_attempts_total  | counter     |         |             |                                                  | Total authentication attempts
authenticationFailures | streambus_authentication_failures_total  | counter     |         |             |                                                  | Total authentication failures
authorizationChecks    | streambus_authorization_checks_total     | counter     |         |             |                                                  | Total authorization checks
authorizationDenials   | streambus_authorization_denials_total    | counter     |         |             |                                                  | Total authorization denials
auditEventsLogged      | streambus_audit_events_logged_total      | counter     |         |             |                                                  | Total audit events logged
streambusClusterSize   | streambus_cluster_size                   | gauge       |         |             |                                                  | Number of brokers in cluster
clusterLeader          | streambus_cluster_leader                 | gauge       |         |             |                                                  | 1 if this broker is leader, 0 otherwise
raftTerm               | streambus_raft_term                      | gauge       |         |             |                                                  | Current Raft term
raftCommitIndex        | streambus_raft_commit_index              | gauge       |         |             |                                                  | Current Raft commit index
schemasRegistered      | streambus_schemas_registered_total       | counter     |         |             |                                                  | Total schemas registered
schemaValidations      | streambus_schema_validations_total       | counter     |         |             |                                                  | Total schema validations
schemaValidationErrors | streambus_schema_validation_errors_total | counter     |         |             |                                                  | Total schema validation errors
`;
