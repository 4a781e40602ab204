//! The values of bench/harness/values.ts, equal to the bit.

pub const COUNT: usize = 1 << 20;

pub fn generate() -> Vec<f64> {
    let mut factors = [0.0_f64; 20];
    let mut factor = 10_000.0_f64.sqrt();
    for slot in &mut factors {
        *slot = factor;
        factor = factor.sqrt();
    }
    let mut values: Vec<f64> = (0..COUNT)
        .map(|number| {
            let mut product = 0.05;
            for (bit, factor) in factors.iter().enumerate() {
                if (number >> (19 - bit)) & 1 == 1 {
                    product *= factor;
                }
            }
            product
        })
        .collect();
    let mut state: u32 = 2_463_534_242;
    for index in (1..COUNT).rev() {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        values.swap(index, state as usize % (index + 1));
    }
    values
}

/// FNV-1a over the 32-bit halves, low one first.
pub fn digest(values: &[f64]) -> String {
    let mut hash: u32 = 2_166_136_261;
    for value in values {
        let bits = value.to_bits();
        for half in [bits as u32, (bits >> 32) as u32] {
            hash = (hash ^ half).wrapping_mul(16_777_619);
        }
    }
    format!("{hash:08x}")
}
