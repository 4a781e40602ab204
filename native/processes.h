// Who is attached to a region, and who of them lives.
#ifndef VSR_METRICS_PROCESSES_H_
#define VSR_METRICS_PROCESSES_H_

#include "region.h"

namespace vsr_metrics {

// Takes the first free slot from `first` up to, not including, `last`: locks it, gives back the
// lanes of a dead process that had it, and writes who we are. kNoIndex: all are taken.
uint32_t ClaimProcessSlot(Region& region, uint32_t first, uint32_t last);

// Whether the process of a slot still runs.
bool IsProcessAlive(const Region& region, uint32_t slot);

// Shows readers that this process still runs (background thread) and that its event loop does.
void BeatProcess(Region& region);
void BeatEventLoop(Region& region);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_PROCESSES_H_
