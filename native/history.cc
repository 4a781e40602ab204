#include "history.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "history_ring.h"
#include "vsr_metrics/shared_memory.h"

namespace vsr_metrics {
namespace {

constexpr uint64_t kSecond = 1000000000;
constexpr uint64_t kPeriods[kHistoryRings] = {10 * kSecond, kSecond};
// Rings and records are multiples of this, so that whatever is left at the end of a ring has room
// for the header of an empty record.
constexpr uint64_t kUnit = sizeof(HistoryRecord);
// Of the bytes after the first page: gauges are few and small.
constexpr uint64_t kShareOfEverything = 3;  // in quarters

HistoryRing* RingOf(const Region& region, uint32_t ring) {
  return reinterpret_cast<HistoryRing*>(region.history()) + ring;
}

// How many values follow offsets[index] in the frame.
uint32_t WidthOf(const Frame& frame, size_t index) {
  const size_t end =
      index + 1 < frame.offsets.size() ? frame.offsets[index + 1] : frame.values.size();
  return uint32_t(end - frame.offsets[index]);
}

std::vector<uint8_t> Encode(const Frame& frame) {
  std::vector<uint8_t> bytes(sizeof(HistoryRecord));
  HistoryRecord record = {};
  record.magic = kHistoryMagic;
  record.taken_unix_milliseconds = frame.taken_unix_milliseconds;
  record.taken_monotonic_milliseconds = frame.taken_monotonic_milliseconds;
  for (size_t index = 0; index < frame.states.size(); ++index) {
    const uint32_t width = WidthOf(frame, index);
    if (frame.states[index] != uint8_t(EntryState::kLive) || width == 0) continue;
    const HistorySeries series = {uint32_t(index), frame.generations[index], width, 0};
    const size_t at = bytes.size();
    bytes.resize(at + sizeof series + sizeof(double) * width);
    memcpy(&bytes[at], &series, sizeof series);
    memcpy(&bytes[at + sizeof series], &frame.values[frame.offsets[index]], sizeof(double) * width);
    ++record.series_count;
  }
  bytes.resize((bytes.size() + kUnit - 1) / kUnit * kUnit);
  record.size = uint32_t(bytes.size());
  record.checksum = ChecksumOfRecord(bytes.data() + sizeof record, bytes.size() - sizeof record);
  memcpy(bytes.data(), &record, sizeof record);
  return bytes;
}

HistoryRecord RecordAt(const Region& region, const HistoryRing& ring, uint64_t position) {
  return LoadFrom<HistoryRecord>(region.history() + ring.offset + position % ring.size);
}

// Gives up the oldest records until `size` bytes are free.
void MakeRoom(const Region& region, HistoryRing* ring, uint64_t size) {
  uint64_t tail = ring->tail;
  while (ring->head + size - tail > ring->size) {
    const HistoryRecord oldest = RecordAt(region, *ring, tail);
    tail += IsSoundRecord(oldest, ring->head - tail, kUnit) ? oldest.size : ring->head - tail;
  }
  StoreRelease(&ring->tail, tail);
  // The tail is seen to move before a byte behind it changes.
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

// Appends `size` bytes, of which the first `stored` mean anything: readers copy all of them.
void Write(Region& region, HistoryRing* ring, const uint8_t* record, uint64_t size,
           uint64_t stored) {
  MakeRoom(region, ring, size);
  uint8_t* at = region.history() + ring->offset + ring->head % ring->size;
  if (!region.Reserve(at, size)) return;
  StoreWords(record, stored, at);
  StoreRelease(&ring->head, ring->head + size);
}

// In which slot the newest record of the ring was taken; 0: there is none.
uint64_t LastSlot(const Region& region, uint32_t number) {
  const HistoryRing& ring = *RingOf(region, number);
  double taken = 0;
  if (!IsSoundRing(ring, region.header()->history_size, kUnit)) return 0;
  for (uint64_t position = ring.tail; position < ring.head;) {
    const HistoryRecord record = RecordAt(region, ring, position);
    if (!IsSoundRecord(record, ring.head - position, kUnit)) break;
    taken = std::max(taken, record.taken_monotonic_milliseconds);
    position += record.size;
  }
  return uint64_t(taken * 1e6) / kPeriods[number];
}

}  // namespace

void InitializeHistory(Region& region) {
  const uint64_t section = region.header()->history_size;
  if (section <= kPageSize) return;
  const uint64_t bytes = section - kPageSize;
  const uint64_t everything = bytes / 4 * kShareOfEverything / kPageSize * kPageSize;
  *RingOf(region, kEverything) = {kPageSize, everything / kUnit * kUnit, 0, 0, {}};
  *RingOf(region, kGaugesOnly) = {
      kPageSize + everything, (bytes - everything) / kUnit * kUnit, 0, 0, {}};
}

void AppendHistory(Region& region, uint32_t number, const Frame& frame) {
  HistoryRing* ring = RingOf(region, number);
  const std::vector<uint8_t> record = Encode(frame);
  if (ring->size == 0 || record.size() > ring->size) return;
  const uint64_t left = ring->size - ring->head % ring->size;
  if (record.size() > left) {
    // Too long for the end of the ring: an empty record covers what is left of it.
    HistoryRecord filler = {};
    filler.magic = kHistoryMagic;
    filler.size = uint32_t(left);
    Write(region, ring, reinterpret_cast<const uint8_t*>(&filler), left, sizeof filler);
    if (ring->head % ring->size != 0) return;  // no memory for it
  }
  Write(region, ring, record.data(), record.size(), record.size());
}

void HistoryRecorder::Record(Region& region, uint64_t now) {
  if (region.header()->history_size <= kPageSize) return;
  if (!has_begun_) {
    has_begun_ = true;
    for (uint32_t ring = 0; ring < kHistoryRings; ++ring) last_slot_[ring] = LastSlot(region, ring);
  }
  // Of one moment the fine ring has the earlier record, so that the other's is told from it.
  for (const uint32_t ring : {kGaugesOnly, kEverything}) {
    const uint64_t slot = now / kPeriods[ring];
    if (slot == last_slot_[ring]) continue;
    last_slot_[ring] = slot;
    AppendHistory(region, ring,
                  TakeSnapshot(region, ring == kEverything ? Scope::kAll : Scope::kGauges));
  }
}

}  // namespace vsr_metrics
