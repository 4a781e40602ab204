// Stands in the place of prom-client: see docs/prom-client.md of vsr-metrics.

module.exports = require('vsr-metrics/prom-client');
