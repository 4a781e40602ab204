// Which series were removed, and who knows.
//
// A series that was removed leaves its entry and its cells to another one of its family, but not
// before every thread has said that it holds nothing of it any more: the owner of each lane
// acknowledges removals up to an epoch. Until then whoever still records there harms nobody.
#ifndef VSR_METRICS_REMOVALS_H_
#define VSR_METRICS_REMOVALS_H_

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "region.h"

namespace vsr_metrics {

// Adds the entries that were removed since `*epoch`, which becomes that of now. False: not all are
// known any more.
inline bool RemovedSince(const Region& region, uint64_t* epoch, std::vector<uint32_t>* entries) {
  const RegionHeader* header = region.header();
  const uint64_t from = *epoch;
  const uint64_t to = LoadAcquire(&header->removals);
  *epoch = to;
  if (to < from || to - from >= kRemovalsKept) return false;
  for (uint64_t removal = from + 1; removal <= to; ++removal) {
    entries->push_back(LoadRelaxed(&header->removed_entries[removal % kRemovalsKept]));
  }
  // Whoever has removed so many meanwhile may have written over them.
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  return LoadRelaxed(&header->removals) - from < kRemovalsKept;
}

// The epoch up to which every owner of a lane has acknowledged.
inline uint64_t AcknowledgedByAll(const Region& region) {
  // Against Lane::Claim: either this sees the new owner, or the owner sees what was removed.
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  uint64_t acknowledged = std::numeric_limits<uint64_t>::max();
  const uint32_t lanes = region.LanesInUse();
  for (uint32_t lane = kBaselineLane + 1; lane < lanes; ++lane) {
    const LaneRecord& record = region.lane_records()[lane];
    if (uint32_t(LoadAcquire(&record.owner)) == 0) continue;
    acknowledged = std::min(acknowledged, LoadAcquire(&record.acknowledged));
  }
  return acknowledged;
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_REMOVALS_H_
