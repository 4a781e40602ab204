//! The crate `metriken`: counters and histograms in statics, plain or with a shard a thread. Its
//! histograms take whole numbers; 7 bits are its own example's precision.

use std::time::Instant;

use metriken::{
    AtomicCounterHistogram, Counter, Gauge, ShardedCounterGroup, ShardedCounterHistogram,
};

use crate::handlers::{measure_handler, Shape, MOST_HANDLES};
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

static COUNTERS: [Counter; MOST_HANDLES] = [const { Counter::new() }; MOST_HANDLES];
static GAUGES: [Gauge; MOST_HANDLES] = [const { Gauge::new() }; MOST_HANDLES];
static HISTOGRAMS: [AtomicCounterHistogram; MOST_HANDLES] =
    [const { AtomicCounterHistogram::new(7, 64) }; MOST_HANDLES];

fn counted(histogram: &AtomicCounterHistogram) -> u64 {
    histogram
        .load()
        .map_or(0, |held| held.as_slice().iter().sum())
}

pub fn measure_handlers(shape: &Shape, seconds: f64) -> Option<Measured> {
    match shape.operation {
        "counter" => {
            let handler = |_: &[f64; MOST_HANDLES], _| {
                macro_rules! call {
                    ($index:expr) => {
                        COUNTERS[$index].increment()
                    };
                }
                crate::unrolled!(shape.handles, call);
            };
            let total = || COUNTERS.iter().map(|counter| counter.value()).sum();
            measure_handler(shape, seconds, handler, total)
        }
        "gauge" => {
            let handler = |_: &[f64; MOST_HANDLES], number| {
                macro_rules! call {
                    ($index:expr) => {
                        GAUGES[$index].set(number as i64)
                    };
                }
                crate::unrolled!(shape.handles, call);
            };
            let total = || GAUGES.iter().map(|gauge| gauge.value() as u64).sum();
            measure_handler(shape, seconds, handler, total)
        }
        "histogram" => {
            let handler = |values: &[f64; MOST_HANDLES], _| {
                macro_rules! call {
                    ($index:expr) => {
                        HISTOGRAMS[$index]
                            .increment((values[$index] * 1e6) as u64)
                            .unwrap()
                    };
                }
                crate::unrolled!(shape.handles, call);
            };
            let total = || HISTOGRAMS.iter().map(counted).sum();
            measure_handler(shape, seconds, handler, total)
        }
        "timed" => {
            let handler = |_: &[f64; MOST_HANDLES], _| {
                macro_rules! call {
                    ($index:expr) => {
                        let started = Instant::now();
                        HISTOGRAMS[$index]
                            .increment(started.elapsed().as_nanos() as u64)
                            .unwrap()
                    };
                }
                crate::unrolled!(shape.handles, call);
            };
            let total = || HISTOGRAMS.iter().map(counted).sum();
            measure_handler(shape, seconds, handler, total)
        }
        _ => None,
    }
}
