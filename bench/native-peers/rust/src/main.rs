//! Measures one operation of one metrics library and prints the JSON that every peer prints.
//!
//!   rust-peers prometheus|metriken|metriken-sharded|metrics-lib GROUP THREADS SECONDS
//!
//! The groups are those of bench/cases: counter, histogram, timed-operation, the same with -shared
//! for several threads on one series, render-counters-10k and render-histograms-1k, and those of
//! bench/handlers.

mod handlers;
mod metrics_lib_peer;
mod metriken_peer;
mod prometheus_peer;
mod rounds;
mod values;

use rounds::Measured;

/// The version of a dependency, as Cargo.lock has it.
fn version_of(name: &str) -> &'static str {
    let lock = include_str!("../Cargo.lock");
    let entry = format!("name = \"{name}\"\nversion = \"");
    let start = lock.find(&entry).map_or(0, |found| found + entry.len());
    lock[start..].split('"').next().unwrap_or("unknown")
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, peer, group, threads, seconds] = &arguments[..] else {
        eprintln!("usage: rust-peers PEER GROUP THREADS SECONDS");
        std::process::exit(2);
    };
    let threads: usize = threads.parse().expect("a number of threads");
    let seconds: f64 = seconds.parse().expect("a number of seconds");
    let shape = handlers::shape_of(group);
    let operation = group.strip_suffix("-shared").unwrap_or(group);
    let (name, package, measured): (&str, &str, Option<Measured>) = match peer.as_str() {
        "prometheus" => (
            "Rust prometheus",
            "prometheus",
            match &shape {
                Some(shape) => prometheus_peer::measure_handlers(shape, seconds),
                None => prometheus_peer::measure(operation, threads, seconds),
            },
        ),
        "metriken" => (
            "Rust metriken",
            "metriken",
            match &shape {
                Some(shape) => metriken_peer::measure_handlers(shape, seconds),
                None => metriken_peer::measure(operation, threads, seconds),
            },
        ),
        "metriken-sharded" => (
            "Rust metriken, sharded",
            "metriken",
            metriken_peer::measure_sharded(operation, threads, seconds),
        ),
        "metrics-lib" => (
            "Rust metrics-lib",
            "metrics-lib",
            metrics_lib_peer::measure(operation, threads, seconds),
        ),
        _ => ("", "", None),
    };
    let Some(measured) = measured else {
        eprintln!("{peer} has no {group}");
        std::process::exit(2);
    };
    println!(
        "{{\"peer\":\"{name}\",\"version\":\"{}\",\"language\":\"Rust\",\"valuesDigest\":\"{}\",\
         \"results\":[{{\"name\":\"{group}\",\"threads\":{threads},\"nsPerOperation\":{},\
         \"leastNsPerOperation\":{},\"meanNsPerOperation\":{},\"operations\":{},\"total\":{}}}]}}",
        version_of(package),
        values::digest(&values::generate()),
        measured.median,
        measured.least,
        measured.mean,
        measured.operations,
        measured.total,
    );
}
