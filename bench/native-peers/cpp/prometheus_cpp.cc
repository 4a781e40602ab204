// Measures one operation of prometheus-cpp and prints the JSON that every peer prints.
//
//   prometheus_cpp GROUP THREADS SECONDS
//
// The groups are those of bench/cases: counter, histogram, timed-operation, the same with -shared
// for several threads on one series, render-counters-10k and render-histograms-1k, and those of
// bench/handlers.
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <cstdlib>
#include <functional>
#include <iterator>
#include <map>
#include <string>

#include "handler.h"
#include "trial.h"
#include "values.h"

namespace {

using bench::Measure;
using bench::Measured;
using prometheus::Histogram;

const Histogram::BucketBoundaries kLatencyBounds{0.1, 0.25, 0.5, 1,   2.5, 5,
                                                 10,  25,   50,  100, 250, 500};
const Histogram::BucketBoundaries kRenderedBounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                  0.1,   0.25,   0.5,   1,    2.5,   5};
const char kHelp[] = "What the benchmark counts";

struct Result {
  Measured measured;
  uint64_t total;
};

prometheus::Labels LabelsOf(int index) {
  return {{"replica_id", std::to_string(index % 3)},
          {"tenant_id", "tenant-" + std::to_string(index)}};
}

prometheus::Family<prometheus::Counter>& Counters(prometheus::Registry& registry) {
  return prometheus::BuildCounter().Name("bench_operations_total").Help(kHelp).Register(registry);
}

prometheus::Family<Histogram>& Histograms(prometheus::Registry& registry) {
  return prometheus::BuildHistogram().Name("bench_latency").Help(kHelp).Register(registry);
}

uint64_t CountOf(const Histogram& histogram) { return histogram.Collect().histogram.sample_count; }

Result TimeCounter(size_t threads, double seconds) {
  prometheus::Registry registry;
  auto& counter = Counters(registry).Add(LabelsOf(0));
  const auto measured = Measure(threads, seconds, [&](uint64_t first, uint64_t end) {
    for (uint64_t index = first; index < end; ++index) counter.Increment();
  });
  return {measured, uint64_t(counter.Value())};
}

Result TimeHistogram(size_t threads, double seconds) {
  prometheus::Registry registry;
  auto& histogram = Histograms(registry).Add(LabelsOf(0), kLatencyBounds);
  const auto values = bench::GenerateValues();
  const auto measured = Measure(threads, seconds, [&](uint64_t first, uint64_t end) {
    for (uint64_t index = first; index < end; ++index) {
      histogram.Observe(values[index & (bench::kValueCount - 1)]);
    }
  });
  return {measured, CountOf(histogram)};
}

Result TimeOperation(size_t threads, double seconds) {
  prometheus::Registry registry;
  auto& histogram = Histograms(registry).Add(LabelsOf(0), kLatencyBounds);
  const auto measured = Measure(threads, seconds, [&](uint64_t first, uint64_t end) {
    for (uint64_t index = first; index < end; ++index) {
      const auto start = bench::Clock::now();
      histogram.Observe(std::chrono::duration<double>(bench::Clock::now() - start).count());
    }
  });
  return {measured, CountOf(histogram)};
}

Result TimeRendering(const prometheus::Registry& registry, long lines, double seconds) {
  const auto text_of = [&] { return prometheus::TextSerializer().Serialize(registry.Collect()); };
  size_t rendered = 0;
  const auto measured = Measure(1, seconds, [&](uint64_t first, uint64_t end) {
    for (uint64_t index = first; index < end; ++index) rendered += text_of().size();
  });
  const std::string text = text_of();
  const bool is_all = std::count(text.begin(), text.end(), '\n') == lines && rendered > 0;
  return {measured, is_all ? measured.operations : 0};
}

Result TimeRenderingCounters(size_t, double seconds) {
  prometheus::Registry registry;
  auto& family = Counters(registry);
  for (int index = 0; index < 10'000; ++index) family.Add(LabelsOf(index)).Increment(index * 37);
  return TimeRendering(registry, 2 + 10'000, seconds);
}

Result TimeRenderingHistograms(size_t, double seconds) {
  prometheus::Registry registry;
  auto& family = Histograms(registry);
  for (int index = 0; index < 1000; ++index) {
    auto& histogram = family.Add(LabelsOf(index), kRenderedBounds);
    for (int step = 0; step < 10; ++step) histogram.Observe((index % 50 + step + 1) / 300.0);
  }
  return TimeRendering(registry, 2 + 1000 * (12 + 3), seconds);
}

std::string NameOf(size_t index) { return "bench_" + std::to_string(index); }

// One series of each of so many families.
template <typename Metric, typename Build, typename... More>
std::vector<Metric*> Bound(prometheus::Registry& registry, const Build& build, More... more) {
  std::vector<Metric*> metrics;
  for (size_t index = 0; index < bench::kMostHandles; ++index) {
    auto& family = build().Name(NameOf(index)).Help(kHelp).Register(registry);
    metrics.push_back(&family.Add(LabelsOf(0), more...));
  }
  return metrics;
}

template <typename Metric, typename Held>
uint64_t HeldBy(const std::vector<Metric*>& metrics, const Held& held) {
  uint64_t sum = 0;
  for (const Metric* metric : metrics) sum += uint64_t(held(*metric));
  return sum;
}

Result TimeHandlers(const bench::Shape& shape, double seconds) {
  prometheus::Registry registry;
  if (shape.operation == "counter") {
    const auto counters = Bound<prometheus::Counter>(registry, prometheus::BuildCounter);
    const auto measured = bench::MeasureHandler(
        shape, seconds, [&](size_t index, double, uint64_t) { counters[index]->Increment(); });
    return {measured, HeldBy(counters, [](auto& each) { return each.Value(); })};
  }
  if (shape.operation == "gauge") {
    const auto gauges = Bound<prometheus::Gauge>(registry, prometheus::BuildGauge);
    const auto measured = bench::MeasureHandler(
        shape, seconds,
        [&](size_t index, double, uint64_t call) { gauges[index]->Set(double(call)); });
    return {measured, HeldBy(gauges, [](auto& each) { return each.Value(); })};
  }
  const auto histograms = Bound<Histogram>(registry, prometheus::BuildHistogram, kLatencyBounds);
  const auto measured =
      shape.operation == "histogram"
          ? bench::MeasureHandler(
                shape, seconds,
                [&](size_t index, double value, uint64_t) { histograms[index]->Observe(value); })
          : bench::MeasureHandler(shape, seconds, [&](size_t index, double, uint64_t) {
              const auto start = bench::Clock::now();
              histograms[index]->Observe(
                  std::chrono::duration<double>(bench::Clock::now() - start).count());
            });
  return {measured, HeldBy(histograms, CountOf)};
}

const std::map<std::string, std::function<Result(size_t, double)>> kGroups{
    {"counter", TimeCounter},
    {"counter-shared", TimeCounter},
    {"histogram", TimeHistogram},
    {"histogram-shared", TimeHistogram},
    {"timed-operation", TimeOperation},
    {"timed-operation-shared", TimeOperation},
    {"render-counters-10k", TimeRenderingCounters},
    {"render-histograms-1k", TimeRenderingHistograms},
};

}  // namespace

int main(int count, char** arguments) {
  bench::Shape shape;
  const bool is_handler = count == 4 && bench::ParseShape(arguments[1], shape);
  const auto group = count == 4 ? kGroups.find(arguments[1]) : kGroups.end();
  if (group == kGroups.end() && !is_handler) {
    fprintf(stderr, "usage: prometheus_cpp GROUP THREADS SECONDS\n");
    return 2;
  }
  const size_t threads = strtoul(arguments[2], nullptr, 10);
  const double seconds = strtod(arguments[3], nullptr);
  const auto [measured, total] =
      is_handler ? TimeHandlers(shape, seconds) : group->second(threads, seconds);
  bench::PrintOutput({"C++ prometheus-cpp", PROMETHEUS_CPP_VERSION, "C++"}, arguments[1], threads,
                     measured, total);
  return 0;
}
