// The clock of recorders: ticks, a number, nothing allocated.
//
// The native call stores its reading into a shared cell instead of returning it: making a number
// and returning it would cost as much again as reading the counter.

import { addon, type ClockSource, layout } from './native.js';

const cell = new Float64Array(addon.clockCell);
const readClock = addon.readClock;

/** Ticks since the process' clock was set up. Only differences mean anything. */
export function now(): number {
  readClock();
  return cell[0]!;
}

/** What is read: the processor's counter where the kernel itself trusts it, else the kernel. */
export function clockSource(): ClockSource {
  return addon.clockSource();
}

/** A difference beyond this is not a duration: its ends were read from different sources. */
export const longestDuration = layout.longestDuration;

// Converts differences. Refined in the background while the process runs: the same for everyone in
// this thread, read by every `since()`. A registry asks for it first when it is made: asked for at
// load, it would wait until the clock's two first readings are far enough apart.
export const nanosecondsPerTick = new Float64Array(1);

/** Takes over what is known of the clock's rate by now. */
export function refineClock(): void {
  nanosecondsPerTick[0] = addon.nanosecondsPerTick();
}
