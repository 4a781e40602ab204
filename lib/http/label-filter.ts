// The labels that a query names: `label.kind=read`. Other parameters are no labels, so that a family may
// have a label `name`, and nobody is filtered by what a proxy adds.

const prefix = 'label.';

/** @param alone names that count as labels without the prefix */
export function labelFilter(
  parameters: URLSearchParams,
  alone: readonly string[] = [],
): Readonly<Record<string, string>> {
  const labels = new Map<string, string>();
  for (const [name, value] of parameters) {
    if (name.startsWith(prefix)) labels.set(name.slice(prefix.length), value);
    else if (alone.includes(name)) labels.set(name, value);
  }
  return Object.fromEntries(labels);
}

/** Whether a parameter names a label. */
export function isLabelParameter(name: string): boolean {
  return name.startsWith(prefix);
}

/** The parameters that name these labels. */
export function labelParameters(labels: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(labels).map(([name, value]) => [prefix + name, value]);
}
