// Who is attached to a region, and who of them lives.
#ifndef VSR_METRICS_PROCESSES_H_
#define VSR_METRICS_PROCESSES_H_

#include <errno.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "file_lock.h"
#include "region.h"

namespace vsr_metrics {

// Takes the first free slot from `first` up to, not including, `last`, and writes who we are. What
// a dead process left in that slot is still there: see ReleaseLanesOfPredecessor. kNoIndex, and
// errno: all are taken (EAGAIN), or this file system has no such locks.
inline uint32_t ClaimProcessSlot(Region& region, uint32_t first, uint32_t last) {
  for (uint32_t slot = first; slot < last; ++slot) {
    if (!TryLock(region.fd(), kProcessLocks + slot)) {
      if (errno == EACCES) errno = EAGAIN;
      if (errno == EAGAIN) continue;
      return kNoIndex;
    }
    ProcessRecord& process = region.processes()[slot];
    StoreRelaxed(&process.pid, uint32_t(getpid()));
    StoreRelaxed(&process.attached_unix_nanoseconds, UnixNanoseconds());
    StoreRelaxed(&process.loop_monotonic_nanoseconds, uint64_t{0});
    StoreRelease(&process.heartbeat_monotonic_nanoseconds, MonotonicNanoseconds());
    region.set_process_slot(slot);
    return slot;
  }
  errno = EAGAIN;
  return kNoIndex;
}

// Why ClaimProcessSlot found none.
inline Error NoProcessSlot(const std::string& path, uint32_t count) {
  if (errno == EAGAIN) {
    return {"VSR_METRICS_REGISTRY_FULL",
            path + ": all " + std::to_string(count) +
                " places for processes are taken; raise the option capacity.processes of "
                "createRegistry"};
  }
  return {
      "VSR_METRICS_REGISTRY_OPTIONS",
      path + " cannot be locked (" + strerror(errno) +
          "): a registry needs a file system with open file description locks, such as /dev/shm"};
}

// Whether the process of a slot still runs.
inline bool IsProcessAlive(const Region& region, uint32_t slot) {
  return slot == region.process_slot() || IsLockedByOther(region.fd(), kProcessLocks + slot);
}

// Shows readers that this process still runs (background thread).
inline void BeatProcess(Region& region) {
  if (region.process_slot() == kNoIndex) return;
  StoreRelease(&region.processes()[region.process_slot()].heartbeat_monotonic_nanoseconds,
               MonotonicNanoseconds());
}

// Shows readers that its event loop does.
inline void BeatEventLoop(Region& region) {
  if (region.process_slot() == kNoIndex) return;
  StoreRelease(&region.processes()[region.process_slot()].loop_monotonic_nanoseconds,
               MonotonicNanoseconds());
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_PROCESSES_H_
