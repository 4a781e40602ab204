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

}  // namespace

uint32_t FindOrAddFamily(Region& region, const FamilySpec& spec, Error* error) {
  const Wanted wanted = Want(EntryType::kFamily, kNoIndex, spec.name);
  const uint32_t found = Find(region, wanted);
  if (found != kNoIndex) {
    Finish(region, found, EntryState::kLive);
    return found;
  }

  const uint64_t bounds_size = spec.bounds.size() * sizeof(double);
  const uint64_t key_offset = FamilyKeyOffset(spec.bounds.size());
  const uint64_t blob_size = key_offset + spec.name.size() + spec.description.size();
  if (spec.bounds.size() > kMostBounds) {
    *error = {"VSR_METRICS_REGISTRY_OPTIONS",
              spec.name + " has " + std::to_string(spec.bounds.size()) + " buckets; at most " +
                  std::to_string(kMostBounds) + " are possible"};
    return kNoIndex;
  }
  Slot slot;
  if (!TakeSlot(region, blob_size, &slot)) {
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
  entry.type = uint8_t(EntryType::kFamily);
  entry.hash = wanted.hash;
  entry.blob_offset = slot.blob_offset;
  entry.blob_size = uint32_t(blob_size);
  entry.family = slot.index;
  entry.kind = uint8_t(spec.kind);
  entry.combine = uint8_t(spec.combine);
  entry.created_unix_milliseconds = UnixMilliseconds();
  entry.overflow_entry = kNoIndex;
  if (StartsAtZero(spec)) entry.flags = kStartsAtZero;
  const uint32_t index = Publish(region, wanted, slot.index);
  Finish(region, index, EntryState::kLive);
  return index;
}

bool AddOverflowSeries(Region& region, uint32_t family, std::string_view key) {
  Entry& entry = region.entries()[family];
  if (LoadAcquire(&entry.overflow_entry) != kNoIndex) return true;
  const Wanted wanted = Want(EntryType::kSeries, family, key);
  uint32_t index = Find(region, wanted);
  if (index == kNoIndex) index = AddSeries(region, wanted);
  if (index == kNoIndex) return false;
  CompareAndSwap(&entry.overflow_entry, kNoIndex, index);
  Finish(region, index, EntryState::kDormant);
  return true;
}

}  // namespace vsr_metrics
