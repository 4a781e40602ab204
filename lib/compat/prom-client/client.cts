// Everything together, as one object: what `require('vsr-metrics/prom-client')` returns.
//
// The modules of Node.js are required as prom-client requires them, without `node:`: a test that
// mocks `http` or `v8` mocks it for this package too.

import AggregatorRegistry = require('./aggregator-registry.cjs');
import aggregators = require('./aggregators.cjs');
import bridge = require('./bridge.cjs');
import buckets = require('./buckets.cjs');
import Counter = require('./counter.cjs');
import collectDefaultMetrics = require('./default-metrics/index.cjs');
import Gauge = require('./gauge.cjs');
import Histogram = require('./histogram.cjs');
import Pushgateway = require('./pushgateway.cjs');
import Registry = require('./registry.cjs');
import sharing = require('./sharing.cjs');
import Summary = require('./summary.cjs');
import validation = require('./validation.cjs');

const register = Registry.globalRegistry;
const prometheusContentType = Registry.PROMETHEUS_CONTENT_TYPE;
const openMetricsContentType = Registry.OPENMETRICS_CONTENT_TYPE;
const { exponentialBuckets, linearBuckets } = buckets;
const { shareRegistry } = sharing;
const { validateMetricName } = validation;

// Names in short form only: Node.js reads them off the source for those who import them.
export = {
  AggregatorRegistry,
  Counter,
  Gauge,
  Histogram,
  Pushgateway,
  Registry,
  Summary,
  aggregators,
  bridge,
  collectDefaultMetrics,
  exponentialBuckets,
  linearBuckets,
  openMetricsContentType,
  prometheusContentType,
  register,
  shareRegistry,
  validateMetricName,
};
