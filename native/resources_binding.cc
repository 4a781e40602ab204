#include "resources_binding.h"

#include <cmath>
#include <utility>
#include <vector>

#include "arguments.h"
#include "resources.h"
#include "sampler.h"
#include "vsr_metrics/entry_check.h"
#include "vsr_metrics/shared_memory.h"

namespace vsr_metrics {
namespace {

using Field = double ResourceReading::*;

struct Reading {
  const char* name;
  Field field;
};

// The names that a catalogue may give as `resource`.
constexpr Reading kReadings[] = {
    {"processMemoryBytes", &ResourceReading::process_memory_bytes},
    {"processCpuPercent", &ResourceReading::process_cpu_percent},
    {"networkReceivedBytesPerSecond", &ResourceReading::network_received_bytes_per_second},
    {"networkTransmittedBytesPerSecond", &ResourceReading::network_transmitted_bytes_per_second},
    {"diskOperationsPerSecond", &ResourceReading::disk_operations_per_second},
    {"diskReadBytesPerSecond", &ResourceReading::disk_read_bytes_per_second},
    {"diskWrittenBytesPerSecond", &ResourceReading::disk_written_bytes_per_second},
    {"systemCpuPercent", &ResourceReading::system_cpu_percent},
    {"systemMemoryUsedBytes", &ResourceReading::system_memory_used_bytes},
    {"systemMemoryTotalBytes", &ResourceReading::system_memory_total_bytes},
    {"systemMemoryUsedPercent", &ResourceReading::system_memory_used_percent},
    {"systemDiskUsedBytes", &ResourceReading::system_disk_used_bytes},
    {"systemDiskUsedPercent", &ResourceReading::system_disk_used_percent},
};

struct Sampling {
  std::shared_ptr<Region> region;
  std::vector<std::pair<Field, GaugeCell*>> gauges;
  ResourceSampler sampler;

  void Sample(uint64_t now) {
    sampler.Sample(now);
    for (const auto& [field, cell] : gauges) {
      const double value = sampler.last().*field;
      // NaN: not known here, or not any more. The gauge is unset then, so that nobody takes a
      // reading of earlier for one of now.
      StoreRelaxed(&cell->value, value);
      StoreRelaxed(&cell->sampled_monotonic_milliseconds, MonotonicMilliseconds());
    }
  }
};

// Ends with the JavaScript function that stops it: a registry that was dropped, or whose worker has
// ended, takes its sampling along.
struct Running {
  Sampler::TaskId task = 0;
  ~Running() { Sampler::Instance().Remove(task); }
};

// One of another kind has no cell among the shared ones.
bool IsLastValueGauge(const Region& region, uint32_t index) {
  if (index >= region.EntryCount()) return false;
  const Entry& entry = region.entries()[index];
  return IsSoundSeries(region, entry, index) && Kind(entry.kind) == Kind::kGauge &&
         Combine(entry.combine) == Combine::kLast;
}

Napi::Value CreateResourceSampler(const Napi::CallbackInfo& info) {
  auto sampler = std::make_shared<ResourceSampler>();
  // The start of the first interval of all rates.
  sampler->Sample(MonotonicNanoseconds());
  return Napi::Function::New(info.Env(), [sampler](const Napi::CallbackInfo& call) {
    sampler->Sample(MonotonicNanoseconds());
    Napi::Object readings = Napi::Object::New(call.Env());
    for (const auto& [name, field] : kReadings) {
      const double value = sampler->last().*field;
      if (!std::isnan(value)) readings.Set(name, value);
    }
    return readings;
  });
}

}  // namespace

Napi::Function StartResourceSampling(Napi::Env env, std::shared_ptr<Region> region,
                                     uint64_t period_nanoseconds, Napi::Object gauges) {
  auto sampling = std::make_shared<Sampling>();
  for (const Reading& reading : kReadings) {
    const Napi::Value series = gauges.Get(reading.name);
    if (!series.IsNumber()) continue;
    const uint32_t index = series.As<Napi::Number>().Uint32Value();
    if (!IsLastValueGauge(*region, index)) {
      Throw(env, {"VSR_METRICS_REGISTRY_OPTIONS",
                  std::string("the reading ") + reading.name +
                      " is written to a gauge that keeps the last value, and to no other"});
      return Napi::Function();
    }
    const Entry& entry = region->entries()[index];
    auto* cell = reinterpret_cast<GaugeCell*>(region->shared() + entry.cell_offset);
    sampling->gauges.emplace_back(reading.field, cell);
  }
  sampling->region = std::move(region);
  // The first sample is the start of the first interval of all rates.
  sampling->Sample(MonotonicNanoseconds());
  auto running = std::make_shared<Running>();
  running->task = Sampler::Instance().Add(period_nanoseconds,
                                          [sampling](uint64_t now) { sampling->Sample(now); });
  return Napi::Function::New(
      env, [running](const Napi::CallbackInfo&) { Sampler::Instance().Remove(running->task); });
}

Napi::Array ResourceNames(Napi::Env env) {
  Napi::Array names = Napi::Array::New(env);
  for (const Reading& reading : kReadings) names.Set(names.Length(), reading.name);
  return names;
}

void RegisterResources(Napi::Env env, Napi::Object exports) {
  exports.Set("resourceSampler", Napi::Function::New(env, CreateResourceSampler));
}

}  // namespace vsr_metrics
