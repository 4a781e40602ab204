// For tests of errors: the error itself, so that its message and code can both be looked at.

import { expect } from 'chai';
import { VsrMetricsError } from '../../../lib/core/errors.js';

/** What the call throws, which must be an error of the package. */
export function thrownBy(call: () => unknown): VsrMetricsError {
  try {
    call();
  } catch (error) {
    expect(error).to.be.instanceOf(VsrMetricsError);
    return error as VsrMetricsError;
  }
  throw new Error('nothing was thrown');
}
