// The values that the vsr catalogue knows: the closed sets of its labels, each value with the place
// in the protocol that it names, and what several families share. "VR" is Viewstamped Replication
// Revisited (Liskov and Cowling, 2012).
//
// A system that has more adds them when it creates its registry:
//
//   createRegistry({ catalogue: vsr, labelValues: { message_type: ['Gossip'] } })

/** First in every family, as the document renders it. */
export const replica = { replica_id: 'any' } as const;

/** Bounds, in ms, of what takes a round trip between replicas. */
export const consensusBuckets = [0.1, 0.5, 1, 2, 5, 10, 25, 50, 100] as const;

/** What replicas and clients send each other. */
export const messageTypes = [
  // VR section 4.1, normal operation.
  'Request', // client to primary: run this operation
  'Prepare', // primary to backups: here is operation n of view v
  'PrepareOk', // backup to primary: n and everything before it is in my log
  'Commit', // primary to backups, when no Prepare carries the commit number for it
  'Reply', // primary to client: the result

  // VR section 4.2, view change.
  'StartViewChange', // to all: I leave view v, for lack of a working primary
  'DoViewChange', // to the primary of the new view: my log, and the last view I was normal in
  'StartView', // new primary to all: the log that the view begins with

  // VR section 4.3, recovery of a replica that lost its memory.
  'Recovery', // to all, with a nonce
  'RecoveryResponse', // view and nonce back; the primary adds its log

  // VR section 5.2, state transfer to a replica that fell behind.
  'GetState',
  'NewState',

  // VR section 7, reconfiguration. With joint consensus only the first is used.
  'Reconfiguration', // administrator to primary: this is the new group
  'StartEpoch', // to replicas that are new: get ready
  'EpochStarted', // from them to those being replaced: you may go

  // Signs of life. VR lets Commit do this; implementations with clocks and timeouts of their own
  // keep it apart, and measure round trips and clock offsets with Ping and Pong.
  'Heartbeat',
  'Ping',
  'Pong',

  // Repair of single log entries, after a corrupt sector or a lost message. A replica that never
  // had an entry says so with NackPrepare: enough of these prove that it was never committed.
  'RepairRequest',
  'RepairResponse',
  'NackPrepare',

  // The primary ends a client's session to make room for another.
  'Eviction',

  // Standbys follow the log without a vote, until one is promoted to replica.
  'StandbyHeartbeat',
  'StandbyPromotion',
] as const;

/**
 * Why a message was rejected as one that no correct replica sends. A crash-fault protocol that
 * checks these survives bugs and corrupted memory of its peers, and shows who has them.
 */
export const byzantineReasons = [
  'commit_number', // claims more commits than its own log, or than a quorum, can have
  'log_tail_length', // DoViewChange or StartView whose log is not as long as it says
  'view_monotonicity', // a view lower than one that the sender was seen in
  'op_number_mismatch', // the operation number contradicts the entry or the log before it
  'not_primary', // Prepare, Commit or StartView from a replica that does not lead that view
  'equivocation', // two different operations for the same view and number
  'hash_chain', // the entry does not follow from the entry before it
  'unknown_sender', // not in the configuration
  'signature', // missing or not the sender's
  'replay', // a nonce, session or request that was used before
  'malformed', // cannot be decoded
] as const;

/** Why a view change was initiated. */
export const viewChangeReasons = [
  'primary_timeout', // no Prepare, Commit or Heartbeat from the primary for too long
  'view_change_timeout', // the view change before this one did not complete: on to the next view
  'higher_view', // another replica's StartViewChange or DoViewChange names a later view
  'primary_abdication', // the primary itself gives up: it cannot repair, persist, or read a clock
  'reconfiguration', // the primary is not part of the new configuration
  'operator', // asked for by a person or a rolling upgrade
] as const;

/** Hot code that allocates, as far as the profile tells it apart. */
export const allocationSites = [
  'log_append',
  'message_serialize',
  'state_machine_effects',
  'repair_buffer',
] as const;

/** Parts of a replica's storage that have checksums. */
export const checksummedComponents = ['log', 'superblock'] as const;

export const outcomes = ['success', 'failure'] as const;
