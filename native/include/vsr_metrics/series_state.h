// How a series becomes live and hidden again; see EntryState.
//
//   SeriesResult result = StartSeries(region, family, index);   // live, or the overflow series
//   instead HideSeries(region, family, index);
//
// A series that comes back starts from nothing, and nobody may record in it before the baseline
// that makes it so is stored. So one thread starts it and the others wait: for microseconds, or
// until they see that it has died. Only who is stopped in the middle, process and all, is not
// waited for.
#ifndef VSR_METRICS_SERIES_STATE_H_
#define VSR_METRICS_SERIES_STATE_H_

#include <sched.h>
#include <time.h>

#include <cstdint>
#include <vector>

#include "baseline.h"
#include "directory.h"
#include "processes.h"
#include "region.h"

namespace vsr_metrics {

enum class SeriesOutcome {
  kOwn,       // the series asked for
  kOverflow,  // the family is full: its overflow series
  kFull,      // the region is full and the family has no overflow series
};

// What ran out when a series did not get an entry of its own.
enum class Shortage {
  kNone,
  kMaxSeries,   // the family has as many as it may
  kSeries,      // entries, or cells of counters and gauges
  kHistograms,  // heads or cells of histograms
  kLabelBytes,  // the heap
  kMemory,      // the file system is full
  kBusy,        // somebody holds the directory, and has not given it back for a long time
};

// As lib/core knows them.
inline const char* NameOf(Shortage shortage) {
  switch (shortage) {
    case Shortage::kNone:
      return "none";
    case Shortage::kMaxSeries:
      return "maxSeries";
    case Shortage::kSeries:
      return "series";
    case Shortage::kHistograms:
      return "histograms";
    case Shortage::kLabelBytes:
      return "labelBytes";
    case Shortage::kMemory:
      return "memory";
    case Shortage::kBusy:
      break;
  }
  return "busy";
}

struct SeriesResult {
  SeriesOutcome outcome;
  uint32_t index;
  uint32_t generation = 0;
  Shortage shortage = Shortage::kNone;
  bool is_delayed = false;  // a removed one was there, and some thread may still hold it
};

// Whether the family has fewer live series than it may have.
inline bool MayHaveOneMore(const Region& region, uint32_t family) {
  const FamilyBlob* blob = FamilyOf(region, family);
  return blob != nullptr && LoadAcquire(&region.entries()[family].live_series) < blob->max_series;
}

namespace series_state_internal {

using directory_internal::CountChange;

constexpr int kYields = 1000;
constexpr int kNaps = 1000;  // of a millisecond

inline bool IsOverflow(const Region& region, uint32_t family, uint32_t index) {
  return LoadAcquire(&region.entries()[family].overflow_entry) == index;
}

inline bool CountLive(Region& region, uint32_t family) {
  uint32_t* live = &region.entries()[family].live_series;
  while (MayHaveOneMore(region, family)) {
    const uint32_t seen = LoadAcquire(live);
    if (seen < FamilyOf(region, family)->max_series && CompareAndSwap(live, seen, seen + 1)) {
      return true;
    }
  }
  return false;
}

// For the one thread that has moved the series from `former` to kStarting.
inline bool FinishStart(Region& region, uint32_t family, uint32_t index, EntryState former) {
  Entry& entry = region.entries()[index];
  const bool is_counted = !IsOverflow(region, family, index);
  const bool was_live = former == EntryState::kRemoved;
  const bool starts = (!is_counted || MayHaveOneMore(region, family)) &&
                      (!was_live || SetBaseline(region, index)) &&
                      (!is_counted || CountLive(region, family));
  if (starts && was_live) StoreRelaxed(&entry.created_unix_milliseconds, UnixMilliseconds());
  StoreRelease(&entry.state, uint32_t(starts ? EntryState::kLive : former));
  if (starts) CountChange(region);
  return starts;
}

// While another thread starts the series. False: it is taking too long.
inline bool WaitForStarter(Region& region, uint32_t index, uint32_t state, int attempt) {
  if (attempt < kYields) {
    sched_yield();
    return true;
  }
  if (!IsProcessAlive(region, state >> 8)) {
    CompareAndSwap(&region.entries()[index].state, state, uint32_t(EntryState::kRemoved));
    return true;
  }
  const timespec nap = {0, 1000000};
  nanosleep(&nap, nullptr);
  return attempt < kYields + kNaps;
}

// True once the series is live.
inline bool Start(Region& region, uint32_t family, uint32_t index) {
  uint32_t* state = &region.entries()[index].state;
  for (int attempt = 0;; ++attempt) {
    const uint32_t seen = LoadAcquire(state);
    switch (StateOf(seen)) {
      case EntryState::kLive:
        return true;
      case EntryState::kEmpty:
      case EntryState::kRemoved:
      case EntryState::kDormant:
        if (CompareAndSwap(state, seen, StartingBy(region.process_slot()))) {
          return FinishStart(region, family, index, StateOf(seen));
        }
        break;
      case EntryState::kStarting:
        if (!WaitForStarter(region, index, seen, attempt)) return false;
        break;
      default:
        return false;
    }
  }
}

}  // namespace series_state_internal

inline Shortage ShortageOf(const Region& region, uint32_t family) {
  return MayHaveOneMore(region, family) ? Shortage::kSeries : Shortage::kMaxSeries;
}

// Whether the entry is the series that it was in that generation, and shown.
inline bool IsLiveSeries(const Region& region, uint32_t index, uint32_t generation) {
  if (index >= region.EntryCount()) return false;
  const Entry& entry = region.entries()[index];
  return EntryState(LoadAcquire(&entry.state)) == EntryState::kLive &&
         LoadAcquire(&entry.generation) == generation;
}

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

// The series that takes what does not fit, made live if it is not.
inline SeriesResult UseOverflow(Region& region, uint32_t family) {
  using namespace series_state_internal;
  const uint32_t index = LoadAcquire(&region.entries()[family].overflow_entry);
  if (index >= region.EntryCount() || !Start(region, family, index))
    return {SeriesOutcome::kFull, kNoIndex, 0, ShortageOf(region, family)};
  return {SeriesOutcome::kOverflow, index, region.entries()[index].generation,
          ShortageOf(region, family)};
}

// Makes a series of the family live if it is not, and if its family may have one more.
inline SeriesResult StartSeries(Region& region, uint32_t family, uint32_t index) {
  using namespace series_state_internal;
  if (IsOverflow(region, family, index) || !Start(region, family, index))
    return UseOverflow(region, family);
  return {SeriesOutcome::kOwn, index, region.entries()[index].generation};
}

// False when it is hidden already.
inline bool HideSeries(Region& region, uint32_t family, uint32_t index) {
  using namespace series_state_internal;
  Entry& entry = region.entries()[index];
  if (!CompareAndSwap(&entry.state, uint32_t(EntryState::kLive), uint32_t(EntryState::kRemoved))) {
    return false;
  }
  if (!IsOverflow(region, family, index)) {
    FetchAdd(&region.entries()[family].live_series, uint32_t(-1));
  }
  RegionHeader* header = region.header();
  const uint64_t epoch = LoadAcquire(&header->removals) + 1;
  StoreRelaxed(&header->removed_entries[epoch % kRemovalsKept], index);
  StoreRelease(&header->removals, epoch);
  CountChange(region);
  return true;
}

// Hides what a dead process left half started in the slot that is now this process'.
inline void AbandonStartsOfPredecessor(Region& region) {
  const uint32_t count = region.EntryCount();
  for (uint32_t index = 0; index < count; ++index) {
    CompareAndSwap(&region.entries()[index].state, StartingBy(region.process_slot()),
                   uint32_t(EntryState::kRemoved));
  }
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_SERIES_STATE_H_
