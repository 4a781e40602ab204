// Warnings of something that would be said again and again: once is enough.

import type { Warn, WarningCode } from './warnings.js';

/** Tells each warning once. One per registry and thread. */
export class WarningLog {
  readonly #warn: Warn;
  readonly #said = new Set<string>();

  constructor(warn: Warn) {
    this.#warn = warn;
  }

  /** `about` tells warnings apart; the message may hold what differs from time to time. */
  once(about: string, code: WarningCode, message: string): void {
    if (this.#said.has(about)) return;
    this.#said.add(about);
    this.#warn({ code, message });
  }
}
