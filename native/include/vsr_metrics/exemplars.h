// Exemplars: single records that stand for their bucket, kept beside the cells of a lane.
//
//   const uint32_t pair = FindOrAddExemplar(*lane, series, bucket);   // once for a bucket
//   if (pair != kNoIndex) WriteExemplar(*lane, pair, 0.67, UnixMilliseconds(), text);
//
// Only the lane's thread writes, and readers never wait: whatever they catch half written has not
// the checksum it claims, and the other slot of the pair then holds the exemplar before it.
#ifndef VSR_METRICS_EXEMPLARS_H_
#define VSR_METRICS_EXEMPLARS_H_

#include <algorithm>
#include <cstring>
#include <string_view>

#include "lanes.h"
#include "region.h"

namespace vsr_metrics {

constexpr uint32_t kExemplarsOfBucket = 2;  // slots that take turns

// How many slots of the lane may be looked at.
inline uint32_t ExemplarsInUse(const Region& region, uint32_t lane) {
  const uint64_t capacity = region.header()->exemplars_size / sizeof(ExemplarSlot);
  const uint32_t used = LoadAcquire(&region.lane_records()[lane].exemplars_used);
  return uint32_t(std::min<uint64_t>(used, capacity));
}

// Of everything that is stored of an exemplar besides the sum itself, as words of 32 bits. Never 0,
// so that a slot that was never written, or was cleared, has not the right one.
inline uint32_t ChecksumOf(const ExemplarSlot& slot) {
  uint32_t hash = 2166136261u;
  const auto* bytes = reinterpret_cast<const uint8_t*>(&slot);
  const auto mix = [&hash, bytes](size_t from, size_t end) {
    for (size_t at = from; at < end; at += sizeof(uint32_t)) {
      uint32_t word;
      memcpy(&word, bytes + at, sizeof word);
      hash = (hash ^ word) * 16777619u;
    }
  };
  mix(0, offsetof(ExemplarSlot, checksum));
  mix(offsetof(ExemplarSlot, sequence), offsetof(ExemplarSlot, padding));
  const size_t text_size = std::min<size_t>(slot.text_size, sizeof slot.text);
  mix(offsetof(ExemplarSlot, text), offsetof(ExemplarSlot, text) + text_size);
  return std::max(hash, 1u);
}

// The first of the two slots of a bucket in this lane, which are taken if it has none yet.
// kNoIndex: no room. Looks at every slot in use: to be asked once for a bucket, not for a record.
inline uint32_t FindOrAddExemplar(Lane& lane, uint32_t series, uint32_t bucket) {
  Region& region = lane.region();
  ExemplarSlot* slots = region.exemplars(lane.index());
  const uint32_t used = ExemplarsInUse(region, lane.index());
  const uint32_t generation =
      series < region.EntryCount() ? LoadRelaxed(&region.entries()[series].generation) : 0;
  for (uint32_t first = 0; first + 1 < used; first += kExemplarsOfBucket) {
    if (slots[first].series != series || slots[first].bucket != bucket) continue;
    for (uint32_t slot = first; slot < first + kExemplarsOfBucket; ++slot) {
      if (slots[slot].generation == generation) continue;
      // What it holds is of the series that had the entry before.
      StoreRelaxed(&slots[slot].checksum, uint32_t{0});
      StoreRelaxed(&slots[slot].generation, generation);
    }
    return first;
  }
  const uint64_t capacity = region.header()->exemplars_size / sizeof(ExemplarSlot);
  const auto* memory = reinterpret_cast<const uint8_t*>(slots + used);
  if (used + kExemplarsOfBucket > capacity ||
      !region.Reserve(memory, kExemplarsOfBucket * sizeof(ExemplarSlot))) {
    return kNoIndex;
  }
  for (uint32_t slot = used; slot < used + kExemplarsOfBucket; ++slot) {
    slots[slot].series = series;
    slots[slot].bucket = bucket;
    slots[slot].generation = generation;
  }
  StoreRelease(&region.lane_records()[lane.index()].exemplars_used, used + kExemplarsOfBucket);
  return used;
}

// Of two that take turns. They wrap, so that the newer one is the one ahead of the other.
inline uint32_t NextSequence(uint32_t one, uint32_t other) {
  return (int32_t(one - other) > 0 ? one : other) + 1;
}

// Replaces the exemplar of a bucket. `text` as in ExemplarSlot; the caller has checked it.
inline void WriteExemplar(Lane& lane, uint32_t pair, double value, double taken_unix_milliseconds,
                          std::string_view text) {
  ExemplarSlot* slots = lane.region().exemplars(lane.index()) + pair;
  const uint32_t sequence = NextSequence(slots[0].sequence, slots[1].sequence);
  ExemplarSlot& slot = slots[sequence % kExemplarsOfBucket];
  ExemplarSlot written = {};
  written.series = slot.series;
  written.bucket = slot.bucket;
  written.generation = slot.generation;
  written.sequence = sequence;
  written.value = value;
  written.taken_unix_milliseconds = taken_unix_milliseconds;
  written.text_size = uint32_t(std::min(text.size(), sizeof written.text));
  memcpy(written.text, text.data(), written.text_size);
  written.checksum = ChecksumOf(written);
  // Word by word: readers copy at the same time.
  const auto* from = reinterpret_cast<const uint64_t*>(&written);
  auto* to = reinterpret_cast<uint64_t*>(&slot);
  const size_t words = (offsetof(ExemplarSlot, text) + written.text_size + 7) / sizeof(uint64_t);
  for (size_t word = 0; word < words; ++word) StoreRelaxed(to + word, from[word]);
}

// Makes the exemplars of a series unreadable: it starts again from nothing. One that is being
// written meanwhile falls on either side.
inline void ClearExemplars(Region& region, uint32_t series) {
  const uint32_t lanes = region.LanesInUse();
  for (uint32_t lane = kBaselineLane + 1; lane < lanes; ++lane) {
    ExemplarSlot* slots = region.exemplars(lane);
    const uint32_t used = ExemplarsInUse(region, lane);
    for (uint32_t index = 0; index < used; ++index) {
      if (LoadRelaxed(&slots[index].series) != series) continue;
      StoreRelaxed(&slots[index].checksum, uint32_t{0});
    }
  }
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_EXEMPLARS_H_
