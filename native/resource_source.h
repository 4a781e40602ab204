// Where resources.cc gets its numbers: one implementation an operating system, in
// resource_source_<system>.cc.
#ifndef VSR_METRICS_RESOURCE_SOURCE_H_
#define VSR_METRICS_RESOURCE_SOURCE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "system_text.h"

namespace vsr_metrics {

// What only means something as a difference.
struct ResourceCounters {
  uint64_t at_ns = 0;
  std::optional<uint64_t> process_cpu_ns;
  std::optional<CpuTimes> system_cpu;
  std::optional<ByteCounts> network;
  std::optional<ByteCounts> process_disk;
  std::optional<DiskCounts> machine_disk;
};

// What means something as it is.
struct ResourceAmounts {
  std::optional<uint64_t> process_memory_bytes;
  std::optional<double> cpu_cores;
  std::optional<MemoryAmounts> memory;
};

class ResourceSource {
 public:
  static std::unique_ptr<ResourceSource> Open(const std::string& root);
  virtual ~ResourceSource() = default;
  virtual void Read(ResourceCounters* counters, ResourceAmounts* amounts) = 0;
};

}  // namespace vsr_metrics

#endif  // VSR_METRICS_RESOURCE_SOURCE_H_
