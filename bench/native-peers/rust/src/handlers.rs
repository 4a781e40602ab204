//! Times one handler, again and again, with other memory touched in between, and beside it one that
//! does nothing, as bench/handlers/timed-handler.ts does.

use std::hint::black_box;
use std::time::Instant;

use crate::rounds::{measure_counted, Measured};
use crate::values;

pub const MOST_HANDLES: usize = 64;

/// The shape of a group `handler-OPERATION-HANDLES-TOUCHED`.
pub struct Shape<'a> {
    pub operation: &'a str,
    pub handles: usize,
    /// Bytes.
    pub touched: usize,
}

pub fn shape_of(group: &str) -> Option<Shape<'_>> {
    let parts: Vec<&str> = group.split('-').collect();
    match parts[..] {
        ["handler", operation, handles, touched] => Some(Shape {
            operation,
            handles: handles.parse().ok()?,
            touched: touched.parse().ok()?,
        }),
        _ => None,
    }
}

/// `call!(0, values[0]); call!(1, values[1]); ...`: as many statements as there are handles.
#[macro_export]
macro_rules! eight_calls {
    ($call:ident, $first:expr) => {
        $call!($first);
        $call!($first + 1);
        $call!($first + 2);
        $call!($first + 3);
        $call!($first + 4);
        $call!($first + 5);
        $call!($first + 6);
        $call!($first + 7);
    };
}

/// The body of a handler with `N` handles, one call after the other.
#[macro_export]
macro_rules! unrolled {
    ($handles:expr, $call:ident) => {
        match $handles {
            1 => {
                $call!(0);
            }
            8 => {
                $crate::eight_calls!($call, 0);
            }
            24 => {
                $crate::eight_calls!($call, 0);
                $crate::eight_calls!($call, 8);
                $crate::eight_calls!($call, 16);
            }
            64 => {
                $crate::eight_calls!($call, 0);
                $crate::eight_calls!($call, 8);
                $crate::eight_calls!($call, 16);
                $crate::eight_calls!($call, 24);
                $crate::eight_calls!($call, 32);
                $crate::eight_calls!($call, 40);
                $crate::eight_calls!($call, 48);
                $crate::eight_calls!($call, 56);
            }
            other => panic!("no handler has {other} handles"),
        }
    };
}

/// Over six powers of two: divided by one, so exact in any language.
fn folded(value: f64) -> f64 {
    if value < 0.1 {
        value * 64.0
    } else if value < 6.4 {
        value
    } else if value < 409.6 {
        value / 64.0
    } else {
        value / 4096.0
    }
}

/// Measures a handler that is given a value for each handle, and which of its calls this is.
pub fn measure_handler(
    shape: &Shape,
    seconds: f64,
    handler: impl Fn(&[f64; MOST_HANDLES], u64),
    total: impl FnOnce() -> u64,
) -> Option<Measured> {
    let values: Vec<f64> = values::generate().into_iter().map(folded).collect();
    let memory = vec![1_i32; shape.touched / 4];
    let lines = shape.touched / 64;
    let mut line: u32 = 0;
    let mut next = 0;
    let mut calls = 0_u64;
    let mut batch = [0.0; MOST_HANDLES];
    let nothing = |_: &[f64; MOST_HANDLES], _: u64| {};

    let mut nanoseconds_of = |is_empty: bool| {
        let mut sum = 0;
        for _ in 0..lines {
            line = line.wrapping_mul(1_664_525).wrapping_add(1_013_904_223) & (lines as u32 - 1);
            sum += memory[(line as usize) << 4];
        }
        black_box(sum);
        for value in &mut batch[..shape.handles] {
            *value = values[next & (values::COUNT - 1)];
            next += 1;
        }
        let batch = black_box(&batch);
        if is_empty {
            let started = Instant::now();
            black_box(nothing)(batch, calls);
            return started.elapsed().as_nanos() as f64;
        }
        calls += 1;
        let started = Instant::now();
        handler(batch, calls);
        started.elapsed().as_nanos() as f64
    };
    let run = |first: usize, end: usize| {
        let mut added = 0.0;
        for _ in (first..end).step_by(shape.handles) {
            added += nanoseconds_of(false) - nanoseconds_of(true);
        }
        added
    };
    Some(measure_counted(shape.handles, seconds, run, total))
}
