// Objects with a property for each family, that programs read on their hot paths.

/**
 * A frozen object with these properties.
 *
 * They are defined, not stored: an object that many properties are stored into under computed names
 * is kept as a hash table by V8, and then `registry.metrics.prepareLatency` is a search each time,
 * which takes longer than recording.
 */
export function readOnlyRecord<T>(
  entries: Iterable<readonly [string, T]>,
): Readonly<Record<string, T>> {
  const record: Record<string, T> = {};
  for (const [name, value] of entries) {
    Object.defineProperty(record, name, { value, enumerable: true });
  }
  return Object.freeze(record);
}
