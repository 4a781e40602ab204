// Makes series as fast as it can until it is killed. Arguments: region, first number.

import { attachRegistry } from '../../../lib/index.js';
import { proofCatalogue } from '../catalogue.js';

const [file = '', first = '0'] = process.argv.slice(2);
const { metrics } = attachRegistry(file, { catalogue: proofCatalogue });
process.send?.('growing');
for (let number = Number(first); ; number++) {
  metrics.grown.with({ series: String(number % 5000) }).inc();
}
