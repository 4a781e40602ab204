// What a server counts of what it does itself, in the registry that it shows.

import { defineOwnCatalogue } from '../core/catalogue/define.js';
import { ownMetrics } from '../core/registry.js';

const serverCatalogue = defineOwnCatalogue({
  name: 'vsr-metrics server',
  families: {
    unauthorized: {
      kind: 'counter',
      name: 'vsr_metrics_server_unauthorized_total',
      help: 'Requests that were refused: without the token, or to a host that is not answered',
      labels: { reason: ['token', 'host'] },
    },
  },
});

/** Why a request is refused. */
export type Refusal = 'token' | 'host';

export class ServerMeter {
  readonly #registry: object;
  #metrics: ReturnType<typeof ownMetrics<typeof serverCatalogue>>;

  /** In a reader, or anything else that is no registry of this thread, nothing is counted. */
  constructor(registry: object) {
    this.#registry = registry;
  }

  /** The family is there from now on, with zeros. */
  open(): this {
    try {
      this.#metrics ??= ownMetrics(this.#registry, serverCatalogue);
    } catch {
      // No room, or the registry is closed: requests are refused all the same.
    }
    return this;
  }

  refused(reason: Refusal, count: number): void {
    this.open().#metrics?.unauthorized.with({ reason }).inc(count);
  }
}
