// The small addon that maps a counter page, in memory that the library knows nothing of.

import { createRequire } from 'node:module';
import { compileFixture } from '../support/compile-fixture.js';

const require = createRequire(import.meta.url);

/** The path of the addon. */
export function buildSharedPage(): string {
  return compileFixture('shared-page.node', ['test/fixtures/shared-page/page.cc']);
}

/** A page of 64-bit counts that several processes see. */
export function mapPage(addon: string, path: string, counts: number): BigInt64Array {
  const { map } = require(addon) as { map(path: string, bytes: number): ArrayBuffer };
  return new BigInt64Array(map(path, 8 * counts));
}
