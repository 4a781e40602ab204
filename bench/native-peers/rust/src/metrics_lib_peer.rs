//! The crate `metrics-lib`: handles that were resolved once.

use std::time::Instant;

use metrics_lib::{Counter, Histogram};

use crate::rounds::{measure as time, Measured};
use crate::values;

const LATENCY_BOUNDS: [f64; 12] = [
    0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0,
];

pub fn measure(operation: &str, threads: usize, seconds: f64) -> Option<Measured> {
    match operation {
        "counter" => {
            let counter = Counter::new();
            let run = |first, end| (first..end).for_each(|_: usize| counter.inc());
            Some(time(threads, seconds, run, |_| counter.get()))
        }
        "histogram" => {
            let histogram = Histogram::with_buckets(LATENCY_BOUNDS);
            let values = values::generate();
            let run = |first, end| {
                for index in first..end {
                    histogram.observe(values[index & (values::COUNT - 1)]);
                }
            };
            Some(time(threads, seconds, run, |_| histogram.count()))
        }
        "timed-operation" => {
            let histogram = Histogram::with_buckets(LATENCY_BOUNDS);
            let run = |first, end| {
                for _ in first..end {
                    let started = Instant::now();
                    histogram.observe_duration(started.elapsed());
                }
            };
            Some(time(threads, seconds, run, |_| histogram.count()))
        }
        _ => None,
    }
}
