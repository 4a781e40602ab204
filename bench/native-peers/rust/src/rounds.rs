//! Times operations in short rounds of which the median counts, as bench/harness/rounds.ts does.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use crate::values;

const ROUND_NANOSECONDS: f64 = 2e6;
const WARM_UP: Duration = Duration::from_millis(50);

pub struct Measured {
    pub median: f64,
    /// A tenth of the rounds took less.
    pub least: f64,
    pub mean: f64,
    /// Warm-up included.
    pub operations: u64,
    /// What the library says was recorded.
    pub total: u64,
}

struct ThreadTime {
    median: f64,
    least: f64,
    nanoseconds: f64,
    timed: u64,
    operations: u64,
}

/// Runs `run(first, end)` in every thread; `total` then says what was recorded.
pub fn measure(
    threads: usize,
    seconds: f64,
    run: impl Fn(usize, usize) + Sync,
    total: impl FnOnce(u64) -> u64,
) -> Measured {
    let barrier = Barrier::new(threads);
    let times: Vec<ThreadTime> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..threads)
            .map(|thread| {
                let (run, barrier) = (&run, &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    time_thread(run, seconds, thread * values::COUNT / threads)
                })
            })
            .collect();
        started
            .into_iter()
            .map(|each| each.join().unwrap())
            .collect()
    });
    let sum = |pick: fn(&ThreadTime) -> f64| times.iter().map(pick).sum::<f64>();
    let operations = times.iter().map(|time| time.operations).sum();
    Measured {
        median: sum(|time| time.median) / threads as f64,
        least: sum(|time| time.least) / threads as f64,
        mean: sum(|time| time.nanoseconds) / sum(|time| time.timed as f64),
        operations,
        total: total(operations),
    }
}

fn round(run: &impl Fn(usize, usize), first: usize, count: usize) -> f64 {
    let started = Instant::now();
    run(first, first + count);
    started.elapsed().as_nanos() as f64
}

fn time_thread(run: &impl Fn(usize, usize), seconds: f64, first: usize) -> ThreadTime {
    let mut next = first;
    let mut per_round = 1;
    let warm_up = Instant::now();
    loop {
        let elapsed = round(run, next, per_round);
        next += per_round;
        if warm_up.elapsed() >= WARM_UP.min(Duration::from_secs_f64(2.0 * seconds)) {
            break;
        }
        let ideal = per_round as f64 * ROUND_NANOSECONDS / elapsed.max(1.0);
        per_round = ideal.min(2.0 * per_round as f64).max(1.0) as usize;
    }
    let mut times = Vec::new();
    let started = Instant::now();
    while times.len() < 3 || started.elapsed().as_secs_f64() < seconds {
        times.push(round(run, next, per_round) / per_round as f64);
        next += per_round;
    }
    let nanoseconds = times.iter().sum::<f64>() * per_round as f64;
    times.sort_by(f64::total_cmp);
    ThreadTime {
        median: times[times.len() / 2],
        least: times[times.len() / 10],
        nanoseconds,
        timed: (times.len() * per_round) as u64,
        operations: (next - first) as u64,
    }
}

/// One thread whose `run` says itself how many nanoseconds count; it is given multiples of `multiple`.
pub fn measure_counted(
    multiple: usize,
    seconds: f64,
    mut run: impl FnMut(usize, usize) -> f64,
    total: impl FnOnce() -> u64,
) -> Measured {
    let mut next = 0;
    let mut per_round = multiple;
    let warm_up = Instant::now();
    while warm_up.elapsed() < WARM_UP.min(Duration::from_secs_f64(2.0 * seconds)) {
        let started = Instant::now();
        run(next, next + per_round);
        next += per_round;
        let elapsed = started.elapsed().as_nanos() as f64;
        let ideal = per_round as f64 * ROUND_NANOSECONDS / elapsed.max(1.0);
        let bounded = ideal.min(2.0 * per_round as f64);
        per_round = ((bounded / multiple as f64) as usize).max(1) * multiple;
    }
    let mut times = Vec::new();
    let started = Instant::now();
    while times.len() < 3 || started.elapsed().as_secs_f64() < seconds {
        times.push(run(next, next + per_round) / per_round as f64);
        next += per_round;
    }
    let mean = times.iter().sum::<f64>() / times.len() as f64;
    times.sort_by(f64::total_cmp);
    Measured {
        median: times[times.len() / 2],
        least: times[times.len() / 10],
        mean,
        operations: next as u64,
        total: total(),
    }
}
