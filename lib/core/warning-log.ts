// Warnings of something that would be said again and again: once is enough.

/** Prints each warning once. One per registry and thread. */
export class WarningLog {
  readonly #said = new Set<string>();

  /** `about` tells warnings apart; the message may hold what differs from time to time. */
  once(about: string, code: string, message: string): void {
    if (this.#said.has(about)) return;
    this.#said.add(about);
    process.emitWarning(message, { type: 'VsrMetricsWarning', code });
  }
}
