// What whoever evaluates alerts tells whoever passes them on: the state of one alert, in the terms of
// Alertmanager. An evaluator tells it when something changes, and again while it fires.

/** One alert that fires, or that is over. */
export interface Notice {
  /** Its identity: all labels, `alertname` and `severity` among them. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** When it began to fire, in milliseconds since the unix epoch. */
  readonly startsAt: number;
  /** When it was over; undefined while it fires. */
  readonly endsAt: number | undefined;
  /** The value of its condition when it was evaluated last. */
  readonly value: number;
  /** Where its rule can be looked at; empty when nobody knows. */
  readonly generatorUrl: string;
}

/** Where notices go: a real Alertmanager, or channels of one's own. */
export interface NoticeReceiver {
  /** Takes them in and returns at once; what fails is retried, counted and bounded there. */
  tell(notices: readonly Notice[]): void;
  /** Sends what it can still send, and stops. */
  close(): Promise<void>;
}
