// What recording through vsr_metrics.h costs, beside the bare loop that does the least one could.
//
//   cpp_header header|bare counter|histogram|timed-operation 1 <seconds>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "families.h"
#include "region_create.h"
#include "snapshot.h"
#include "trial.h"
#include "values.h"
#include "vsr_metrics.h"

namespace {

using namespace vsr_metrics;

constexpr uint32_t kShift = 10;  // three significant digits

uint32_t CellIndex(double value) {
  const double below = value * (1 - 0x1p-53);
  uint64_t bits;
  memcpy(&bits, &below, sizeof bits);
  return uint32_t(bits >> 32) >> kShift;
}

// One family of the kind, as a registry of JavaScript makes it.
std::shared_ptr<Region> MakeRegion(Kind kind) {
  RegionSizes sizes;
  sizes.entries = 64;
  sizes.scalar_bytes = 64 << 10;
  sizes.histogram_bytes = 4 << 20;
  FamilySpec spec;
  spec.kind = kind;
  spec.name = "bench";
  spec.description = R"({"labels":[],"nanosecondsPerUnit":1000000})";
  if (kind == Kind::kHistogram) {
    spec.base_index = int32_t(CellIndex(1e-6));
    spec.cell_count = CellIndex(1e9) - CellIndex(1e-6) + 1;
    spec.shift = kShift;
    for (const double bound : {0.25, 1.0, 2.0, 8.0, 32.0, 64.0, 256.0, 512.0}) {
      spec.bounds.push_back(bound);
      spec.bound_cells.push_back(CellIndex(bound) - CellIndex(1e-6) + 1);
    }
  }
  Error error;
  std::shared_ptr<Region> region = CreateRegion(sizes, &error);
  if (region == nullptr || FindOrAddFamily(*region, spec, &error) == kNoIndex) {
    fprintf(stderr, "%s\n", error.message.c_str());
    exit(1);
  }
  return region;
}

template <typename Recorder>
Recorder OrExit(std::optional<Recorder> recorder, const Error& error) {
  if (recorder) return *std::move(recorder);
  fprintf(stderr, "%s\n", error.message.c_str());
  exit(1);
}

void RunHeader(const std::string& group, double seconds) {
  const Kind kind = group == "counter" ? Kind::kCounter : Kind::kHistogram;
  const std::shared_ptr<Region> region = MakeRegion(kind);
  Error error;
  const auto registry = Registry::Attach(region->share_path(), &error);
  if (registry == nullptr) {
    fprintf(stderr, "%s\n", error.message.c_str());
    exit(1);
  }
  // The total of the counter, or the count behind the histogram's bounds.
  const auto total = [&region, kind] {
    return TakeSnapshot(*region).values[kind == Kind::kCounter ? 0 : 8];
  };
  const char* peer = "vsr-metrics from C++";
  if (kind == Kind::kCounter) {
    Counter counter = OrExit(registry->OpenCounter("bench", {}, &error), error);
    const auto run = [&counter](uint64_t first, uint64_t end) {
      for (uint64_t i = first; i < end; ++i) counter.Inc();
    };
    bench::RunTrial(peer, group.c_str(), seconds, run, total);
    return;
  }
  Histogram histogram = OrExit(registry->OpenHistogram("bench", {}, &error), error);
  if (group == "timed-operation") {
    const auto run = [&histogram](uint64_t first, uint64_t end) {
      for (uint64_t i = first; i < end; ++i) const ScopeTimer timer(&histogram);
    };
    bench::RunTrial(peer, group.c_str(), seconds, run, total);
    return;
  }
  const std::vector<double> values = bench::GenerateValues();
  const auto run = [&histogram, &values](uint64_t first, uint64_t end) {
    for (uint64_t i = first; i < end; ++i) histogram.Record(values[i & (bench::kValueCount - 1)]);
  };
  bench::RunTrial(peer, group.c_str(), seconds, run, total);
}

// Stored every time, as a recorder must.
volatile int64_t count;
volatile double sum;

void RunBare(const std::string& group, double seconds) {
  const auto total = [] { return count; };
  if (group == "counter") {
    const auto run = [](uint64_t first, uint64_t end) {
      for (uint64_t i = first; i < end; ++i) count = count + 1;
    };
    bench::RunTrial("C++ count += 1", group.c_str(), seconds, run, total);
    return;
  }
  const std::vector<double> values = bench::GenerateValues();
  const auto run = [&values](uint64_t first, uint64_t end) {
    for (uint64_t i = first; i < end; ++i) {
      count = count + 1;
      sum = sum + values[i & (bench::kValueCount - 1)];
    }
  };
  bench::RunTrial("C++ count += 1, sum += v", group.c_str(), seconds, run, total);
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count != 5) {
    fprintf(stderr,
            "usage: cpp_header header|bare counter|histogram|timed-operation 1 <seconds>\n");
    return 2;
  }
  const double seconds = strtod(arguments[4], nullptr);
  const bool is_bare = strcmp(arguments[1], "bare") == 0;
  (is_bare ? RunBare : RunHeader)(arguments[2], seconds);
  return 0;
}
