#include "processes.h"

#include <unistd.h>

#include "file_lock.h"
#include "lanes.h"
#include "shared_memory.h"

namespace vsr_metrics {

uint32_t ClaimProcessSlot(Region& region, uint32_t first, uint32_t last) {
  for (uint32_t slot = first; slot < last; ++slot) {
    if (!TryLock(region.fd(), kProcessLocks + slot)) continue;
    // Whoever had the slot before is dead. From now on its lanes would look like ours.
    ReleaseLanesOf(region, slot);
    ProcessRecord& process = region.processes()[slot];
    const uint64_t now = UnixNanoseconds();
    StoreRelaxed(&process.pid, uint32_t(getpid()));
    StoreRelaxed(&process.attached_unix_nanoseconds, now);
    StoreRelaxed(&process.loop_unix_nanoseconds, uint64_t{0});
    StoreRelease(&process.heartbeat_unix_nanoseconds, now);
    return slot;
  }
  return kNoIndex;
}

bool IsProcessAlive(const Region& region, uint32_t slot) {
  return slot == region.process_slot() || IsLockedByOther(region.fd(), kProcessLocks + slot);
}

void BeatProcess(Region& region) {
  if (region.process_slot() == kNoIndex) return;
  StoreRelease(&region.processes()[region.process_slot()].heartbeat_unix_nanoseconds,
               UnixNanoseconds());
}

void BeatEventLoop(Region& region) {
  if (region.process_slot() == kNoIndex) return;
  StoreRelease(&region.processes()[region.process_slot()].loop_unix_nanoseconds, UnixNanoseconds());
}

}  // namespace vsr_metrics
