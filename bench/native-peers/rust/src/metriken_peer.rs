//! The crate `metriken`: counters and histograms in statics, plain or with a shard a thread. Its
//! histograms take whole numbers; 7 bits are its own example's precision.

use std::time::Instant;

use metriken::{AtomicCounterHistogram, Counter, ShardedCounterGroup, ShardedCounterHistogram};

use crate::rounds::{measure as time, Measured};
use crate::values;

static COUNTER: Counter = Counter::new();
static HISTOGRAM: AtomicCounterHistogram = AtomicCounterHistogram::new(7, 64);
static SHARDED_COUNTER: ShardedCounterGroup = ShardedCounterGroup::new(1);
static SHARDED_HISTOGRAM: ShardedCounterHistogram = ShardedCounterHistogram::new(7, 64);

/// Milliseconds as whole nanoseconds.
fn whole_values() -> Vec<u64> {
    values::generate()
        .iter()
        .map(|value| (value * 1e6) as u64)
        .collect()
}

fn measure_histogram(
    operation: &str,
    threads: usize,
    seconds: f64,
    record: impl Fn(u64) + Sync,
    total: impl FnOnce() -> u64,
) -> Option<Measured> {
    let values = whole_values();
    match operation {
        "histogram" => {
            let run = |first, end| {
                for index in first..end {
                    record(values[index & (values::COUNT - 1)]);
                }
            };
            Some(time(threads, seconds, run, |_| total()))
        }
        "timed-operation" => {
            let run = |first, end| {
                for _ in first..end {
                    let started = Instant::now();
                    record(started.elapsed().as_nanos() as u64);
                }
            };
            Some(time(threads, seconds, run, |_| total()))
        }
        _ => None,
    }
}

pub fn measure(operation: &str, threads: usize, seconds: f64) -> Option<Measured> {
    if operation == "counter" {
        let run = |first, end| (first..end).for_each(|_: usize| _ = COUNTER.increment());
        return Some(time(threads, seconds, run, |_| COUNTER.value()));
    }
    let record = |value| HISTOGRAM.increment(value).unwrap();
    let total = || {
        HISTOGRAM
            .load()
            .map_or(0, |held| held.as_slice().iter().sum())
    };
    measure_histogram(operation, threads, seconds, record, total)
}

pub fn measure_sharded(operation: &str, threads: usize, seconds: f64) -> Option<Measured> {
    if operation == "counter" {
        let run = |first, end| (first..end).for_each(|_: usize| _ = SHARDED_COUNTER.increment(0));
        return Some(time(threads, seconds, run, |_| {
            SHARDED_COUNTER.value(0).unwrap_or(0)
        }));
    }
    let record = |value| SHARDED_HISTOGRAM.increment(value).unwrap();
    let total = || {
        SHARDED_HISTOGRAM
            .load()
            .map_or(0, |held| held.as_slice().iter().sum())
    };
    measure_histogram(operation, threads, seconds, record, total)
}
