// The directory of a region: what its entries say, and finding one of them. Nobody waits here.
//
//   const uint32_t family = FindFamily(region, "vsr_operations_total");
//   const LiveSeries series = FindLive(region, family, R"({"status":"success"})");
//
// Whoever holds the directory's lock changes it (directory_lock.h); whoever reads it meanwhile
// finds an entry as it was or as it is, never half of each: a series is only shown while its state
// says so, and under the generation that it had then.
#ifndef VSR_METRICS_DIRECTORY_H_
#define VSR_METRICS_DIRECTORY_H_

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "region.h"

namespace vsr_metrics {

constexpr uint64_t RoundUpToWord(uint64_t size) { return (size + 7) / 8 * 8; }

// The bytes of an entry's blob; empty when they do not fit into the heap. Those of a series may
// change while they are looked at, unless the directory is locked: see CopyKey.
inline std::string_view BlobOf(const Region& region, const Entry& entry) {
  const uint64_t used = region.HeapUsed();
  const uint64_t offset = LoadRelaxed(&entry.blob_offset);
  const uint64_t size = LoadRelaxed(&entry.blob_size);
  if (offset % 8 != 0 || offset > used || size > used - offset) return {};
  return {reinterpret_cast<const char*>(region.heap() + offset), size};
}

// What a family's blob says.
struct FamilyView {
  FamilyBlob blob;
  std::string_view name;
  std::string_view description;  // JSON: what whoever made the family left for its readers
  const char* bounds;            // blob.bound_count doubles
  const char* bound_cells;       // as many uint32

  double BoundAt(uint32_t index) const {
    double bound;
    memcpy(&bound, bounds + 8ull * index, sizeof bound);
    return bound;
  }
  // See kBoundSplitFlag.
  uint32_t BoundCellAt(uint32_t index) const {
    uint32_t cell;
    memcpy(&cell, bound_cells + 4ull * index, sizeof cell);
    return cell;
  }
};

// False when it does not hold what it claims to.
inline bool ViewFamily(const Region& region, const Entry& entry, FamilyView* view) {
  const std::string_view blob = BlobOf(region, entry);
  if (blob.size() < sizeof view->blob) return false;
  memcpy(&view->blob, blob.data(), sizeof view->blob);
  const uint64_t start = FamilyKeyOffset(view->blob.bound_count);
  const uint64_t name_size = view->blob.name_size;
  if (start + name_size + view->blob.description_size > blob.size()) return false;
  view->name = blob.substr(start, name_size);
  view->description = blob.substr(start + name_size, view->blob.description_size);
  view->bounds = blob.data() + sizeof view->blob;
  view->bound_cells = view->bounds + 8ull * view->blob.bound_count;
  return true;
}

// What a family's blob says; null when it does not fit into the heap.
inline const FamilyBlob* FamilyOf(const Region& region, uint32_t family) {
  if (family >= region.header()->entry_capacity) return nullptr;
  const std::string_view blob = BlobOf(region, region.entries()[family]);
  if (blob.size() < sizeof(FamilyBlob)) return nullptr;
  return reinterpret_cast<const FamilyBlob*>(blob.data());
}

// The part of the blob that identifies the entry: a family's name, a series' labels. For series see
// BlobOf.
inline std::string_view KeyOf(const Region& region, const Entry& entry) {
  if (entry.type == uint8_t(EntryType::kSeries)) return BlobOf(region, entry);
  FamilyView family;
  return ViewFamily(region, entry, &family) ? family.name : std::string_view();
}

inline std::string_view DescriptionOf(const Region& region, const Entry& entry) {
  FamilyView family;
  return ViewFamily(region, entry, &family) ? family.description : std::string_view();
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

inline EntryState StateOf(const Entry& entry) { return EntryState(LoadAcquire(&entry.state)); }

// Whether the entry is the series that it was in that generation, and shown.
inline bool IsLiveSeries(const Region& region, uint32_t index, uint32_t generation) {
  if (index >= region.EntryCount()) return false;
  const Entry& entry = region.entries()[index];
  return StateOf(entry) == EntryState::kLive && LoadAcquire(&entry.generation) == generation;
}

// The labels of a series. False when it is no live series of that generation (any more).
inline bool CopyKey(const Region& region, uint32_t index, uint32_t generation, std::string* key) {
  if (!IsLiveSeries(region, index, generation)) return false;
  const std::string_view blob = BlobOf(region, region.entries()[index]);
  key->resize(blob.size());
  for (size_t at = 0; at < blob.size(); at += 8) {
    // Blobs start on words and end within one that is theirs.
    const uint64_t word = LoadRelaxed(reinterpret_cast<const uint64_t*>(blob.data() + at));
    memcpy(&(*key)[at], &word, std::min<size_t>(8, blob.size() - at));
  }
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  return IsLiveSeries(region, index, generation);
}

// What a gauge reads that nobody has set.
inline double UnsetValue(const Entry& entry) {
  return (entry.flags & kStartsAtZero) != 0 ? 0.0 : std::numeric_limits<double>::quiet_NaN();
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

inline uint32_t* BucketOf(const Region& region, uint32_t hash) {
  return &region.buckets()[hash & (region.header()->bucket_count - 1)];
}

inline bool HasKey(const Region& region, const Entry& entry, std::string_view key) {
  const std::string_view there = KeyOf(region, entry);
  if (there.size() != key.size()) return false;
  if (entry.type == uint8_t(EntryType::kFamily)) return there == key;
  for (size_t at = 0; at < key.size(); at += 8) {
    const size_t size = std::min<size_t>(8, key.size() - at);
    const uint64_t word = LoadRelaxed(reinterpret_cast<const uint64_t*>(there.data() + at));
    if (memcmp(&word, key.data() + at, size) != 0) return false;
  }
  return true;
}

inline bool IsWanted(const Region& region, const Entry& entry, const Wanted& wanted) {
  return LoadRelaxed(&entry.hash) == wanted.hash && entry.type == uint8_t(wanted.type) &&
         (wanted.type == EntryType::kFamily || entry.family == wanted.family) &&
         HasKey(region, entry, wanted.key);
}

// The entry in its chain, whatever its state; kNoIndex. Without the lock it may miss one, or find
// one that is becoming another: an entry that becomes another series leads into another chain.
inline uint32_t Find(const Region& region, const Wanted& wanted) {
  const Entry* entries = region.entries();
  const uint32_t count = region.EntryCount();
  // A child made by fork() finds nothing but zeros.
  if (region.header()->bucket_count == 0) return kNoIndex;
  uint32_t link = LoadAcquire(BucketOf(region, wanted.hash));
  // Counted: the chain of a damaged region may be a ring.
  for (uint32_t step = 0; step < count && link - 1 < count; ++step) {
    const Entry& entry = entries[link - 1];
    if (IsWanted(region, entry, wanted)) return link - 1;
    link = LoadAcquire(&entry.next);
  }
  return kNoIndex;
}

// The same without chains, which takes longer and misses nothing that stays what it is.
inline uint32_t FindAmongAll(const Region& region, const Wanted& wanted) {
  const uint32_t count = region.EntryCount();
  for (uint32_t index = 0; index < count; ++index) {
    if (IsWanted(region, region.entries()[index], wanted)) return index;
  }
  return kNoIndex;
}

}  // namespace directory_internal

// The family of that name in its chain, or kNoIndex: for whoever has the lock, or takes it after a
// miss.
inline uint32_t FindFamilyInChain(const Region& region, std::string_view name) {
  using namespace directory_internal;
  const uint32_t index = Find(region, Want(EntryType::kFamily, kNoIndex, name));
  if (index == kNoIndex || StateOf(region.entries()[index]) != EntryState::kLive) return kNoIndex;
  return index;
}

// The family of that name, or kNoIndex. Families stay: it finds each that was there when it began.
inline uint32_t FindFamily(const Region& region, std::string_view name) {
  using namespace directory_internal;
  const uint32_t in_chain = FindFamilyInChain(region, name);
  if (in_chain != kNoIndex) return in_chain;
  const uint32_t index = FindAmongAll(region, Want(EntryType::kFamily, kNoIndex, name));
  if (index == kNoIndex || StateOf(region.entries()[index]) != EntryState::kLive) return kNoIndex;
  return index;
}

struct LiveSeries {
  uint32_t index = kNoIndex;
  uint32_t generation = 0;
};

// The series of the family with these labels that is shown. May miss one that has just been made.
inline LiveSeries FindLive(const Region& region, uint32_t family, std::string_view key) {
  using namespace directory_internal;
  const Wanted wanted = Want(EntryType::kSeries, family, key);
  const uint32_t index = Find(region, wanted);
  if (index == kNoIndex) return {};
  const Entry& entry = region.entries()[index];
  const uint32_t generation = LoadAcquire(&entry.generation);
  // Once more, now that there is a generation to hold it against.
  if (StateOf(entry) != EntryState::kLive || !HasKey(region, entry, key)) return {};
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  return IsLiveSeries(region, index, generation) ? LiveSeries{index, generation} : LiveSeries{};
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_DIRECTORY_H_
