#include "families.h"

#include <cstring>

#include "vsr_metrics/json.h"
#include "vsr_metrics/series.h"

namespace vsr_metrics {

using namespace series_internal;

namespace {

bool StartsAtZero(const FamilySpec& spec) {
  for (const JsonMember& property : ReadJson(spec.description)) {
    if (property.name == "initial") return property.value == "0";
  }
  return false;
}

Error NoRoom(const Region& region, const FamilySpec& spec, Shortage shortage) {
  const std::string problem = "no room for the family " + spec.name + ": ";
  if (shortage == Shortage::kMemory) {
    return {"VSR_METRICS_REGISTRY_FULL",
            problem + "the file system of the registry is full; make it larger"};
  }
  return {"VSR_METRICS_REGISTRY_FULL", problem + "raise the option capacity.series (" +
                                           std::to_string(region.header()->entry_capacity) +
                                           " families and series now)"};
}

void StoreBlob(const FamilySpec& spec, uint8_t* at) {
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
  memcpy(at, &blob, sizeof blob);
  if (!spec.bounds.empty()) {
    const uint64_t bounds_size = spec.bounds.size() * sizeof(double);
    memcpy(at + sizeof blob, spec.bounds.data(), bounds_size);
    memcpy(at + sizeof blob + bounds_size, spec.bound_cells.data(),
           spec.bound_cells.size() * sizeof(uint32_t));
  }
  at += FamilyKeyOffset(spec.bounds.size());
  memcpy(at, spec.name.data(), spec.name.size());
  memcpy(at + spec.name.size(), spec.description.data(), spec.description.size());
}

// With the directory locked.
uint32_t AddFamily(Region& region, const FamilySpec& spec, Error* error) {
  const uint64_t blob_size =
      FamilyKeyOffset(spec.bounds.size()) + spec.name.size() + spec.description.size();
  Room room;
  const Shortage shortage = FindRoom(region, blob_size, {}, &room);
  if (shortage != Shortage::kNone) {
    *error = NoRoom(region, spec, shortage);
    return kNoIndex;
  }
  TakeRoom(region, room);
  StoreBlob(spec, region.heap() + room.blob_offset);
  Entry& entry = region.entries()[room.index];
  StoreRelease(&entry.state, uint32_t(EntryState::kEmpty));
  StoreRelaxed(&entry.generation, uint32_t{1});
  StoreRelaxed(&entry.hash, Want(EntryType::kFamily, kNoIndex, spec.name).hash);
  StoreRelaxed(&entry.blob_offset, room.blob_offset);
  StoreRelaxed(&entry.blob_size, uint32_t(blob_size));
  entry.removed_first = 0;
  entry.removed_last = 0;
  StoreRelaxed(&entry.live_series, uint32_t{0});
  StoreRelaxed(&entry.created_unix_milliseconds, UnixMilliseconds());
  entry.family = room.index;
  StoreRelaxed(&entry.overflow_entry, kNoIndex);
  entry.type = uint8_t(EntryType::kFamily);
  entry.kind = uint8_t(spec.kind);
  entry.combine = uint8_t(spec.combine);
  entry.flags = StartsAtZero(spec) ? kStartsAtZero : 0;
  StoreRelease(&region.header()->entries_used, uint64_t{room.index} + 1);
  Show(region, room.index, EntryState::kLive);
  return room.index;
}

}  // namespace

uint32_t FindOrAddFamily(Region& region, const FamilySpec& spec, Error* error) {
  if (spec.bounds.size() > kMostBounds) {
    *error = {"VSR_METRICS_REGISTRY_OPTIONS",
              spec.name + " has " + std::to_string(spec.bounds.size()) + " buckets; at most " +
                  std::to_string(kMostBounds) + " are possible"};
    return kNoIndex;
  }
  uint32_t index = FindFamilyInChain(region, spec.name);
  if (index == kNoIndex) {
    const DirectoryLock lock(region);
    if (!lock.is_held()) {
      *error = {"VSR_METRICS_REGISTRY_BUSY",
                "the registry has no family " + spec.name +
                    " yet, and none can be added: " + HolderOf(region, lock.holder())};
      return kNoIndex;
    }
    index = FindFamilyInChain(region, spec.name);
    if (index == kNoIndex) return AddFamily(region, spec, error);
  }
  if (IsSoundFamily(region, region.entries()[index])) return index;
  *error = {"VSR_METRICS_REGION_UNREADABLE",
            "the registry is damaged: its entry of the family " + spec.name + " makes no sense"};
  return kNoIndex;
}

Shortage AddOverflowSeries(Region& region, uint32_t family_index, std::string_view key) {
  Entry& family = region.entries()[family_index];
  if (LoadAcquire(&family.overflow_entry) != kNoIndex) return Shortage::kNone;
  const DirectoryLock lock(region);
  if (!lock.is_held()) return Shortage::kBusy;
  if (LoadAcquire(&family.overflow_entry) != kNoIndex) return Shortage::kNone;
  const Wanted wanted = Want(EntryType::kSeries, family_index, key);
  Shortage shortage = Shortage::kNone;
  // There already when its maker died before it said so.
  uint32_t index = Find(region, wanted);
  if (index == kNoIndex) index = AddEntry(region, wanted, EntryState::kDormant, &shortage);
  if (index != kNoIndex) StoreRelease(&family.overflow_entry, index);
  return shortage;
}

}  // namespace vsr_metrics
