// Counts what a simulated cluster does by watching it from outside: what goes over the network and to
// the disks, and how the replicas' fields change. It shares nothing with the instrumentation, so that
// the two can be held against each other.

import { type Entry, entryBytes } from '../../../examples/vsr-cluster/log/entry.js';
import type { Snapshot } from '../../../examples/vsr-cluster/machine/snapshot.js';
import type { Message, Request } from '../../../examples/vsr-cluster/messages/messages.js';
import { defaultTiming } from '../../../examples/vsr-cluster/replica/host.js';
import type { Replica } from '../../../examples/vsr-cluster/replica/replica.js';
import type { SimulatedNode } from '../../../examples/vsr-cluster/simulation/node.js';
import type { Simulation } from '../../../examples/vsr-cluster/simulation/simulation.js';

/** Bytes by peer. */
type Peers = Map<string, number>;

/** A request that the primary took. */
interface Arrival {
  readonly at: number;
  readonly method: 'query' | 'write';
  /** A Prepare with it was sent. */
  isInLog: boolean;
  isLate: boolean;
}

interface Flight {
  readonly sent: number;
  decided: number | undefined;
}

/** What is known of one life of a replica. */
class Life {
  status = 2;
  statusSince: number;
  view = -1;
  commit = 0;
  lastSent: Message | undefined;
  highestPrepared = 0;
  readonly flights = new Map<number, Flight>();
  readonly arrivals = new Map<string, Arrival>();
  /** How what was applied ended, by client and request. */
  readonly outcomes = new Map<string, string>();
  /** When each tenant's last entry was written. */
  readonly tenants = new Map<number, number>();
  /** In the order of last use. */
  clients = new Set<number>();
  readonly underWay = new Map<number, number>();
  /** Requests with a session that is not known: they are answered by an eviction. */
  readonly refused = new Map<number, Arrival['method']>();
  readonly repairs = new Map<
    number,
    { peer: number; nonce: number; at: number; attempts: number; isGap: boolean }
  >();
  readonly ewma = new Map<number, number>();
  recoversSince: number | undefined;
  window: { at: number; sent: Peers; received: Peers; disk: number[]; steps: number };
  scrub = { from: 0, read: 0 };

  constructor(now: number, disk: number[], isFirst: boolean) {
    this.statusSince = now;
    this.recoversSince = isFirst ? undefined : now;
    this.window = { at: now, sent: new Map(), received: new Map(), disk, steps: 0 };
  }
}

export class Tally {
  /** Totals, and counts and sums of histograms, by replica, metric and other labels. */
  readonly totals = new Map<string, number>();
  /** What gauges that are set at times have to be. */
  readonly gauges = new Map<string, number>();
  simulation: Simulation | undefined;
  readonly #lives = new Map<number, Life>();
  readonly #started = new Set<number>();
  readonly #mostSessions: number;

  constructor(mostSessions: number) {
    this.#mostSessions = mostSessions;
  }

  get #now(): number {
    return this.simulation?.events.now ?? 0;
  }

  #add(id: number, metric: string, labels: string, amount = 1): void {
    const key = `${id} ${metric} ${labels}`.trim();
    this.totals.set(key, (this.totals.get(key) ?? 0) + amount);
  }

  #record(id: number, metric: string, labels: string, value: number): void {
    this.#add(id, `${metric}_count`, labels);
    this.#add(id, `${metric}_sum`, labels, value);
  }

  #set(id: number, metric: string, labels: string, value: number): void {
    this.gauges.set(`${id} ${metric} ${labels}`.trim(), value);
  }

  /** Before the simulation starts: its disks are watched, too. */
  watch(simulation: Simulation): void {
    this.simulation = simulation;
    for (const { disk, id } of simulation.nodes) {
      const { writeEntries, readSlot, writeSuperblock, checkSuperblock } = disk;
      let promised = 0;
      disk.writeSuperblock = (block, done) => {
        // A view that it promises to take part in, and has not the log of yet.
        const isPromise = block.isWhole && block.view > block.logView && block.view > promised;
        if (isPromise && this.simulation!.nodes[id]!.replica!.status === 1) {
          promised = block.view;
          this.#add(id, 'view changes', '');
        }
        writeSuperblock.call(disk, block, done);
      };
      disk.writeEntries = (entries: readonly Entry[], done) => {
        for (const entry of entries) this.#onWritten(id, entry);
        writeEntries.call(disk, entries, done);
      };
      disk.checkSuperblock = (done) =>
        checkSuperblock.call(disk, (damaged) => {
          const { durable, log } = this.simulation!.nodes[id]!.replica!;
          if (durable > log.base) this.#add(id, 'vsr_scrub_tours_completed_total', '');
          done(damaged);
        });
      disk.readSlot = (op, done) =>
        readSlot.call(disk, op, (reading) => {
          this.#lives.get(id)!.scrub.read++;
          done(reading);
        });
    }
  }

  onSend(from: number, to: number, message: Message, bytes: number): void {
    const life = this.#lives.get(from)!;
    const { type } = message;
    this.#add(from, 'vsr_messages_sent_total', `message_type=${type}`);
    if (to < 1000) {
      const labels = `message_type=${type} peer=${to}`;
      this.#add(from, 'vsr_network_sent_bytes_total', labels, bytes);
    }
    grow(life.window.sent, to, bytes);
    // A broadcast is one message for several.
    if (message !== life.lastSent) {
      this.#record(from, 'vsr_message_serialization_ms', '', 0);
      this.#add(from, 'vsr_allocated_bytes_total', 'site=message_serialize', bytes);
    }
    const isFirst = message !== life.lastSent;
    life.lastSent = message;
    if (!isFirst) return;
    if (type === 'Prepare') this.#onPrepareSent(life, message.entries);
    if (type === 'Eviction') this.#onEvicted(from, life, to);
    if (type === 'Prepare' || type === 'Commit' || type === 'Heartbeat') {
      this.#onAnnounced(from, life, message.commit);
    }
    if (type === 'Reply') {
      const key = `${to} ${message.request}`;
      const arrived = life.arrivals.get(key);
      if (arrived === undefined) return;
      life.arrivals.delete(key);
      const { at, method, isLate } = arrived;
      this.#record(from, 'vsr_client_latency_ms', '', this.#now - at);
      this.#record(from, `kmb_${method}_duration_seconds`, '', (this.#now - at) / 1000);
      const status = life.outcomes.get(key) === 'success' ? 'success' : 'error';
      if (!isLate) this.#add(from, 'kmb_requests_total', `method=${method} status=${status}`);
    }
    if (type === 'RepairRequest') {
      const before = life.repairs.get(message.op);
      const attempts = (before?.attempts ?? 0) + 1;
      const { log } = this.simulation!.nodes[from]!.replica!;
      const isGap = before?.isGap ?? message.op > log.op;
      const { op, nonce } = message;
      life.repairs.set(op, { peer: to, nonce, at: this.#now, attempts, isGap });
    }
  }

  #onWritten(id: number, entry: Entry): void {
    const bytes = entryBytes(entry);
    this.#add(id, 'vsr_bytes_written_total', '', bytes);
    this.#add(id, 'kmb_log_bytes_total', '', bytes);
    this.#add(id, 'kmb_log_entries_total', '');
    if (entry.kind === 'joint' || entry.kind === 'stable') return;
    const tenant = entry.client % 8;
    this.#add(id, 'kmb_tenant_log_entries_total', `tenant_id=tenant-${tenant}`);
    this.#lives.get(id)!.tenants.set(tenant, this.#now);
  }

  /** A request whose session is no more is refused. */
  #onEvicted(id: number, life: Life, client: number): void {
    const method = life.refused.get(client);
    if (method === undefined) return;
    life.refused.delete(client);
    this.#onRefused(id, method);
  }

  #onRefused(id: number, method: Arrival['method']): void {
    this.#add(id, 'vsr_operations_total', 'status=failure');
    this.#add(id, 'kmb_requests_total', `method=${method} status=error`);
  }

  #onPrepareSent(life: Life, entries: readonly Entry[]): void {
    for (const { op, client, request } of entries) {
      const arrival = life.arrivals.get(`${client} ${request}`);
      if (arrival !== undefined) arrival.isInLog = true;
      if (op <= life.highestPrepared) continue;
      life.highestPrepared = op;
      life.flights.set(op, { sent: this.#now, decided: undefined });
    }
  }

  #onAnnounced(id: number, life: Life, commit: number): void {
    for (const [op, { sent, decided }] of life.flights) {
      if (op > commit || decided === undefined) continue;
      this.#record(id, 'vsr_commit_latency_ms', '', this.#now - decided);
      this.#record(id, 'vsr_consensus_rtt_ms', '', this.#now - sent);
      life.flights.delete(op);
    }
  }

  onReceive(id: number, message: Message, bytes: number, sentAt: number): void {
    const life = this.#lives.get(id)!;
    const { type, from } = message;
    const { replica } = this.simulation!.nodes[id]!;
    this.#add(id, 'vsr_messages_received_total', `message_type=${type}`);
    grow(life.window.received, from, bytes);
    if (bytes > 0 && from >= 0 && from < 1000) {
      const labels = `message_type=${type} peer=${from}`;
      this.#add(id, 'vsr_network_received_bytes_total', labels, bytes);
      this.#record(id, 'vsr_network_latency_ms', `peer=${from}`, this.#now - sentAt);
    }
    if (replica!.status === 2) return;
    if (type === 'Request') this.#onRequest(id, life, message);
    if (type === 'Pong') {
      const roundTrip = this.#now - message.sentAt;
      this.#add(id, 'vsr_clock_samples_total', '');
      this.#record(id, 'vsr_heartbeat_rtt_ms', `peer=${from}`, roundTrip);
      if (roundTrip > defaultTiming.clockTolerance)
        this.#add(id, 'vsr_clock_sync_errors_total', '');
    }
    if (type === 'RepairResponse' || type === 'NackPrepare') {
      const op = type === 'NackPrepare' ? message.op : message.entry.op;
      const asked = life.repairs.get(op);
      if (asked?.nonce !== message.nonce) return;
      const before = life.ewma.get(asked.peer);
      const latency = this.#now - asked.at;
      const average = before === undefined ? latency : before + 0.2 * (latency - before);
      life.ewma.set(asked.peer, average);
      this.#set(id, 'vsr_repair_ewma_latency_ms', `peer=${asked.peer}`, average);
      if (type === 'NackPrepare') {
        if (asked.attempts < 6) return;
        this.#add(id, 'vsr_repairs_total', 'status=failure');
        life.repairs.delete(op);
        return;
      }
      // An uncommitted entry is believed in its own view only; it is asked for again.
      if (asked.isGap && !(replica!.isNormal && message.view === replica!.view)) {
        this.#add(id, 'vsr_allocated_bytes_total', 'site=repair_buffer', entryBytes(message.entry));
        asked.nonce = -1;
        return;
      }
      this.#add(id, 'vsr_repairs_total', 'status=success');
      this.#add(id, 'vsr_repair_latency_ms_count', '');
      this.#add(id, 'vsr_allocated_bytes_total', 'site=repair_buffer', entryBytes(message.entry));
      life.repairs.delete(op);
    }
  }

  #onRequest(id: number, life: Life, { from, session, request, body }: Request): void {
    const replica = this.simulation!.nodes[id]!.replica!;
    if (!replica.isNormal || !replica.isPrimary) return;
    const method = body.startsWith('balance') ? 'query' : 'write';
    if (!replica.normal.isSettled) {
      if (session !== 0) this.#onRefused(id, method);
      return;
    }
    const known = replica.sessions.get(from);
    const isAgain = session === 0 ? known?.request === 0 : (known?.request ?? 0) >= request;
    const isKnown = session === 0 || known?.session === session;
    if (life.underWay.has(from) || (isKnown && isAgain)) {
      this.#add(id, 'vsr_duplicate_requests_total', '');
    } else if (isKnown) {
      life.underWay.set(from, request);
      const arrival = { at: this.#now, method, isInLog: false, isLate: false } as const;
      if (session !== 0) life.arrivals.set(`${from} ${request}`, { ...arrival });
    } else {
      life.refused.set(from, method);
    }
  }

  /** Who waits for too long counts as failed; what is in the log by then may still be answered. */
  #giveUpLate(id: number, life: Life): void {
    const replica = this.simulation!.nodes[id]!.replica!;
    if (!replica.isNormal || !replica.isPrimary) return;
    for (const [key, arrival] of life.arrivals) {
      if (arrival.isLate || this.#now - arrival.at <= defaultTiming.requestTimeout) continue;
      if (arrival.isInLog) {
        arrival.isLate = true;
        this.#add(id, 'kmb_requests_total', `method=${arrival.method} status=error`);
        continue;
      }
      this.#onRefused(id, arrival.method);
      life.arrivals.delete(key);
      life.underWay.delete(Number(key.split(' ')[0]));
    }
  }

  /** Those that are not answered when the view ends, or another's begins. */
  #giveUpAll(id: number, life: Life): void {
    for (const { method, isInLog, isLate } of life.arrivals.values()) {
      if (!isInLog) this.#onRefused(id, method);
      else if (!isLate) this.#add(id, 'kmb_requests_total', `method=${method} status=error`);
    }
    life.arrivals.clear();
  }

  onApplied(id: number, { kind, client, request }: Entry, status: string, ran: boolean): void {
    const life = this.#lives.get(id)!;
    if (life.underWay.get(client) === request) life.underWay.delete(client);
    this.#add(id, 'vsr_operations_total', 'status=success');
    this.#add(id, 'kmb_consensus_commits_total', '');
    life.outcomes.set(`${client} ${request}`, status);
    if (kind === 'register') this.#onRegistered(id, life, client);
    if (kind === 'operation' && ran) {
      life.clients.delete(client);
      life.clients.add(client);
    }
    if (kind === 'stable') this.#add(id, 'vsr_reconfig_transitions_total', '');
  }

  /** There is room for so many; who was silent for longest goes. */
  #onRegistered(id: number, life: Life, client: number): void {
    life.clients.delete(client);
    if (life.clients.size >= this.#mostSessions) {
      life.clients.delete([...life.clients][0]!);
      this.#add(id, 'vsr_client_sessions_evicted_total', '');
    }
    life.clients.add(client);
  }

  onRestored(id: number, { sessions }: Snapshot): void {
    this.#lives.get(id)!.clients = new Set(sessions.map(({ client }) => client));
  }

  /** How many tenants have had an entry within the last minute. */
  activeTenants(id: number): number {
    const times = [...this.#lives.get(id)!.tenants.values()];
    return times.filter((at) => this.#now - at <= 60_000).length;
  }

  onStart(node: SimulatedNode): void {
    const { operations, bytesRead, bytesWritten } = node.disk.counts;
    const isFirst = !this.#started.has(node.id);
    this.#started.add(node.id);
    const damaged = node.disk.damagedCopies;
    if (damaged > 0) this.#add(node.id, 'damage at the start', 'superblock', damaged);
    this.#lives.set(node.id, new Life(this.#now, [operations, bytesRead, bytesWritten], isFirst));
  }

  onTick({ id, disk, replica }: SimulatedNode): void {
    const life = this.#lives.get(id)!;
    const now = this.#now;
    this.#onRepairsTick(id, life, replica!);
    this.#giveUpLate(id, life);
    // While it recovers nothing else runs.
    if (replica!.status !== 2 && now - life.scrub.from >= 1000) {
      const seconds = (now - life.scrub.from) / 1000;
      this.#set(id, 'vsr_scrub_throughput_ops_per_sec', '', life.scrub.read / seconds);
      life.scrub = { from: now, read: 0 };
    }
    const { window } = life;
    const seconds = (now - window.at) / 1000;
    if (seconds < 1) return;
    const { operations, bytesRead, bytesWritten } = disk.counts;
    const totals = [operations, bytesRead, bytesWritten];
    const [iops, read, written] = totals.map(
      (total, index) => (total - window.disk[index]!) / seconds,
    );
    const network = 'vsr_network_bandwidth_bytes_per_sec';
    for (const [direction, peers] of [
      ['receive', window.received],
      ['transmit', window.sent],
    ] as const) {
      for (const [peer, bytes] of peers) {
        this.#set(id, network, `direction=${direction} peer=${peer}`, bytes / seconds);
        // The next window begins with nothing of it.
        peers.set(peer, 0);
      }
    }
    this.#set(id, 'vsr_disk_iops', '', iops!);
    this.#set(id, 'vsr_disk_bandwidth_bytes_per_sec', 'direction=read', read!);
    this.#set(id, 'vsr_disk_bandwidth_bytes_per_sec', 'direction=write', written!);
    this.#set(id, 'vsr_cpu_utilization_percent', '', window.steps / 1000 / seconds);
    this.#set(id, 'vsr_memory_used_bytes', '', replica!.log.bytes);
    life.window = { ...window, at: now, disk: totals, steps: 0 };
  }

  /** A repair ends when what was missing came otherwise, or nobody answers. */
  #onRepairsTick(id: number, life: Life, { log, status }: Replica): void {
    if (status === 2) return;
    for (const [op, repair] of life.repairs) {
      if (repair.isGap && op <= log.op) {
        life.repairs.delete(op);
      } else if (this.#now - repair.at >= defaultTiming.repairTimeout) {
        repair.nonce = -1;
        if (repair.attempts < 6) continue;
        this.#add(id, 'vsr_repairs_total', 'status=failure');
        life.repairs.delete(op);
      }
    }
  }

  onStep({ id, replica }: SimulatedNode): void {
    const life = this.#lives.get(id)!;
    life.window.steps++;
    if (replica === undefined) return;
    if (replica.status !== life.status) this.#onStatus(id, life, replica.status);
    if (replica.status !== 0 || replica.view !== life.view) {
      life.flights.clear();
      this.#giveUpAll(id, life);
      life.underWay.clear();
      for (const { op, client, request } of replica.isNormal && replica.isPrimary
        ? replica.log.slice(replica.commit + 1, replica.log.op)
        : []) {
        life.underWay.set(client, request);
        life.highestPrepared = Math.max(life.highestPrepared, op);
      }
      life.highestPrepared = replica.log.op;
    }
    life.view = replica.view;
    for (const [op, flight] of life.flights) {
      if (op > replica.commit || flight.decided !== undefined) continue;
      flight.decided = this.#now;
      this.#record(id, 'vsr_prepare_latency_ms', '', this.#now - flight.sent);
    }
  }

  #onStatus(id: number, life: Life, status: number): void {
    const took = this.#now - life.statusSince;
    if (status === 0) {
      if (life.status === 1) this.#record(id, 'vsr_view_change_latency_ms', '', took);
      if (life.status === 3) this.#record(id, 'vsr_state_transfer_latency_ms', '', took);
      if (life.recoversSince !== undefined) {
        this.#record(id, 'vsr_recovery_latency_ms', '', this.#now - life.recoversSince);
        life.recoversSince = undefined;
      }
    }
    // A new view has no gaps yet.
    if (status === 1) {
      for (const [op, { isGap }] of life.repairs) if (isGap) life.repairs.delete(op);
    }
    life.status = status;
    life.statusSince = this.#now;
  }
}

function grow(peers: Peers, address: number, bytes: number): void {
  const peer = address >= 0 && address < 1000 ? String(address) : 'clients';
  peers.set(peer, (peers.get(peer) ?? 0) + bytes);
}
