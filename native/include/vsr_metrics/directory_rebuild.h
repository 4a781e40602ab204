// Brings the directory of a region in order after the process that was changing it has died.
//
// Every entry says what it is, what it takes up and what has become of it. All else follows from
// the entries: chains, queues, counts and cursors. So whoever changes the directory may stop
// anywhere, as long as a cursor moves before an entry lies below it, and each single store leaves
// the entry sound. By state:
//
//   kEmpty     the last entry only: it is being made, and is given up
//   kLive      counted, and in its chain
//   kDormant   in its chain
//   kRemoved   in its family's queue. Its epoch tells where; one that is later than the last
//   removal,
//              or is none yet, is that of a removal that was under way, which is completed
#ifndef VSR_METRICS_DIRECTORY_REBUILD_H_
#define VSR_METRICS_DIRECTORY_REBUILD_H_

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "directory.h"
#include "entry_check.h"
#include "region.h"

namespace vsr_metrics {

namespace directory_internal {

// ---- What holders of the lock do to chains and queues ----

inline void Link(Region& region, uint32_t index) {
  Entry& entry = region.entries()[index];
  uint32_t* bucket = BucketOf(region, entry.hash);
  StoreRelease(&entry.next, LoadRelaxed(bucket));
  StoreRelease(bucket, index + 1);
}

inline void Unlink(Region& region, uint32_t index) {
  const Entry& entry = region.entries()[index];
  uint32_t* link = BucketOf(region, entry.hash);
  const uint32_t count = region.EntryCount();
  for (uint32_t step = 0; step < count && LoadRelaxed(link) - 1 < count; ++step) {
    if (*link == index + 1) {
      StoreRelease(link, LoadRelaxed(&entry.next));
      return;
    }
    link = &region.entries()[*link - 1].next;
  }
}

// To the end of the queue of its family's removed entries.
inline void Enqueue(Region& region, uint32_t index) {
  Entry& entry = region.entries()[index];
  Entry& family = region.entries()[entry.family];
  StoreRelease(&entry.next, uint32_t{0});
  const uint32_t last = family.removed_last;
  if (last - 1 < region.EntryCount()) {
    StoreRelease(&region.entries()[last - 1].next, index + 1);
  } else {
    family.removed_first = index + 1;
  }
  family.removed_last = index + 1;
}

// The first of the queue is taken out of it.
inline void Dequeue(Region& region, Entry& family) {
  family.removed_first = region.entries()[family.removed_first - 1].next;
  if (family.removed_first == 0) family.removed_last = 0;
}

inline void CountChange(Region& region) { FetchAdd(&region.header()->layout_changes, uint64_t{1}); }

// Tells everybody that the entry's series was removed: threads that hold it find out by its number.
inline void AnnounceRemoval(Region& region, uint32_t index, uint64_t epoch) {
  RegionHeader* header = region.header();
  StoreRelaxed(&header->removed_entries[epoch % kRemovalsKept], index);
  StoreRelease(&header->removals, epoch);
  CountChange(region);
}

// ---- and what follows from the entries ----

struct Cursors {
  uint64_t heap;
  uint64_t shared = 0;
  uint64_t scalars = 0;
  uint64_t histograms = 0;

  void Include(const RegionHeader& header, const Entry& entry, const FamilyBlob& family) {
    const SeriesExtent extent = ExtentOf(entry, family);
    if (extent.shared > 0) shared = std::max(shared, entry.cell_offset + extent.shared);
    if (extent.scalars > 0) scalars = std::max(scalars, entry.cell_offset + extent.scalars);
    if (extent.cells == 0) return;
    histograms =
        std::max(histograms, entry.cells_page * kPageSize - header.scalars_size + extent.cells);
  }
};

}  // namespace directory_internal

// By the holder of the lock.
inline void RebuildDirectory(Region& region) {
  using namespace directory_internal;
  RegionHeader* header = region.header();
  Entry* entries = region.entries();
  uint32_t count = region.EntryCount();
  while (count > 0 && StateOf(entries[count - 1]) == EntryState::kEmpty) --count;
  StoreRelease(&header->entries_used, uint64_t{count});
  for (uint32_t bucket = 0; bucket < header->bucket_count; ++bucket) {
    StoreRelease(&region.buckets()[bucket], uint32_t{0});
  }
  Cursors cursors;
  cursors.heap = RoundUpToWord(header->default_labels_offset + header->default_labels_size);
  std::vector<std::pair<uint64_t, uint32_t>> removed;
  for (uint32_t index = 0; index < count; ++index) {
    Entry& entry = entries[index];
    const EntryState state = StateOf(entry);
    if (state == EntryState::kEmpty) continue;
    if (IsSoundFamily(region, entry)) {
      cursors.heap = std::max(cursors.heap, RoundUpToWord(entry.blob_offset + entry.blob_size));
      StoreRelease(&entry.live_series, uint32_t{0});
      entry.removed_first = 0;
      entry.removed_last = 0;
      Link(region, index);
      continue;
    }
    if (!IsSoundSeries(region, entry, index)) continue;
    Entry& family = entries[entry.family];
    cursors.heap = std::max(cursors.heap, entry.blob_offset + entry.blob_capacity);
    cursors.Include(*header, entry, *FamilyOf(region, entry.family));
    if (state == EntryState::kRemoved) {
      removed.emplace_back(entry.removed_epoch, index);
      continue;
    }
    Link(region, index);
    if (state == EntryState::kLive && family.overflow_entry != index) {
      StoreRelease(&family.live_series, family.live_series + 1);
    }
  }
  StoreRelease(&header->heap_used, cursors.heap);
  StoreRelease(&header->shared_used, cursors.shared);
  StoreRelease(&header->scalars_used, cursors.scalars);
  StoreRelease(&header->histograms_used, cursors.histograms);

  std::sort(removed.begin(), removed.end());
  for (const auto& [epoch, index] : removed) {
    if (epoch > header->removals) {
      StoreRelease(&entries[index].removed_epoch, header->removals + 1);
      AnnounceRemoval(region, index, header->removals + 1);
    }
    Enqueue(region, index);
  }
  CountChange(region);
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_DIRECTORY_REBUILD_H_
