// Exporters whose work a test holds in its hands.

import type {
  Exporter,
  ExporterStart,
  RunningExporter,
  SnapshotSource,
} from '../../lib/export/index.js';
import { startExporter } from '../../lib/export/index.js';
import { createRegistry, type Snapshot } from '../../lib/index.js';
import { fixture } from '../fixtures/catalogue.js';

export function openRegistry() {
  return createRegistry({ catalogue: fixture, defaultLabels: { service: 'ledger' } });
}

/** An interval that does not come: what is exported then was asked for. */
export const never = { everyMs: 3_600_000 };

/** Remembers what it was given. */
export class KeepingExporter implements Exporter {
  readonly name = 'keeping';
  readonly snapshots: Snapshot[] = [];
  readonly calls: string[] = [];
  /** What each call does besides: throw, or take its time. */
  readonly meanwhile: (call: string) => void | Promise<void>;

  constructor(meanwhile: (call: string) => void | Promise<void> = () => undefined) {
    this.meanwhile = meanwhile;
  }

  async start(): Promise<void> {
    await this.#call('start');
  }

  async export(snapshot: Snapshot): Promise<void> {
    this.snapshots.push(snapshot);
    await this.#call('export');
  }

  async flush(): Promise<void> {
    await this.#call('flush');
  }

  async close(): Promise<void> {
    await this.#call('close');
  }

  async #call(name: string): Promise<void> {
    this.calls.push(name);
    await this.meanwhile(name);
    this.calls.push(`${name} ended`);
  }
}

/** Runs an exporter with its warnings caught; `use` has them all when it ends. */
export async function withExporter(
  source: SnapshotSource,
  exporter: Exporter,
  options: Omit<ExporterStart, 'registry' | 'exporter'>,
  use: (running: RunningExporter, warnings: string[]) => Promise<void>,
): Promise<void> {
  const warnings: string[] = [];
  const emitWarning = process.emitWarning;
  process.emitWarning = (message: string | Error) => {
    warnings.push(String(message));
  };
  const running = startExporter({ registry: source, exporter, ...options });
  try {
    await use(running, warnings);
  } finally {
    await running.close();
    process.emitWarning = emitWarning;
  }
}
