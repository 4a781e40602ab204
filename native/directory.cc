#include "directory.h"

#include <sched.h>

#include <cstring>

#include "baseline.h"
#include "lanes.h"
#include "shared_memory.h"

namespace vsr_metrics {
namespace {

uint32_t Hash(EntryType type, uint32_t family, std::string_view key) {
  uint32_t hash = 2166136261u;
  const auto mix = [&hash](uint8_t byte) { hash = (hash ^ byte) * 16777619u; };
  mix(uint8_t(type));
  for (int shift = 0; shift < 32; shift += 8) mix(uint8_t(family >> shift));
  for (const char byte : key) mix(uint8_t(byte));
  return hash;
}

bool HasRoom(const uint64_t* cursor, uint64_t size, uint64_t capacity) {
  return LoadRelaxed(cursor) + size <= capacity;
}

// Takes `size` bytes from a cursor that only grows. False when the section is used up; the cursor
// then stays above its end, so that every later attempt fails as cheaply.
bool Take(uint64_t* cursor, uint64_t size, uint64_t capacity, uint64_t* offset) {
  if (!HasRoom(cursor, size, capacity)) return false;
  *offset = FetchAdd(cursor, size);
  return *offset + size <= capacity;
}

struct Wanted {
  EntryType type;
  uint32_t family;  // kNoIndex for families
  std::string_view key;
  uint32_t hash;
};

Wanted Want(EntryType type, uint32_t family, std::string_view key) {
  return {type, family, key, Hash(type, family, key)};
}

// Walks a chain from `link` up to, not including, `until`.
uint32_t FindInChain(const Region& region, const Wanted& wanted, uint32_t link, uint32_t until) {
  const Entry* entries = region.entries();
  const uint32_t capacity = region.header()->entry_capacity;
  while (link != until && link != 0 && link <= capacity) {
    const Entry& entry = entries[link - 1];
    if (entry.hash == wanted.hash && entry.type == uint32_t(wanted.type) &&
        (wanted.type == EntryType::kFamily || entry.family == wanted.family) &&
        KeyOf(region, entry) == wanted.key) {
      return link - 1;
    }
    link = entry.next;
  }
  return kNoIndex;
}

uint32_t* BucketOf(const Region& region, uint32_t hash) {
  return &region.buckets()[hash & (region.header()->bucket_count - 1)];
}

uint32_t Find(const Region& region, const Wanted& wanted) {
  return FindInChain(region, wanted, LoadAcquire(BucketOf(region, wanted.hash)), 0);
}

void CountChange(Region& region) { FetchAdd(&region.header()->layout_changes, uint64_t{1}); }

// From kEmpty to `state`. Also done by whoever finds a linked entry that is still empty: its maker
// may have died between the two steps.
void Finish(Region& region, uint32_t index, EntryState state) {
  Entry& entry = region.entries()[index];
  if (CompareAndSwap(&entry.state, uint32_t(EntryState::kEmpty), uint32_t(state))) {
    CountChange(region);
  }
}

// Links a written entry, unless another thread was faster; returns the index that won.
uint32_t Publish(Region& region, const Wanted& wanted, uint32_t index, EntryState state) {
  uint32_t* bucket = BucketOf(region, wanted.hash);
  uint32_t searched = 0;
  for (;;) {
    const uint32_t head = LoadAcquire(bucket);
    const uint32_t found = FindInChain(region, wanted, head, searched);
    if (found != kNoIndex) {
      index = found;
      break;
    }
    searched = head;
    region.entries()[index].next = head;
    if (CompareAndSwap(bucket, head, index + 1)) break;
  }
  Finish(region, index, state);
  return index;
}

struct Slot {
  uint32_t index;
  uint64_t blob_offset;
};

// Room for an entry and its blob, reserved so that writing them cannot fail.
bool TakeSlot(Region& region, uint64_t blob_size, Slot* slot) {
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

bool TakeScalars(Region& region, uint64_t size, uint64_t* offset) {
  RegionHeader* header = region.header();
  return Take(&header->scalars_used, size, header->scalars_size, offset) &&
         ReserveScalars(region, *offset, size);
}

// The same bytes in every lane, and none of them used before.
bool TakeCells(Region& region, const Entry& family, const FamilyBlob& blob, uint64_t* offset,
               uint32_t* cells_page) {
  RegionHeader* header = region.header();
  *cells_page = 0;
  switch (Kind(family.kind)) {
    case Kind::kCounter:
      return TakeScalars(region, sizeof(CounterCell), offset);
    case Kind::kGauge:
      if (Combine(family.combine) != Combine::kLast) {
        return TakeScalars(region, sizeof(GaugeCell), offset);
      }
      return Take(&header->shared_used, kCacheLine, header->shared_size, offset) &&
             region.Reserve(region.shared() + *offset, kCacheLine);
    case Kind::kHistogram: {
      const uint64_t head = HistogramHeadSize(blob.split_count, blob.bound_count);
      const uint64_t capacity = header->lane_stride - header->scalars_size;
      uint64_t cells;
      if (!TakeScalars(region, head, offset) ||
          !Take(&header->histograms_used, HistogramCellsSize(blob.cell_count), capacity, &cells)) {
        return false;
      }
      *cells_page = uint32_t((header->scalars_size + cells) / kPageSize);
      return true;
    }
  }
  return false;
}

// Whether every section has room for one more series of the family. Asked first, because what was
// taken of one section is lost when another one turns out to be full, and labels that find no room
// are tried again and again.
bool HasRoomForSeries(const Region& region, uint64_t key_size, const Entry& family,
                      const FamilyBlob& blob) {
  const RegionHeader& header = *region.header();
  if (!HasRoom(&header.entries_used, 1, header.entry_capacity) ||
      !HasRoom(&header.heap_used, key_size + 7, header.heap_size)) {
    return false;
  }
  const auto scalars = [&header](uint64_t size) {
    return HasRoom(&header.scalars_used, size, header.scalars_size);
  };
  switch (Kind(family.kind)) {
    case Kind::kCounter:
      return scalars(sizeof(CounterCell));
    case Kind::kGauge:
      return Combine(family.combine) == Combine::kLast
                 ? HasRoom(&header.shared_used, kCacheLine, header.shared_size)
                 : scalars(sizeof(GaugeCell));
    case Kind::kHistogram:
      return scalars(HistogramHeadSize(blob.split_count, blob.bound_count)) &&
             HasRoom(&header.histograms_used, HistogramCellsSize(blob.cell_count),
                     header.lane_stride - header.scalars_size);
  }
  return false;
}

// kNoIndex: no room. `added` is false when another thread added the same series first.
uint32_t AddSeries(Region& region, const Wanted& wanted, EntryState state, bool* added) {
  *added = false;
  const Entry& family = region.entries()[wanted.family];
  const FamilyBlob* blob = FamilyOf(region, wanted.family);
  Slot slot;
  uint64_t cell_offset;
  uint32_t cells_page;
  if (blob == nullptr || !HasRoomForSeries(region, wanted.key.size(), family, *blob) ||
      !TakeSlot(region, wanted.key.size(), &slot) ||
      !TakeCells(region, family, *blob, &cell_offset, &cells_page)) {
    return kNoIndex;
  }
  memcpy(region.heap() + slot.blob_offset, wanted.key.data(), wanted.key.size());
  Entry& entry = region.entries()[slot.index];
  entry.type = uint32_t(EntryType::kSeries);
  entry.hash = wanted.hash;
  entry.blob_offset = slot.blob_offset;
  entry.blob_size = uint32_t(wanted.key.size());
  entry.family = wanted.family;
  entry.cell_offset = cell_offset;
  entry.cells_page = cells_page;
  entry.kind = family.kind;
  entry.combine = family.combine;
  entry.created_unix_milliseconds = UnixMilliseconds();
  entry.overflow_entry = kNoIndex;
  const uint32_t winner = Publish(region, wanted, slot.index, state);
  *added = winner == slot.index;
  return winner;
}

// A removed series comes back with its old cells; what they hold becomes its baseline.
void Revive(Region& region, uint32_t index) {
  Entry& entry = region.entries()[index];
  if (CompareAndSwap(&entry.state, uint32_t(EntryState::kRemoved), uint32_t(EntryState::kEmpty))) {
    SetBaseline(region, index);
    StoreRelaxed(&entry.created_unix_milliseconds, UnixMilliseconds());
    Finish(region, index, EntryState::kLive);
    return;
  }
  // Another thread is at it. It needs microseconds; should it have died, take over.
  for (int attempt = 0; attempt < 1000; ++attempt) {
    if (LoadAcquire(&entry.state) == uint32_t(EntryState::kLive)) return;
    sched_yield();
  }
  Finish(region, index, EntryState::kLive);
}

// Makes one more series of the family live, if it may have one more.
bool CountLive(Region& region, uint32_t family) {
  uint32_t* live = &region.entries()[family].live_series;
  if (FetchAdd(live, uint32_t{1}) < FamilyOf(region, family)->max_series) return true;
  FetchAdd(live, uint32_t(-1));
  return false;
}

SeriesResult Overflow(Region& region, uint32_t family) {
  const uint32_t index = LoadAcquire(&region.entries()[family].overflow_entry);
  if (index == kNoIndex) return {SeriesOutcome::kFull, kNoIndex};
  Entry& entry = region.entries()[index];
  if (CompareAndSwap(&entry.state, uint32_t(EntryState::kDormant), uint32_t(EntryState::kLive))) {
    CountChange(region);
  } else if (LoadAcquire(&entry.state) == uint32_t(EntryState::kRemoved)) {
    Revive(region, index);
  }
  return {SeriesOutcome::kOverflow, index};
}

}  // namespace

std::string_view BlobOf(const Region& region, const Entry& entry) {
  const uint64_t size = region.header()->heap_size;
  if (entry.blob_offset > size || entry.blob_size > size - entry.blob_offset) return {};
  return {reinterpret_cast<const char*>(region.heap() + entry.blob_offset), entry.blob_size};
}

std::string_view KeyOf(const Region& region, const Entry& entry) {
  const std::string_view blob = BlobOf(region, entry);
  if (entry.type == uint32_t(EntryType::kSeries)) return blob;
  if (blob.size() < sizeof(FamilyBlob)) return {};
  FamilyBlob family;
  memcpy(&family, blob.data(), sizeof family);
  if (entry.key_offset > blob.size() || family.name_size > blob.size() - entry.key_offset) {
    return {};
  }
  return blob.substr(entry.key_offset, family.name_size);
}

const FamilyBlob* FamilyOf(const Region& region, uint32_t family) {
  if (family >= region.header()->entry_capacity) return nullptr;
  const std::string_view blob = BlobOf(region, region.entries()[family]);
  if (blob.size() < sizeof(FamilyBlob)) return nullptr;
  return reinterpret_cast<const FamilyBlob*>(blob.data());
}

uint32_t FindOrAddFamily(Region& region, const FamilySpec& spec, Error* error) {
  const Wanted wanted = Want(EntryType::kFamily, kNoIndex, spec.name);
  const uint32_t found = Find(region, wanted);
  if (found != kNoIndex) {
    Finish(region, found, EntryState::kLive);
    return found;
  }

  const uint64_t bounds_size = spec.bounds.size() * sizeof(double);
  const uint64_t cells_size = (spec.bound_cells.size() * sizeof(uint32_t) + 7) / 8 * 8;
  const uint64_t key_offset = sizeof(FamilyBlob) + bounds_size + cells_size;
  const uint64_t blob_size = key_offset + spec.name.size() + spec.description.size();
  Slot slot;
  if (key_offset > 0xffff || !TakeSlot(region, blob_size, &slot)) {
    *error = {"VSR_METRICS_REGISTRY_FULL",
              "no room for the family " + spec.name + ": raise the option capacity.series (" +
                  std::to_string(region.header()->entry_capacity) + " families and series now)"};
    return kNoIndex;
  }

  FamilyBlob blob;
  blob.scale = spec.scale;
  blob.base_index = spec.base_index;
  blob.cell_count = spec.cell_count;
  blob.shift = spec.shift;
  blob.bound_count = uint32_t(spec.bounds.size());
  blob.split_count = spec.split_count;
  blob.max_series = spec.max_series;
  blob.name_size = uint32_t(spec.name.size());
  blob.description_size = uint32_t(spec.description.size());
  uint8_t* at = region.heap() + slot.blob_offset;
  memcpy(at, &blob, sizeof blob);
  if (bounds_size > 0) {
    memcpy(at + sizeof blob, spec.bounds.data(), bounds_size);
    memcpy(at + sizeof blob + bounds_size, spec.bound_cells.data(),
           spec.bound_cells.size() * sizeof(uint32_t));
  }
  memcpy(at + key_offset, spec.name.data(), spec.name.size());
  memcpy(at + key_offset + spec.name.size(), spec.description.data(), spec.description.size());

  Entry& entry = region.entries()[slot.index];
  entry.type = uint32_t(EntryType::kFamily);
  entry.hash = wanted.hash;
  entry.blob_offset = slot.blob_offset;
  entry.blob_size = uint32_t(blob_size);
  entry.family = slot.index;
  entry.kind = uint8_t(spec.kind);
  entry.combine = uint8_t(spec.combine);
  entry.key_offset = uint16_t(key_offset);
  entry.created_unix_milliseconds = UnixMilliseconds();
  entry.overflow_entry = kNoIndex;
  return Publish(region, wanted, slot.index, EntryState::kLive);
}

bool AddOverflowSeries(Region& region, uint32_t family, std::string_view key) {
  Entry& entry = region.entries()[family];
  if (LoadAcquire(&entry.overflow_entry) != kNoIndex) return true;
  const Wanted wanted = Want(EntryType::kSeries, family, key);
  uint32_t index = Find(region, wanted);
  bool added;
  if (index == kNoIndex) index = AddSeries(region, wanted, EntryState::kDormant, &added);
  if (index == kNoIndex) return false;
  CompareAndSwap(&entry.overflow_entry, kNoIndex, index);
  return true;
}

SeriesResult FindOrAddSeries(Region& region, uint32_t family, std::string_view key) {
  const Wanted wanted = Want(EntryType::kSeries, family, key);
  uint32_t index = Find(region, wanted);
  if (index != kNoIndex) {
    Entry& entry = region.entries()[index];
    switch (EntryState(LoadAcquire(&entry.state))) {
      case EntryState::kLive:
        break;
      case EntryState::kEmpty:
        Finish(region, index, EntryState::kLive);
        break;
      case EntryState::kDormant:
        return Overflow(region, family);
      case EntryState::kRemoved:
        if (LoadAcquire(&region.entries()[family].overflow_entry) == index) {
          return Overflow(region, family);
        }
        if (!CountLive(region, family)) return Overflow(region, family);
        Revive(region, index);
        break;
    }
    return {SeriesOutcome::kOwn, index};
  }
  if (!CountLive(region, family)) return Overflow(region, family);
  bool added;
  index = AddSeries(region, wanted, EntryState::kLive, &added);
  if (!added) FetchAdd(&region.entries()[family].live_series, uint32_t(-1));
  if (index == kNoIndex) return Overflow(region, family);
  return {SeriesOutcome::kOwn, index};
}

bool RemoveSeries(Region& region, uint32_t family, std::string_view key) {
  const uint32_t index = Find(region, Want(EntryType::kSeries, family, key));
  if (index == kNoIndex) return false;
  Entry& entry = region.entries()[index];
  if (!CompareAndSwap(&entry.state, uint32_t(EntryState::kLive), uint32_t(EntryState::kRemoved))) {
    return false;
  }
  if (LoadAcquire(&region.entries()[family].overflow_entry) != index) {
    FetchAdd(&region.entries()[family].live_series, uint32_t(-1));
  }
  CountChange(region);
  return true;
}

}  // namespace vsr_metrics
