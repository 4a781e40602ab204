// A process that records into a file region until it is killed, and counts along in a page of its
// own.  Arguments: region, addon, page, index, how many.

import { attachRegistry } from '../../../lib/index.js';
import { proofCatalogue, recordingOf } from '../catalogue.js';
import { mapPage } from '../shared-page.js';

const [region = '', addon = '', pagePath = '', index = '0', children = '1'] = process.argv.slice(2);
const { metrics } = attachRegistry(region, {
  catalogue: proofCatalogue,
  recording: recordingOf(Number(index)),
});
const page = mapPage(addon, pagePath, Number(children));
const mine = page.subarray(Number(index), Number(index) + 1);
process.send?.('recording');
for (let step = 0; ; step++) {
  metrics.steps.inc();
  metrics.latency.record((step & 1023) / 512);
  mine[0] = mine[0]! + 1n;
}
