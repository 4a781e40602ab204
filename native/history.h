// The flight recorder: earlier snapshots, kept in the region, so that they survive the process.
//
// Two rings: everything every 10 s, gauges every second. A record is whole before the head moves
// over it, and the tail moves before its bytes are overwritten; a reader copies the ring and then
// believes only what lies between the two.
#ifndef VSR_METRICS_HISTORY_H_
#define VSR_METRICS_HISTORY_H_

#include <cstdint>
#include <vector>

#include "snapshot.h"
#include "vsr_metrics/region.h"

namespace vsr_metrics {

// Divides the history section; called once by the creator.
void InitializeHistory(Region& region);

// Appends what the frame holds. Oldest records give way. A frame larger than the ring is left out.
void AppendHistory(Region& region, uint32_t ring, const Frame& frame);

// Does what is due: keeps both rings up to date, if no other process does so already.
class HistoryRecorder {
 public:
  void Record(Region& region, uint64_t now_nanoseconds);

 private:
  bool is_mine_ = false;
  uint64_t due_[kHistoryRings] = {0, 0};
};

// Values of one series over time, oldest first; each point has `width` values.
struct SeriesHistory {
  uint32_t width = 0;
  std::vector<double> taken_unix_milliseconds;
  std::vector<double> values;
};

SeriesHistory ReadHistory(const Region& region, uint32_t entry, double from_unix_milliseconds,
                          double to_unix_milliseconds);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_HISTORY_H_
