// Measures HdrHistogram_c, plain or atomic, and prints the JSON that every peer prints.
//
//   hdr_histogram plain|atomic histogram|histogram-shared|timed-operation THREADS SECONDS
//   hdr_histogram plain|atomic handler-OPERATION-HANDLES-TOUCHED 1 SECONDS
//
// Its values are whole numbers: milliseconds as whole microseconds, at three significant digits.
#include <cstdlib>
#include <cstring>
#include <string>

extern "C" {
#include "hdr_histogram.h"
}

#include "handler.h"
#include "trial.h"
#include "values.h"

namespace {

// The release whose sources native-hdr-histogram carries.
constexpr char kVersion[] = "0.11.1";
constexpr int64_t kHighest = 1'000'000'000;

std::vector<int64_t> WholeValues() {
  std::vector<int64_t> whole;
  for (const double value : bench::GenerateValues()) whole.push_back(int64_t(value * 1000));
  return whole;
}

using Record = bool (*)(hdr_histogram*, int64_t);

// The function is a constant of the loop, so that nothing is called through a pointer.
template <Record kRecord>
bench::Measured Time(hdr_histogram* histogram, bool is_timed, size_t threads, double seconds) {
  if (is_timed) {
    return bench::Measure(threads, seconds, [&](uint64_t first, uint64_t end) {
      for (uint64_t index = first; index < end; ++index) {
        const auto start = bench::Clock::now();
        kRecord(histogram, int64_t(bench::NanosecondsSince(start)));
      }
    });
  }
  const auto values = WholeValues();
  return bench::Measure(threads, seconds, [&](uint64_t first, uint64_t end) {
    for (uint64_t index = first; index < end; ++index) {
      kRecord(histogram, values[index & (bench::kValueCount - 1)]);
    }
  });
}

template <Record kRecord>
bench::Measured TimeHandlers(const std::vector<hdr_histogram*>& histograms,
                             const bench::Shape& shape, double seconds) {
  if (shape.operation == "timed") {
    return bench::MeasureHandler(shape, seconds, [&](size_t index, double, uint64_t) {
      const auto start = bench::Clock::now();
      kRecord(histograms[index], int64_t(bench::NanosecondsSince(start)));
    });
  }
  return bench::MeasureHandler(shape, seconds, [&](size_t index, double value, uint64_t) {
    kRecord(histograms[index], int64_t(value * 1000));
  });
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) {
    fprintf(stderr, "usage: hdr_histogram plain|atomic GROUP THREADS SECONDS\n");
    return 2;
  }
  const bool is_atomic = strcmp(arguments[1], "atomic") == 0;
  const std::string group = arguments[2];
  const bool is_timed = group.rfind("timed-operation", 0) == 0;
  const size_t threads = strtoul(arguments[3], nullptr, 10);
  const double seconds = strtod(arguments[4], nullptr);
  std::vector<hdr_histogram*> histograms(bench::kMostHandles);
  for (auto& histogram : histograms) {
    if (hdr_init(1, kHighest, 3, &histogram) != 0) return 1;
  }
  hdr_histogram* const first = histograms[0];
  bench::Shape shape;
  bench::Measured measured;
  if (bench::ParseShape(group, shape)) {
    measured = is_atomic ? TimeHandlers<hdr_record_value_atomic>(histograms, shape, seconds)
                         : TimeHandlers<hdr_record_value>(histograms, shape, seconds);
  } else {
    measured = is_atomic ? Time<hdr_record_value_atomic>(first, is_timed, threads, seconds)
                         : Time<hdr_record_value>(first, is_timed, threads, seconds);
  }
  uint64_t total = 0;
  for (const auto* histogram : histograms) total += uint64_t(histogram->total_count);
  const char* const name = is_atomic ? "C HdrHistogram_c, atomic" : "C HdrHistogram_c";
  bench::PrintOutput({name, kVersion, "C"}, group, threads, measured, total);
  return 0;
}
