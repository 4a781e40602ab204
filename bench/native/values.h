// The values of harness/values.ts, equal to the bit.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace bench {

constexpr uint64_t kValueCount = 1 << 20;

// Use it as `values[index & (kValueCount - 1)]`.
inline const std::vector<double>& Values() {
  static const std::vector<double> made = [] {
    std::vector<double> factors;
    for (double factor = std::sqrt(10'000.0); factors.size() < 20; factor = std::sqrt(factor)) {
      factors.push_back(factor);
    }
    std::vector<double> values(kValueCount);
    for (uint64_t number = 0; number < kValueCount; ++number) {
      double product = 0.05;
      for (int bit = 0; bit < 20; ++bit) {
        if ((number >> (19 - bit)) & 1) product *= factors[size_t(bit)];
      }
      values[number] = product;
    }
    uint32_t state = 2'463'534'242;
    for (uint64_t index = kValueCount - 1; index > 0; --index) {
      state ^= state << 13;
      state ^= state >> 17;
      state ^= state << 5;
      std::swap(values[index], values[state % (index + 1)]);
    }
    return values;
  }();
  return made;
}

// FNV-1a over the 32-bit halves, low one first.
inline std::string ValuesDigest() {
  uint32_t hash = 2'166'136'261;
  for (const double value : Values()) {
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
