// The directory of a region: where families and series are found, by any thread without a lock.
//
// An entry is written whole and then linked into its hash chain by one compare-and-swap. Whoever
// loses that race finds the winner's entry; whoever dies before it leaks a slot and blocks nobody.
// series.h makes series; the addon makes families.
#ifndef VSR_METRICS_DIRECTORY_H_
#define VSR_METRICS_DIRECTORY_H_

#include <cstdint>
#include <cstring>
#include <string_view>

#include "region.h"

namespace vsr_metrics {

// The bytes of an entry's blob; empty when they do not fit into the heap.
inline std::string_view BlobOf(const Region& region, const Entry& entry) {
  const uint64_t size = region.header()->heap_size;
  if (entry.blob_offset > size || entry.blob_size > size - entry.blob_offset) return {};
  return {reinterpret_cast<const char*>(region.heap() + entry.blob_offset), entry.blob_size};
}

// The part of the blob that identifies the entry: a family's name, a series' labels.
inline std::string_view KeyOf(const Region& region, const Entry& entry) {
  const std::string_view blob = BlobOf(region, entry);
  if (entry.type == uint8_t(EntryType::kSeries)) return blob;
  if (blob.size() < sizeof(FamilyBlob)) return {};
  FamilyBlob family;
  memcpy(&family, blob.data(), sizeof family);
  const uint64_t key_offset = FamilyKeyOffset(family.bound_count);
  if (key_offset > blob.size() || family.name_size > blob.size() - key_offset) return {};
  return blob.substr(key_offset, family.name_size);
}

// What a family's blob says; null when it does not fit into the heap.
inline const FamilyBlob* FamilyOf(const Region& region, uint32_t family) {
  if (family >= region.header()->entry_capacity) return nullptr;
  const std::string_view blob = BlobOf(region, region.entries()[family]);
  if (blob.size() < sizeof(FamilyBlob)) return nullptr;
  return reinterpret_cast<const FamilyBlob*>(blob.data());
}

// The JSON that whoever made the family left for its readers.
inline std::string_view DescriptionOf(const Region& region, const Entry& family) {
  const std::string_view blob = BlobOf(region, family);
  if (blob.size() < sizeof(FamilyBlob)) return {};
  FamilyBlob head;
  memcpy(&head, blob.data(), sizeof head);
  const uint64_t start = FamilyKeyOffset(head.bound_count) + head.name_size;
  if (start > blob.size() || head.description_size > blob.size() - start) return {};
  return blob.substr(start, head.description_size);
}

// What a series takes up: scalars in every lane, or a shared cell; and the cells of a histogram.
struct SeriesExtent {
  uint64_t scalars = 0;
  uint64_t shared = 0;
  uint64_t cells = 0;
};

inline SeriesExtent ExtentOf(const Entry& entry, const FamilyBlob& family) {
  SeriesExtent extent;
  switch (Kind(entry.kind)) {
    case Kind::kCounter:
      extent.scalars = sizeof(CounterCell);
      break;
    case Kind::kGauge:
      if (Combine(entry.combine) == Combine::kLast) {
        extent.shared = kCacheLine;
      } else {
        extent.scalars = sizeof(GaugeCell);
      }
      break;
    case Kind::kHistogram:
      extent.scalars = HistogramHeadSize(family.split_count, family.bound_count);
      extent.cells = HistogramCellsSize(family.cell_count);
      break;
  }
  return extent;
}

namespace directory_internal {

inline uint32_t Hash(EntryType type, uint32_t family, std::string_view key) {
  uint32_t hash = 2166136261u;
  const auto mix = [&hash](uint8_t byte) { hash = (hash ^ byte) * 16777619u; };
  mix(uint8_t(type));
  for (int shift = 0; shift < 32; shift += 8) mix(uint8_t(family >> shift));
  for (const char byte : key) mix(uint8_t(byte));
  return hash;
}

// What to look for: a family by its name, a series by its family and its labels as JSON.
struct Wanted {
  EntryType type;
  uint32_t family;  // kNoIndex for families
  std::string_view key;
  uint32_t hash;
};

inline Wanted Want(EntryType type, uint32_t family, std::string_view key) {
  return {type, family, key, Hash(type, family, key)};
}

inline bool HasRoom(const uint64_t* cursor, uint64_t size, uint64_t capacity) {
  return size <= capacity && LoadRelaxed(cursor) <= capacity - size;
}

// Takes `size` bytes from a cursor that only grows. False when the section is used up; the cursor
// then stays above its end, so that every later attempt fails as cheaply.
inline bool Take(uint64_t* cursor, uint64_t size, uint64_t capacity, uint64_t* offset) {
  if (!HasRoom(cursor, size, capacity)) return false;
  *offset = FetchAdd(cursor, size);
  return *offset <= capacity - size;
}

// Walks a chain from `link` up to, not including, `until`.
inline uint32_t FindInChain(const Region& region, const Wanted& wanted, uint32_t link,
                            uint32_t until) {
  const Entry* entries = region.entries();
  const uint32_t capacity = region.header()->entry_capacity;
  // Counted: the chain of a damaged region may be a ring.
  for (uint32_t step = 0; step < capacity && link != until && link - 1 < capacity; ++step) {
    const Entry& entry = entries[link - 1];
    if (entry.hash == wanted.hash && entry.type == uint8_t(wanted.type) &&
        (wanted.type == EntryType::kFamily || entry.family == wanted.family) &&
        KeyOf(region, entry) == wanted.key) {
      return link - 1;
    }
    link = entry.next;
  }
  return kNoIndex;
}

inline uint32_t* BucketOf(const Region& region, uint32_t hash) {
  return &region.buckets()[hash & (region.header()->bucket_count - 1)];
}

// The entry, or kNoIndex.
inline uint32_t Find(const Region& region, const Wanted& wanted) {
  return FindInChain(region, wanted, LoadAcquire(BucketOf(region, wanted.hash)), 0);
}

inline void CountChange(Region& region) { FetchAdd(&region.header()->layout_changes, uint64_t{1}); }

// From kEmpty to `state`. Also done by whoever finds a linked entry that is still empty: its maker
// may have died between the two steps.
inline void Finish(Region& region, uint32_t index, EntryState state) {
  Entry& entry = region.entries()[index];
  if (CompareAndSwap(&entry.state, uint32_t(EntryState::kEmpty), uint32_t(state))) {
    CountChange(region);
  }
}

// Links a written entry, unless another thread was faster; returns the index that won.
inline uint32_t Publish(Region& region, const Wanted& wanted, uint32_t index) {
  uint32_t* bucket = BucketOf(region, wanted.hash);
  uint32_t searched = 0;
  for (;;) {
    const uint32_t head = LoadAcquire(bucket);
    const uint32_t found = FindInChain(region, wanted, head, searched);
    if (found != kNoIndex) return found;
    searched = head;
    region.entries()[index].next = head;
    if (CompareAndSwap(bucket, head, index + 1)) return index;
  }
}

struct Slot {
  uint32_t index;
  uint64_t blob_offset;
};

// Room for an entry and its blob, reserved so that writing them cannot fail.
inline bool TakeSlot(Region& region, uint64_t blob_size, Slot* slot) {
  RegionHeader* header = region.header();
  const uint64_t rounded = (blob_size + 7) / 8 * 8;
  if (!Take(&header->heap_used, rounded, header->heap_size, &slot->blob_offset) ||
      !region.Reserve(region.heap() + slot->blob_offset, rounded)) {
    return false;
  }
  // Reserved before it is counted: readers look at every entry that is counted.
  for (;;) {
    const uint64_t used = LoadAcquire(&header->entries_used);
    if (used >= header->entry_capacity) return false;
    auto* entry = reinterpret_cast<uint8_t*>(&region.entries()[used]);
    if (!region.Reserve(entry, sizeof(Entry))) return false;
    if (!CompareAndSwap(&header->entries_used, used, used + 1)) continue;
    slot->index = uint32_t(used);
    return true;
  }
}

}  // namespace directory_internal

// The family of that name, or kNoIndex.
inline uint32_t FindFamily(const Region& region, std::string_view name) {
  using namespace directory_internal;
  return Find(region, Want(EntryType::kFamily, kNoIndex, name));
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_DIRECTORY_H_
