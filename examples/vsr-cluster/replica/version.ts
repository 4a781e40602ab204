// The version of the software that a replica runs. Replicas are upgraded one at a time; the cluster
// as a whole can do what its oldest member can.

export interface Version {
  readonly major: number;
  readonly minor: number;
}

export function isOlder(one: Version, other: Version): boolean {
  return one.major < other.major || (one.major === other.major && one.minor < other.minor);
}

export function oldestOf(versions: readonly Version[]): Version {
  return versions.reduce((oldest, each) => (isOlder(each, oldest) ? each : oldest));
}
