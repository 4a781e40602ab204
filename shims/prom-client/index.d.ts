import promClient = require('vsr-metrics/prom-client');
export = promClient;
