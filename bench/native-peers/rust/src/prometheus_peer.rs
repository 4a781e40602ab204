//! The crate `prometheus`, as its documentation uses it: handles that were resolved once.

use prometheus::{
    Encoder, GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry, TextEncoder,
};

use crate::handlers::{measure_handler, Shape, MOST_HANDLES};
use crate::rounds::{measure as time, Measured};
use crate::values;

const LATENCY_BOUNDS: [f64; 12] = [
    0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0,
];
const RENDERED_BOUNDS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
];
const LABELS: [&str; 2] = ["replica_id", "tenant_id"];
const HELP: &str = "What the benchmark counts";

fn counters(name: &str) -> IntCounterVec {
    IntCounterVec::new(Opts::new(name, HELP), &LABELS).unwrap()
}

fn histograms(name: &str, bounds: &[f64]) -> HistogramVec {
    let options = HistogramOpts::new(name, HELP).buckets(bounds.to_vec());
    HistogramVec::new(options, &LABELS).unwrap()
}

pub fn measure(operation: &str, threads: usize, seconds: f64) -> Option<Measured> {
    match operation {
        "counter" => {
            let counter = counters("bench_operations_total").with_label_values(&["0", "a"]);
            let run = |first, end| (first..end).for_each(|_| counter.inc());
            Some(time(threads, seconds, run, |_| counter.get()))
        }
        "histogram" => {
            let family = histograms("bench_latency_ms", &LATENCY_BOUNDS);
            let histogram = family.with_label_values(&["0", "a"]);
            let values = values::generate();
            let run = |first, end| {
                for index in first..end {
                    histogram.observe(values[index & (values::COUNT - 1)]);
                }
            };
            Some(time(threads, seconds, run, |_| {
                histogram.get_sample_count()
            }))
        }
        "timed-operation" => {
            let family = histograms("bench_latency_seconds", &LATENCY_BOUNDS);
            let histogram = family.with_label_values(&["0", "a"]);
            let run =
                |first, end| (first..end).for_each(|_| histogram.start_timer().observe_duration());
            Some(time(threads, seconds, run, |_| {
                histogram.get_sample_count()
            }))
        }
        "render-counters-10k" => {
            let registry = Registry::new();
            let family = counters("bench_operations_total");
            for index in 0..10_000 {
                family
                    .with_label_values(&labels(index))
                    .inc_by(index as u64 * 37);
            }
            registry.register(Box::new(family)).unwrap();
            Some(render(&registry, 2 + 10_000, seconds))
        }
        "render-histograms-1k" => {
            let registry = Registry::new();
            let family = histograms("bench_latency_seconds", &RENDERED_BOUNDS);
            for index in 0..1000 {
                let histogram = family.with_label_values(&labels(index));
                for step in 0..10 {
                    histogram.observe(((index % 50) + step + 1) as f64 / 300.0);
                }
            }
            registry.register(Box::new(family)).unwrap();
            Some(render(&registry, 2 + 1000 * (12 + 3), seconds))
        }
        _ => None,
    }
}

fn labels(index: usize) -> [String; 2] {
    [(index % 3).to_string(), format!("tenant-{index}")]
}

fn text_of(registry: &Registry) -> Vec<u8> {
    let mut text = Vec::new();
    TextEncoder::new()
        .encode(&registry.gather(), &mut text)
        .unwrap();
    text
}

fn render(registry: &Registry, lines: usize, seconds: f64) -> Measured {
    let run = |first, end| {
        for _ in first..end {
            std::hint::black_box(text_of(registry));
        }
    };
    let found = text_of(registry)
        .iter()
        .filter(|&&byte| byte == b'\n')
        .count();
    time(
        1,
        seconds,
        run,
        |operations| if found == lines { operations } else { 0 },
    )
}

/// `handles` different families, one series of each.
fn bound<T>(open: impl Fn(&str) -> T) -> [T; MOST_HANDLES] {
    std::array::from_fn(|index| open(&format!("bench_{index}")))
}

pub fn measure_handlers(shape: &Shape, seconds: f64) -> Option<Measured> {
    let labels = &["0", "a"];
    match shape.operation {
        "counter" => {
            let counters = bound(|name| counters(name).with_label_values(labels));
            let handler = |_: &[f64; MOST_HANDLES], _| {
                macro_rules! call {
                    ($index:expr) => {
                        counters[$index].inc()
                    };
                }
                crate::unrolled!(shape.handles, call);
            };
            let total = || counters.iter().map(|counter| counter.get()).sum();
            measure_handler(shape, seconds, handler, total)
        }
        "gauge" => {
            let open = |name: &str| {
                GaugeVec::new(Opts::new(name, HELP), &LABELS)
                    .unwrap()
                    .with_label_values(labels)
            };
            let gauges = bound(open);
            let handler = |_: &[f64; MOST_HANDLES], number| {
                macro_rules! call {
                    ($index:expr) => {
                        gauges[$index].set(number as f64)
                    };
                }
                crate::unrolled!(shape.handles, call);
            };
            let total = || gauges.iter().map(|gauge| gauge.get() as u64).sum();
            measure_handler(shape, seconds, handler, total)
        }
        "histogram" | "timed" => {
            let open = |name: &str| histograms(name, &LATENCY_BOUNDS).with_label_values(labels);
            let histograms = bound(open);
            let total = || histograms.iter().map(|each| each.get_sample_count()).sum();
            if shape.operation == "timed" {
                let handler = |_: &[f64; MOST_HANDLES], _| {
                    macro_rules! call {
                        ($index:expr) => {
                            histograms[$index].start_timer().observe_duration()
                        };
                    }
                    crate::unrolled!(shape.handles, call);
                };
                return measure_handler(shape, seconds, handler, total);
            }
            let handler = |values: &[f64; MOST_HANDLES], _| {
                macro_rules! call {
                    ($index:expr) => {
                        histograms[$index].observe(values[$index])
                    };
                }
                crate::unrolled!(shape.handles, call);
            };
            measure_handler(shape, seconds, handler, total)
        }
        "clock" => {
            let handler = |_: &[f64; MOST_HANDLES], _| {
                macro_rules! call {
                    ($index:expr) => {
                        std::hint::black_box(std::time::Instant::now())
                    };
                }
                crate::unrolled!(shape.handles, call);
            };
            let calls = std::cell::Cell::new(0);
            let counted = |values: &[f64; MOST_HANDLES], number| {
                handler(values, number);
                calls.set(number);
            };
            measure_handler(shape, seconds, counted, || {
                calls.get() * shape.handles as u64
            })
        }
        _ => None,
    }
}
