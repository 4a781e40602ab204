#include "exemplar_reading.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <utility>

#include "vsr_metrics/directory.h"
#include "vsr_metrics/exemplars.h"

namespace vsr_metrics {
namespace {

struct LaneExemplar {
  ExemplarSlot slot;
  uint32_t lane;
};
// By series and bucket.
using Newest = std::map<std::pair<uint32_t, uint32_t>, LaneExemplar>;

// Word by word: its thread may be writing. Only as much of the text as there is.
void CopySlot(const ExemplarSlot& slot, ExemplarSlot* copy) {
  const auto* from = reinterpret_cast<const uint64_t*>(&slot);
  auto* to = reinterpret_cast<uint64_t*>(copy);
  const uint32_t text_size = std::min<uint32_t>(LoadRelaxed(&slot.text_size), sizeof slot.text);
  const size_t words = (offsetof(ExemplarSlot, text) + text_size + 7) / sizeof(uint64_t);
  for (size_t word = 0; word < words; ++word) to[word] = LoadRelaxed(from + word);
}

bool IsWhole(const ExemplarSlot& slot) {
  return slot.text_size <= sizeof slot.text && slot.checksum == ChecksumOf(slot) &&
         std::isfinite(slot.value) && std::isfinite(slot.taken_unix_milliseconds);
}

// `index` is that of the family.
bool IsInBucket(const Region& region, uint32_t index, uint32_t bucket, double value) {
  FamilyView family;
  if (index >= region.EntryCount() || !ViewFamily(region, region.entries()[index], &family)) {
    return false;
  }
  const uint32_t bounds = family.blob.bound_count;
  return bucket <= bounds && (bucket == 0 || value > family.BoundAt(bucket - 1)) &&
         (bucket == bounds || value <= family.BoundAt(bucket));
}

bool BelongsToBucket(const Region& region, const ExemplarSlot& slot) {
  const Entry& entry = region.entries()[slot.series];
  if (entry.type != uint8_t(EntryType::kSeries)) return false;
  if (Kind(entry.kind) == Kind::kCounter) return slot.bucket == 0;
  return Kind(entry.kind) == Kind::kHistogram &&
         IsInBucket(region, entry.family, slot.bucket, slot.value);
}

// Of one pair the one ahead in its sequence, which wraps: its thread's time of day may have been
// set back. Threads have nothing else in common.
bool IsNewer(const LaneExemplar& one, const LaneExemplar& other) {
  if (one.lane == other.lane) return int32_t(one.slot.sequence - other.slot.sequence) > 0;
  return one.slot.taken_unix_milliseconds > other.slot.taken_unix_milliseconds;
}

void ReadLane(const Region& region, uint32_t lane, const std::vector<uint8_t>& states,
              const std::vector<uint32_t>& generations, Newest* newest) {
  const ExemplarSlot* slots = region.exemplars(lane);
  const uint32_t used = ExemplarsInUse(region, lane);
  LaneExemplar exemplar = {{}, lane};
  const ExemplarSlot& slot = exemplar.slot;
  for (uint32_t index = 0; index < used; ++index) {
    CopySlot(slots[index], &exemplar.slot);
    if (slot.series >= states.size() || states[slot.series] != uint8_t(EntryState::kLive) ||
        slot.generation != generations[slot.series] || !IsWhole(slot) ||
        !BelongsToBucket(region, slot)) {
      continue;
    }
    const auto [at, is_first] = newest->try_emplace({slot.series, slot.bucket}, exemplar);
    if (!is_first && IsNewer(exemplar, at->second)) at->second = exemplar;
  }
}

}  // namespace

ExemplarColumns ReadExemplars(const Region& region, const std::vector<uint8_t>& states,
                              const std::vector<uint32_t>& generations) {
  Newest newest;
  const uint32_t lanes = region.LanesInUse();
  for (uint32_t lane = kBaselineLane + 1; lane < lanes; ++lane) {
    ReadLane(region, lane, states, generations, &newest);
  }
  ExemplarColumns columns;
  for (const auto& [key, exemplar] : newest) {
    const ExemplarSlot& slot = exemplar.slot;
    columns.series.push_back(slot.series);
    columns.bucket.push_back(slot.bucket);
    columns.value.push_back(slot.value);
    columns.taken_unix_milliseconds.push_back(slot.taken_unix_milliseconds);
    columns.text.insert(columns.text.end(), slot.text, slot.text + slot.text_size);
    columns.text_end.push_back(uint32_t(columns.text.size()));
  }
  return columns;
}

}  // namespace vsr_metrics
