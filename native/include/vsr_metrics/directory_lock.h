// The lock of a region's directory: held for microseconds by whoever makes or removes a series or a
// family, or sets a baseline. Recording and reading never take it.
//
//   const DirectoryLock lock(region);
//   if (!lock.is_held()) ...   // HolderOf(region, lock.holder()) says who has it
//
// A holder that died is found out by the lock on its process slot. Whoever takes over then brings
// the directory in order (see directory_rebuild.h) before it goes on, so that a process may be
// killed at any instruction. For a holder that is merely stopped nobody waits for longer than
// kPatience.
#ifndef VSR_METRICS_DIRECTORY_LOCK_H_
#define VSR_METRICS_DIRECTORY_LOCK_H_

#include <sched.h>
#include <time.h>

#include <cstdint>
#include <string>

#include "directory_rebuild.h"
#include "file_lock.h"
#include "region.h"

namespace vsr_metrics {

namespace directory_lock_internal {

constexpr uint64_t kPatience = 100000000;  // nanoseconds
constexpr int kYields = 100;
constexpr long kNap = 100000;          // nanoseconds
constexpr int kNapsBetweenLooks = 10;  // at whether the holder lives

inline uint64_t NextWord(uint64_t word, uint32_t slot) {
  return (((word >> 32) + 1) << 32) | (slot + 1);
}

// With one holder: as long as the lock goes round, it is worth waiting for.
class Patience {
 public:
  bool IsOver(uint64_t word) {
    const uint64_t now = MonotonicNanoseconds();
    if (word != word_) end_ = now + kPatience;
    word_ = word;
    return now >= end_;
  }

 private:
  uint64_t word_ = 0;
  uint64_t end_ = 0;
};

}  // namespace directory_lock_internal

class DirectoryLock {
 public:
  explicit DirectoryLock(Region& region) : region_(region) { is_held_ = Take(); }
  ~DirectoryLock() {
    if (is_held_) StoreRelease(word(), LoadRelaxed(word()) & ~uint64_t{0xffffffff});
  }
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

  bool is_held() const { return is_held_; }
  // The process slot of who has it, when it is not held.
  uint32_t holder() const { return holder_; }

 private:
  uint64_t* word() const { return &region_.header()->directory_lock; }

  bool Take() {
    using namespace directory_lock_internal;
    if (region_.process_slot() == kNoIndex) return false;
    Patience patience;
    for (int attempt = 0;; ++attempt) {
      const uint64_t seen = LoadAcquire(word());
      holder_ = uint32_t(seen) - 1;
      if (holder_ == kNoIndex) {
        if (TakeFrom(seen)) return true;
        continue;
      }
      const bool is_stuck = region_.is_known_stuck(seen);
      if (attempt < kYields && !is_stuck) {
        sched_yield();
        continue;
      }
      if ((is_stuck || attempt % kNapsBetweenLooks == 0) && IsDead(holder_) && TakeFrom(seen)) {
        RebuildDirectory(region_);
        return true;
      }
      if (is_stuck) return false;
      if (patience.IsOver(seen)) {
        // Whoever comes next need not find that out again.
        region_.set_known_stuck(seen);
        return false;
      }
      const timespec nap = {0, kNap};
      nanosleep(&nap, nullptr);
    }
  }

  bool TakeFrom(uint64_t seen) {
    return CompareAndSwap(word(), seen,
                          directory_lock_internal::NextWord(seen, region_.process_slot()));
  }

  // A slot of one's own never is: another thread has it.
  bool IsDead(uint32_t slot) const {
    return slot != region_.process_slot() && !IsLockedByOther(region_.fd(), kProcessLocks + slot);
  }

  Region& region_;
  bool is_held_ = false;
  uint32_t holder_ = kNoIndex;
};

// What a process that died with the lock left in the slot that is now this process'. To be done
// before anything else is: it looks like this process' own.
inline void ReleaseDirectoryOfPredecessor(Region& region) {
  uint64_t* word = &region.header()->directory_lock;
  const uint64_t seen = LoadAcquire(word);
  const uint32_t slot = region.process_slot();
  if (uint32_t(seen) - 1 != slot) return;
  // Somebody may be taking it over as that of a dead process.
  const uint64_t taken = directory_lock_internal::NextWord(seen, slot);
  if (!CompareAndSwap(word, seen, taken)) return;
  RebuildDirectory(region);
  StoreRelease(word, taken & ~uint64_t{0xffffffff});
}

// For people who wait for it.
inline std::string HolderOf(const Region& region, uint32_t slot) {
  if (slot >= region.header()->process_count) return "this process may not use it";
  return "process " + std::to_string(LoadRelaxed(&region.processes()[slot].pid)) +
         " is at work on its directory and does not go on; it may be stopped";
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_DIRECTORY_LOCK_H_
