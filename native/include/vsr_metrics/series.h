// Series: found or made, by any thread of any process.
//
//   const SeriesResult series = FindOrAddSeries(region, family, R"({"status":"success"})");
//
// The labels are the identity of a series: as JSON, all of the family's in its order. A series that
// was removed does not come back: the same labels are another series then. It gets the entry and
// the cells of one of its family that was removed long enough ago (removals.h), with nothing in
// them, or new ones.
//
// The stores of each function are in an order that leaves every entry sound: see
// directory_rebuild.h.
#ifndef VSR_METRICS_SERIES_H_
#define VSR_METRICS_SERIES_H_

#include <cstdint>
#include <cstring>
#include <string_view>

#include "baseline.h"
#include "directory.h"
#include "directory_lock.h"
#include "entry_check.h"
#include "region.h"
#include "removals.h"
#include "room.h"

namespace vsr_metrics {

enum class SeriesOutcome {
  kOwn,       // the series asked for
  kOverflow,  // there was no room: the family's overflow series
  kFull,      // there was no room, and the family has no overflow series, or no memory for it
};
struct SeriesResult {
  SeriesOutcome outcome;
  uint32_t index;
  uint32_t generation = 0;
  Shortage shortage = Shortage::kNone;
  bool is_delayed = false;  // a removed one was there, and some thread may still hold it
};

namespace series_internal {

using namespace directory_internal;

// Words, because whoever looks for a series may be reading them.
inline void StoreKey(Region& region, const Entry& entry, std::string_view key) {
  uint8_t* to = region.heap() + entry.blob_offset;
  for (size_t at = 0; at < key.size(); at += 8) {
    uint64_t word = 0;
    memcpy(&word, key.data() + at, std::min<size_t>(8, key.size() - at));
    StoreRelaxed(reinterpret_cast<uint64_t*>(to + at), word);
  }
}

inline void ClearSharedCell(Region& region, const Entry& entry) {
  auto* cell = reinterpret_cast<GaugeCell*>(region.shared() + entry.cell_offset);
  StoreRelaxed(&cell->value, UnsetValue(entry));
  StoreRelaxed(&cell->sampled_monotonic_milliseconds, 0.0);
}

inline void StoreZeros(uint8_t* bytes, uint64_t size) {
  for (uint64_t at = 0; at < size; at += 8) {
    StoreRelaxed(reinterpret_cast<uint64_t*>(bytes + at), uint64_t{0});
  }
}

// Sets everything that was ever recorded for the entry to nothing, in all lanes. Nobody else writes
// there: no thread holds its series any more, and none has been given the next one.
inline void ClearCells(Region& region, const Entry& entry, const FamilyBlob& family) {
  const SeriesExtent extent = ExtentOf(entry, family);
  if (extent.shared > 0) {
    ClearSharedCell(region, entry);
    return;
  }
  const uint32_t lanes = region.LanesInUse();
  for (uint32_t lane = kBaselineLane; lane < lanes; ++lane) {
    if (!region.HasScalars(lane, entry.cell_offset, extent.scalars)) continue;
    uint8_t* scalars = region.lane(lane) + entry.cell_offset;
    if (extent.cells > 0) {
      // The cells first: the head tells which they are.
      const auto* head = reinterpret_cast<const HistogramHead*>(scalars);
      const uint32_t high = std::min(LoadRelaxed(&head->touched_high), family.cell_count);
      const uint32_t low = std::min(LoadRelaxed(&head->touched_low), high);
      StoreZeros(region.lane(lane) + entry.cells_page * kPageSize + 8ull * low,
                 8ull * (high - low));
    }
    StoreZeros(scalars, extent.scalars);
  }
}

// From now on the series is found and shown.
inline void Show(Region& region, uint32_t index, EntryState state) {
  Link(region, index);
  StoreRelease(&region.entries()[index].state, uint32_t(state));
  CountChange(region);
}

// A new entry for a series. kNoIndex, and why.
inline uint32_t AddEntry(Region& region, const Wanted& wanted, EntryState state,
                         Shortage* shortage) {
  const Entry& family = region.entries()[wanted.family];
  const FamilyBlob* blob = FamilyOf(region, wanted.family);
  Room room;
  *shortage = FindRoom(region, wanted.key.size(), ExtentOf(family, *blob), &room);
  if (*shortage != Shortage::kNone) return kNoIndex;
  TakeRoom(region, room);
  Entry& entry = region.entries()[room.index];
  StoreRelease(&entry.state, uint32_t(EntryState::kEmpty));
  StoreRelaxed(&entry.generation, uint32_t{1});
  StoreRelaxed(&entry.hash, wanted.hash);
  StoreRelaxed(&entry.blob_offset, room.blob_offset);
  StoreRelaxed(&entry.blob_size, uint32_t(wanted.key.size()));
  entry.blob_capacity = uint32_t(room.blob_capacity);
  entry.cell_offset = room.cell_offset;
  StoreRelaxed(&entry.created_unix_milliseconds, UnixMilliseconds());
  entry.family = wanted.family;
  entry.cells_page = room.cells_page;
  entry.type = uint8_t(EntryType::kSeries);
  entry.kind = family.kind;
  entry.combine = family.combine;
  entry.flags = family.flags;
  entry.removed_last = 0;
  StoreKey(region, entry, wanted.key);
  if (room.extent.shared > 0) ClearSharedCell(region, entry);
  StoreRelease(&region.header()->entries_used, uint64_t{room.index} + 1);
  Show(region, room.index, state);
  return room.index;
}

// Room for a key that is longer than the one before it. Twice as much as needed at the most, so
// that a series of keys that grow wastes no more than it uses.
inline Shortage GrowKey(Region& region, Entry& entry, uint64_t size) {
  if (size <= entry.blob_capacity) return Shortage::kNone;
  uint64_t capacity = 32;
  while (capacity < size) capacity *= 2;
  uint64_t offset;
  const Shortage shortage = FindHeapRoom(region, capacity, &offset);
  if (shortage != Shortage::kNone) return shortage;
  StoreRelease(&region.header()->heap_used, offset + capacity);
  StoreRelease(&entry.blob_offset, offset);
  entry.blob_capacity = uint32_t(capacity);
  return Shortage::kNone;
}

// The entry of the family that was removed first, made another series. kNoIndex: there is none, it
// may still be held (then `is_delayed`), or there is no room for its key.
inline uint32_t ReuseEntry(Region& region, const Wanted& wanted, bool* is_delayed) {
  Entry& family = region.entries()[wanted.family];
  const uint32_t index = family.removed_first - 1;
  if (index >= region.EntryCount()) return kNoIndex;
  Entry& entry = region.entries()[index];
  if (entry.family != wanted.family || StateOf(entry) != EntryState::kRemoved ||
      !IsSoundSeries(region, entry, index)) {
    return kNoIndex;
  }
  *is_delayed = entry.removed_epoch > AcknowledgedByAll(region);
  if (*is_delayed || GrowKey(region, entry, wanted.key.size()) != Shortage::kNone) return kNoIndex;
  ClearCells(region, entry, *FamilyOf(region, wanted.family));
  StoreRelease(&entry.generation, entry.generation + 1);
  StoreRelaxed(&entry.hash, wanted.hash);
  StoreRelaxed(&entry.blob_size, uint32_t(wanted.key.size()));
  StoreKey(region, entry, wanted.key);
  Dequeue(region, family);
  StoreRelease(&entry.created_unix_milliseconds, UnixMilliseconds());
  Show(region, index, EntryState::kLive);
  return index;
}

// Makes the family's overflow series live if it is not. Without the lock when it was never removed:
// there is nothing then but its state.
inline Shortage ShowOverflow(Region& region, uint32_t index, bool is_locked) {
  Entry& entry = region.entries()[index];
  if (StateOf(entry) == EntryState::kLive) return Shortage::kNone;
  if (LoadAcquire(&entry.generation) > 1) {
    if (!is_locked) return Shortage::kBusy;
    // Threads that hold it go on recording in it: what they did meanwhile does not count.
    if (!SetBaseline(region, index)) return Shortage::kMemory;
    StoreRelaxed(&entry.created_unix_milliseconds, UnixMilliseconds());
  }
  if (CompareAndSwap(&entry.state, uint32_t(EntryState::kDormant), uint32_t(EntryState::kLive))) {
    CountChange(region);
  }
  return Shortage::kNone;
}

// The series that takes what does not fit.
inline SeriesResult UseOverflow(Region& region, uint32_t family, SeriesResult missed,
                                bool is_locked) {
  const uint32_t index = LoadAcquire(&region.entries()[family].overflow_entry);
  if (index >= region.EntryCount() || !IsSoundSeries(region, region.entries()[index], index)) {
    return missed;
  }
  const Shortage shortage = ShowOverflow(region, index, is_locked);
  if (shortage != Shortage::kNone) {
    missed.shortage = shortage;
    return missed;
  }
  missed.outcome = SeriesOutcome::kOverflow;
  missed.index = index;
  missed.generation = LoadAcquire(&region.entries()[index].generation);
  return missed;
}

// With the directory locked.
inline SeriesResult AddSeries(Region& region, const Wanted& wanted) {
  SeriesResult result = {SeriesOutcome::kFull, kNoIndex};
  Entry& family = region.entries()[wanted.family];
  const uint32_t found = Find(region, wanted);
  if (found != kNoIndex) {
    const Entry& entry = region.entries()[found];
    if (StateOf(entry) == EntryState::kDormant || found == family.overflow_entry) {
      // Whoever made it may have died before it said so.
      StoreRelease(&family.overflow_entry, found);
      return UseOverflow(region, wanted.family, result, true);
    }
    if (IsSoundSeries(region, entry, found)) {
      return {SeriesOutcome::kOwn, found, entry.generation};
    }
  }
  if (family.live_series >= FamilyOf(region, wanted.family)->max_series) {
    result.shortage = Shortage::kMaxSeries;
    return UseOverflow(region, wanted.family, result, true);
  }
  uint32_t index = ReuseEntry(region, wanted, &result.is_delayed);
  if (index == kNoIndex) index = AddEntry(region, wanted, EntryState::kLive, &result.shortage);
  if (index == kNoIndex) return UseOverflow(region, wanted.family, result, true);
  StoreRelease(&family.live_series, family.live_series + 1);
  result.outcome = SeriesOutcome::kOwn;
  result.index = index;
  result.generation = region.entries()[index].generation;
  return result;
}

// With the directory locked. The overflow series of a family sleeps until it is needed again.
inline void Hide(Region& region, uint32_t index) {
  Entry& entry = region.entries()[index];
  Entry& family = region.entries()[entry.family];
  const uint64_t epoch = LoadAcquire(&region.header()->removals) + 1;
  if (family.overflow_entry == index) {
    StoreRelease(&entry.generation, entry.generation + 1);
    StoreRelease(&entry.state, uint32_t(EntryState::kDormant));
    AnnounceRemoval(region, index, epoch);
    return;
  }
  StoreRelease(&entry.state, uint32_t(EntryState::kRemoved));
  StoreRelease(&entry.removed_epoch, epoch);
  Unlink(region, index);
  Enqueue(region, index);
  StoreRelease(&family.live_series, family.live_series - 1);
  AnnounceRemoval(region, index, epoch);
}

}  // namespace series_internal

// The series of the family with exactly these labels (`key`: a JSON object, labels in the family's
// order), or its overflow series.
inline SeriesResult FindOrAddSeries(Region& region, uint32_t family, std::string_view key) {
  using namespace series_internal;
  const Wanted wanted = Want(EntryType::kSeries, family, key);
  SeriesResult missed = {SeriesOutcome::kFull, kNoIndex, 0, Shortage::kSeries};
  if (family >= region.EntryCount() || !IsSoundFamily(region, region.entries()[family])) {
    return missed;
  }
  const LiveSeries found = FindLive(region, family, key);
  if (found.index != kNoIndex &&
      IsSoundSeries(region, region.entries()[found.index], found.index)) {
    const bool is_own = LoadAcquire(&region.entries()[family].overflow_entry) != found.index;
    return {is_own ? SeriesOutcome::kOwn : SeriesOutcome::kOverflow, found.index, found.generation};
  }
  const DirectoryLock lock(region);
  if (lock.is_held()) return AddSeries(region, wanted);
  missed.shortage = Shortage::kBusy;
  return UseOverflow(region, family, missed, false);
}

// What became of a series that was to be removed.
enum class Removal { kRemoved, kNotFound, kBusy };

// Hides the series from now on; `index` becomes that of its entry.
inline Removal RemoveSeries(Region& region, uint32_t family, std::string_view key,
                            uint32_t* index) {
  using namespace series_internal;
  const DirectoryLock lock(region);
  if (!lock.is_held()) return Removal::kBusy;
  *index = Find(region, Want(EntryType::kSeries, family, key));
  if (*index == kNoIndex || StateOf(region.entries()[*index]) != EntryState::kLive ||
      !IsSoundSeries(region, region.entries()[*index], *index)) {
    return Removal::kNotFound;
  }
  Hide(region, *index);
  return Removal::kRemoved;
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_SERIES_H_
