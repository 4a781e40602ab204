// The dashboards and their panels, so that an alert can say where to look. Their uids do not change.

export const dashboards = {
  'vsr-overview': {
    title: 'VSR overview',
    panels: [
      ...([
        'Members',
        'Leader and view',
        'Quorum',
        'View changes',
        'Operations per second',
      ] as const),
      ...(['Failed operations', 'Client latency', 'Replica lag', 'Error budget'] as const),
      ...(['Version', 'Configuration', 'Standbys', 'Corruption', 'Rejected messages'] as const),
    ],
  },
  'vsr-replica': {
    title: 'VSR replica',
    panels: [
      ...([
        'Status',
        'Repairs',
        'Pending requests',
        'Clock offset',
        'Scrubber',
        'Sessions',
      ] as const),
    ],
  },
  'vsr-latency': {
    title: 'VSR latency',
    panels: ['Client latency', 'Prepare latency', 'Commit latency', 'Round trips'],
  },
  'vsr-resources': {
    title: 'VSR resources',
    panels: ['Memory', 'CPU', 'Disk', 'Network', 'Log size'],
  },
  kimberlite: {
    title: 'Kimberlite',
    panels: [
      ...(['Write throughput', 'Latency', 'Active tenants', 'Projection lag'] as const),
      ...(['View changes', 'Error rates', 'Leader'] as const),
    ],
  },
  'streambus-overview': {
    title: 'StreamBus overview',
    panels: [
      ...(['Message throughput', 'Byte throughput', 'P99 produce latency'] as const),
      ...(['P99 consume latency', 'Broker status', 'Broker activity', 'Storage'] as const),
    ],
  },
  'streambus-security': {
    title: 'StreamBus security',
    panels: ['Authentication failures', 'Authorization denials'],
  },
  'streambus-performance': {
    title: 'StreamBus performance',
    panels: ['Latencies', 'Throughput', 'Network errors', 'Consumer group lag'],
  },
  'streambus-capacity': {
    title: 'StreamBus capacity',
    panels: ['Storage growth', 'Message rates', 'Resources'],
  },
  'kotoba-database': {
    title: 'KotobaDB database performance',
    panels: ['Query latency', 'Throughput', 'Connections'],
  },
  'kotoba-storage': { title: 'KotobaDB storage usage', panels: ['Disk usage', 'Storage'] },
  'kotoba-system': { title: 'KotobaDB system resources', panels: ['CPU', 'Memory', 'Network'] },
  'kotoba-health': {
    title: 'KotobaDB health status',
    panels: ['Health checks', 'Nodes', 'Alerts'],
  },
  'kalki-main': {
    title: 'Kalki',
    panels: [
      ...(['CPU', 'Memory', 'Disk', 'Response times', 'Error rates', 'Throughput'] as const),
      ...(['Queries processed', 'Documents ingested', 'Availability'] as const),
    ],
  },
  alerting: {
    title: 'Alerting and recording',
    panels: ['Evaluations', 'Notifications', 'History', 'Rejected values', 'Series'],
  },
} as const satisfies Readonly<Record<string, Dashboard>>;

export interface Dashboard {
  readonly title: string;
  readonly panels: readonly string[];
}

export type DashboardName = keyof typeof dashboards;

/** A panel that there is: another title does not compile. */
export type Panel = {
  [Name in DashboardName]: {
    readonly dashboard: Name;
    readonly panel: (typeof dashboards)[Name]['panels'][number];
  };
}[DashboardName];

/** Does not follow from the title, so that links survive a better one. */
export function uidOf(dashboard: DashboardName): string {
  return `vsr-metrics-${dashboard}`;
}
