// What is made when it is first needed, and then kept: recorders of peers and reasons that nobody can
// list beforehand.

/** By number: of peers. */
export function byNumber<R>(make: (number: number) => R): (number: number) => R {
  const known: R[] = [];
  return (number) => {
    known[number] ??= make(number);
    return known[number];
  };
}

/** By name. */
export function byName<K extends string, R>(make: (name: K) => R): (name: K) => R {
  const known = new Map<K, R>();
  return (name) => {
    let recorder = known.get(name);
    if (recorder === undefined) {
      recorder = make(name);
      known.set(name, recorder);
    }
    return recorder;
  };
}
