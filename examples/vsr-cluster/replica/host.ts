// The world of a replica: time, chance, a network and a disk. Replicas touch nothing else, so the
// same code runs on threads and files (cluster/) and in a simulation that repeats itself exactly
// (simulation/).

import type { Storage } from '../log/storage.js';
import type { Outgoing } from '../messages/messages.js';
import type { Version } from './version.js';

export interface Host {
  readonly storage: Storage;
  /** Milliseconds, never stepping back: for timeouts. */
  now(): number;
  /** Milliseconds of the clock on the wall, which may be wrong. */
  wallClock(): number;
  /** From 0 to 1. */
  random(): number;
  /**
   * Sends messages that are ready at the same time; each may be lost, late, doubled.
   *
   * @returns when they left, on the stopwatch
   */
  send(messages: readonly Outgoing[]): number;
}

export interface ReplicaOptions {
  readonly id: number;
  /** How many replicas there are, standbys included; the same for ever. */
  readonly rosterSize: number;
  /** Who votes when the cluster is new. */
  readonly members: readonly number[];
  readonly version: Version;
  /** A checkpoint after so many operations; the ring of the log must hold several times as many. */
  readonly checkpointEvery: number;
  /** Sessions that are kept at the same time; the least recently used one is evicted. */
  readonly mostSessions: number;
  /** Operations that may be under way at the same time. */
  readonly pipeline: number;
  /** Operations in one Prepare. */
  readonly batch: number;
  readonly timing: Timing;
}

/** All in milliseconds. */
export interface Timing {
  readonly heartbeat: number;
  /** So often it is told which tenants are active. */
  readonly record: number;
  /** A backup that hears nothing from its primary for so long begins a view change. */
  readonly primaryTimeout: number;
  /** A view change, state transfer or recovery that takes longer is tried anew. */
  readonly viewChangeTimeout: number;
  /** What is not answered is sent again. */
  readonly resend: number;
  /** A request that waits for longer counts as failed. */
  readonly requestTimeout: number;
  readonly ping: number;
  /** How far a wall clock may be from the others'. */
  readonly clockTolerance: number;
  readonly scrub: number;
  readonly repairTimeout: number;
  /** A standby that was not heard of for so long is not healthy. */
  readonly standbyTimeout: number;
}

export const defaultTiming: Timing = {
  heartbeat: 50,
  record: 100,
  primaryTimeout: 300,
  viewChangeTimeout: 400,
  resend: 100,
  requestTimeout: 2000,
  ping: 200,
  clockTolerance: 500,
  scrub: 50,
  repairTimeout: 100,
  standbyTimeout: 500,
};
