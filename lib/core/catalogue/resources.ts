// Readings of the operating system that a gauge can be filled with.

export const resourceNames = [
  'processMemoryBytes',
  'processCpuPercent',
  'networkReceivedBytesPerSecond',
  'networkTransmittedBytesPerSecond',
  'diskOperationsPerSecond',
  'diskReadBytesPerSecond',
  'diskWrittenBytesPerSecond',
  'systemCpuPercent',
  'systemMemoryUsedBytes',
  'systemMemoryTotalBytes',
  'systemMemoryUsedPercent',
  'systemDiskUsedBytes',
  'systemDiskUsedPercent',
] as const;

export type ResourceName = (typeof resourceNames)[number];

/** What is known of them; what is not is left out. */
export type ResourceReadings = Readonly<Partial<Record<ResourceName, number>>>;
