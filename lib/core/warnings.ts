// How the library tells of what went wrong without stopping anybody: one warning for each kind of
// trouble, to whoever asked for them, else to the process.
//
//   const warn = warnerFor({ registry, onWarning: options.onWarning });
//   warn({ code: 'VSR_METRICS_EXPORT', message: 'exporter statsd: ...' });
//
// A registry's `onWarning` also serves the parts that are started on it: an exporter, a server.

import { callback, either, type Kind, objectWith } from './options.js';
import { redact } from './redact.js';

/** The stable names of what is warned of; compare these instead of messages. */
export type WarningCode =
  | 'VSR_METRICS_REGISTRY_BUSY'
  /** A catalogue breaks a convention of Prometheus. */
  | 'VSR_METRICS_CONVENTION'
  /** A value was not recorded. */
  | 'VSR_METRICS_REJECTED'
  /** Labels share one series, because there is no other for them. */
  | 'VSR_METRICS_OVERFLOWED'
  /** A series cannot be removed now: a process that was stopped holds the registry's directory. */
  | 'VSR_METRICS_BUSY'
  /** Something is recorded after its registry was closed. */
  | 'VSR_METRICS_AFTER_CLOSE'
  /** What a registry does every second failed. */
  | 'VSR_METRICS_HOUSEKEEPING'
  /** A callback that belongs to a metric failed. */
  | 'VSR_METRICS_CALLBACK'
  /** The registry of this file was superseded by one that cannot be used yet. */
  | 'VSR_METRICS_SUPERSEDED'
  /** An export failed. */
  | 'VSR_METRICS_EXPORT'
  /** An alert did not reach whom it was sent to. */
  | 'VSR_METRICS_NOTIFICATION'
  /** A server, its page or another server that it watches has a problem. */
  | 'VSR_METRICS_SERVER'
  /** A server answers everyone who can reach it. */
  | 'VSR_METRICS_SERVER_OPEN'
  /** A setting does nothing. */
  | 'VSR_METRICS_CONFIGURATION'
  /** The drop-in for prom-client cannot show something. */
  | 'VSR_METRICS_PROM_CLIENT'
  /** Something could not be ended in order. */
  | 'VSR_METRICS_CLOSE';

/** Something went wrong that stops nobody. */
export interface MetricsWarning {
  readonly code: WarningCode;
  readonly message: string;
}

/** A function, or a logger such as `console` or pino's. */
export type OnWarning =
  | ((warning: MetricsWarning) => void)
  | { warn(about: { readonly code: WarningCode }, message: string): void };

export type Warn = (warning: MetricsWarning) => void;

/** For the options of whatever may warn. */
export const onWarningKind: Kind = either(
  'a function, or a logger that has warn()',
  callback('a function'),
  objectWith(['warn'], 'a logger'),
);

const warners = new WeakMap<object, Warn>();

/** The way to warn of what happens in a registry. */
export function warnerOf(registry: object | undefined): Warn {
  return (registry && warners.get(registry)) ?? warnProcess;
}

/** Decides how a registry warns, and all parts that are started on it. */
export function setWarner(registry: object, onWarning: OnWarning | undefined): Warn {
  const warn = warnerFor(undefined, onWarning);
  warners.set(registry, warn);
  return warn;
}

/** The part's own `onWarning`, else that of its registry, else warnings of the process. */
export function warnerFor(registry: object | undefined, onWarning: OnWarning | undefined): Warn {
  if (onWarning === undefined) return warnerOf(registry);
  return ({ code, message }) => {
    const warning = { code, message: redact(message) };
    try {
      if (typeof onWarning === 'function') onWarning(warning);
      else onWarning.warn({ code }, warning.message);
    } catch (error) {
      // Whoever listens must not break what it listens to.
      warnProcess({ code, message: `${warning.message} (onWarning failed: ${String(error)})` });
    }
  };
}

/** As a function that is told of whatever was thrown. */
export function tellErrors(warn: Warn, code: WarningCode, whose: string): (error: unknown) => void {
  return (error) => {
    const shown = error instanceof Error ? (error.stack ?? error.message) : String(error);
    warn({ code, message: `${whose}: ${shown}` });
  };
}

function warnProcess({ code, message }: MetricsWarning): void {
  process.emitWarning(redact(message), { type: 'VsrMetricsWarning', code });
}
