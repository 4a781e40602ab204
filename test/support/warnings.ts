// Warnings that a test provokes: caught, so that they don't end up in its output.

/** What a call warned of, with the code that tells warnings apart. */
export interface Warning {
  readonly code: string | undefined;
  readonly message: string;
}

/**
 * Runs something and returns what it warned of, instead of printing that.
 *
 * @example
 * const warnings = catchWarnings(() => counter.inc(Number.NaN));
 */
export function catchWarnings(run: () => void): Warning[] {
  const { warnings, stop } = startCatching();
  try {
    run();
  } finally {
    stop();
  }
  return warnings;
}

/**
 * The same for something that takes its time.
 *
 * @example
 * const warnings = await collectWarnings(() => until(() => isWarned));
 */
export async function collectWarnings(run: () => Promise<void>): Promise<Warning[]> {
  const { warnings, stop } = startCatching();
  try {
    await run();
  } finally {
    stop();
  }
  return warnings;
}

function startCatching(): { readonly warnings: Warning[]; readonly stop: () => void } {
  const warnings: Warning[] = [];
  const emitWarning = process.emitWarning;
  process.emitWarning = (message: string | Error, options?: unknown) => {
    const { code } = (typeof options === 'object' ? options : {}) as { code?: string };
    warnings.push({ code, message: String(message) });
  };
  const stop = () => {
    process.emitWarning = emitWarning;
  };
  return { warnings, stop };
}
