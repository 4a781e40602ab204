// The values that histograms are given: those of harness/values.ts, to the bit.
#ifndef VSR_METRICS_BENCH_VALUES_H_
#define VSR_METRICS_BENCH_VALUES_H_

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace bench {

constexpr uint32_t kValueCount = 1 << 20;

// Use it as `values[index & (kValueCount - 1)]`.
inline std::vector<double> GenerateValues() {
  double factors[20];
  double factor = std::sqrt(10'000.0);
  for (double& each : factors) {
    each = factor;
    factor = std::sqrt(factor);
  }
  std::vector<double> values(kValueCount);
  for (uint32_t number = 0; number < kValueCount; ++number) {
    double product = 0.05;
    for (uint32_t bit = 0; bit < 20; ++bit) {
      if ((number >> (19 - bit)) & 1) product *= factors[bit];
    }
    values[number] = product;
  }
  uint32_t state = 2'463'534'242;
  for (uint32_t index = kValueCount - 1; index > 0; --index) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    std::swap(values[index], values[state % (index + 1)]);
  }
  return values;
}

// FNV-1a over the 32-bit halves, low one first.
inline std::string ValuesDigest() {
  uint32_t hash = 2'166'136'261;
  for (const double value : GenerateValues()) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    hash = (hash ^ uint32_t(bits)) * 16'777'619;
    hash = (hash ^ uint32_t(bits >> 32)) * 16'777'619;
  }
  char text[9];
  snprintf(text, sizeof text, "%08x", hash);
  return text;
}

}  // namespace bench

#endif  // VSR_METRICS_BENCH_VALUES_H_
