// A backend of the package statsd: prints what has arrived since the start, at every flush.

const counters = {};

exports.init = (_startedAt, _config, events) => {
  events.on('flush', (_at, metrics) => {
    for (const [name, value] of Object.entries(metrics.counters)) {
      counters[name] = (counters[name] ?? 0) + value;
    }
    const { gauges, timers } = metrics;
    console.log(`flushed ${JSON.stringify({ counters, gauges, timers })}`);
  });
  return true;
};
