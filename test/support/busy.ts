// Keeps the event loop of a test busy.

/** Returns after so many milliseconds, in which nothing else runs on this thread. */
export function block(milliseconds: number, meanwhile: () => void = () => undefined): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) meanwhile();
}
