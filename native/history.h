// The flight recorder: earlier snapshots, kept in the region, so that they survive the process.
//
// Two rings: everything every 10 s, gauges every second. A record is whole before the head moves
// over it, and the tail moves before its bytes are overwritten: whoever reads a ring believes only
// what lies between the two (see history_index.h).
#ifndef VSR_METRICS_HISTORY_H_
#define VSR_METRICS_HISTORY_H_

#include <cstdint>

#include "snapshot.h"
#include "vsr_metrics/region.h"

namespace vsr_metrics {

// Divides the history section; called once by the creator.
void InitializeHistory(Region& region);

// Appends what the frame holds. Oldest records give way. A frame larger than the ring is left out.
void AppendHistory(Region& region, uint32_t ring, const Frame& frame);

// Does what is due: keeps both rings up to date. By one process at a time: that with kSamplerLock.
//
// Time is cut into slots of a period, by the monotonic clock that all processes share. A ring gets
// a record as soon as a slot has begun that it holds none of. So a recorder that is called late now
// and then leaves no slot out, and one that takes over from a dead process goes on in the same
// slots.
class HistoryRecorder {
 public:
  void Record(Region& region, uint64_t now_monotonic_nanoseconds);

 private:
  bool has_begun_ = false;
  uint64_t last_slot_[kHistoryRings] = {0, 0};
};

}  // namespace vsr_metrics

#endif  // VSR_METRICS_HISTORY_H_
