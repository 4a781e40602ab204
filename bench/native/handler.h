// Times one handler, again and again, with other memory touched in between, and beside it one that
// does nothing, as bench/handlers/timed-handler.ts does.
//
//   Shape shape;
//   if (ParseShape(group, shape)) {
//     measured = MeasureHandler(shape, seconds, [&](size_t handle, double value, uint64_t call) {
//       histograms[handle].Observe(value);
//     });
//   }
#ifndef VSR_METRICS_BENCH_HANDLER_H_
#define VSR_METRICS_BENCH_HANDLER_H_

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "trial.h"
#include "values.h"

namespace bench {

constexpr size_t kMostHandles = 64;

// The shape of a group `handler-OPERATION-HANDLES-TOUCHED`.
struct Shape {
  std::string operation;
  size_t handles = 0;
  // Bytes.
  size_t touched = 0;
};

inline bool ParseShape(const std::string& group, Shape& shape) {
  char operation[32];
  const int found =
      sscanf(group.c_str(), "handler-%31[a-z]-%zu-%zu", operation, &shape.handles, &shape.touched);
  shape.operation = operation;
  return found == 3;
}

// Over six powers of two: divided by one, so exact in any language.
inline double Folded(double value) {
  if (value < 0.1) return value * 64;
  if (value < 6.4) return value;
  return value < 409.6 ? value / 64 : value / 4096;
}

// One call for each handle, one after the other: `record(index, values[index], call)`.
template <typename Record, size_t... kIndex>
[[gnu::noinline]] void Handle(const Record& record, const double* values, uint64_t call,
                              std::index_sequence<kIndex...>) {
  (record(kIndex, values[kIndex], call), ...);
}

[[gnu::noinline]] inline void HandleNothing(const double* values) {
  asm volatile("" : : "r"(values) : "memory");
}

template <size_t kHandles, typename Record>
Measured MeasureHandlerOf(size_t touched, double seconds, const Record& record) {
  auto values = GenerateValues();
  for (double& value : values) value = Folded(value);
  const std::vector<int32_t> memory(touched / sizeof(int32_t), 1);
  const uint32_t lines = uint32_t(touched / 64);
  uint32_t line = 0;
  uint64_t next = 0;
  uint64_t calls = 0;
  double batch[kMostHandles];

  const auto nanoseconds_of = [&](bool is_empty) {
    int32_t sum = 0;
    for (uint32_t count = 0; count < lines; ++count) {
      line = (line * 1'664'525u + 1'013'904'223u) & (lines - 1);
      sum += memory[size_t(line) << 4];
    }
    asm volatile("" : : "r"(sum) : "memory");
    for (size_t index = 0; index < kHandles; ++index) {
      batch[index] = values[next++ & (kValueCount - 1)];
    }
    if (is_empty) {
      const auto start = Clock::now();
      HandleNothing(batch);
      return NanosecondsSince(start);
    }
    ++calls;
    const auto start = Clock::now();
    Handle(record, batch, calls, std::make_index_sequence<kHandles>());
    return NanosecondsSince(start);
  };
  return MeasureCounted(kHandles, seconds, [&](uint64_t first, uint64_t end) {
    double added = 0;
    for (uint64_t index = first; index < end; index += kHandles) {
      added += nanoseconds_of(false) - nanoseconds_of(true);
    }
    return added;
  });
}

template <typename Record>
Measured MeasureHandler(const Shape& shape, double seconds, const Record& record) {
  switch (shape.handles) {
    case 1:
      return MeasureHandlerOf<1>(shape.touched, seconds, record);
    case 8:
      return MeasureHandlerOf<8>(shape.touched, seconds, record);
    case 24:
      return MeasureHandlerOf<24>(shape.touched, seconds, record);
    case 64:
      return MeasureHandlerOf<64>(shape.touched, seconds, record);
    default:
      fprintf(stderr, "no handler has %zu handles\n", shape.handles);
      exit(2);
  }
}

}  // namespace bench

#endif  // VSR_METRICS_BENCH_HANDLER_H_
