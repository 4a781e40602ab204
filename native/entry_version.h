// Reading an entry that may become another series meanwhile.
//
//   const EntryVersion version = VersionOf(entry);
//   ... load what belongs to the series ...
//   if (!IsStill(entry, version)) ...   // what was loaded may be partly of another one
#ifndef VSR_METRICS_ENTRY_VERSION_H_
#define VSR_METRICS_ENTRY_VERSION_H_

#include <cstdint>

#include "vsr_metrics/layout.h"
#include "vsr_metrics/shared_memory.h"

namespace vsr_metrics {

struct EntryVersion {
  EntryState state;
  uint32_t generation;
};

inline EntryVersion VersionOf(const Entry& entry) {
  const auto state = EntryState(LoadAcquire(&entry.state));
  return {state, LoadAcquire(&entry.generation)};
}

inline bool IsStill(const Entry& entry, const EntryVersion& version) {
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  return LoadRelaxed(&entry.state) == uint32_t(version.state) &&
         LoadRelaxed(&entry.generation) == version.generation;
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_ENTRY_VERSION_H_
