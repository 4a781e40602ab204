#include "history.h"

#include <algorithm>
#include <cstring>

#include "vsr_metrics/file_lock.h"
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

uint32_t Checksum(const uint8_t* bytes, size_t size) {
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i + 4 <= size; i += 4) {
    uint32_t word;
    memcpy(&word, bytes + i, sizeof word);
    hash = (hash ^ word) * 16777619u;
  }
  return hash;
}

// How many values follow offsets[index] in the frame.
uint32_t WidthOf(const Frame& frame, size_t index) {
  const size_t end =
      index + 1 < frame.offsets.size() ? frame.offsets[index + 1] : frame.values.size();
  return uint32_t(end - frame.offsets[index]);
}

std::vector<uint8_t> Encode(const Frame& frame) {
  std::vector<uint8_t> bytes(sizeof(HistoryRecord));
  HistoryRecord record = {
      kHistoryMagic, 0, frame.taken_unix_milliseconds, frame.taken_monotonic_milliseconds, 0, 0};
  for (size_t index = 0; index < frame.states.size(); ++index) {
    const uint32_t width = WidthOf(frame, index);
    if (frame.states[index] != uint8_t(EntryState::kLive) || width == 0) continue;
    const HistorySeries head = {uint32_t(index), frame.generations[index], width, 0};
    const size_t at = bytes.size();
    bytes.resize(at + sizeof head + 8ull * width);
    memcpy(&bytes[at], &head, sizeof head);
    memcpy(&bytes[at + sizeof head], &frame.values[frame.offsets[index]], 8ull * width);
    ++record.series_count;
  }
  bytes.resize((bytes.size() + kUnit - 1) / kUnit * kUnit);
  record.size = uint32_t(bytes.size());
  record.checksum = Checksum(bytes.data() + sizeof record, bytes.size() - sizeof record);
  memcpy(bytes.data(), &record, sizeof record);
  return bytes;
}

// Gives up the oldest records until `size` bytes are free.
void MakeRoom(HistoryRing* ring, const uint8_t* bytes, uint64_t size) {
  uint64_t tail = ring->tail;
  while (ring->head + size - tail > ring->size) {
    HistoryRecord oldest;
    memcpy(&oldest, bytes + tail % ring->size, sizeof oldest);
    const bool is_whole = oldest.magic == kHistoryMagic && oldest.size >= sizeof oldest &&
                          oldest.size % kUnit == 0 && tail + oldest.size <= ring->head;
    tail = is_whole ? tail + oldest.size : ring->head;
  }
  StoreRelease(&ring->tail, tail);
  // The tail is seen to move before a byte behind it changes.
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void Write(Region& region, HistoryRing* ring, const uint8_t* record, uint64_t size,
           uint64_t stored) {
  uint8_t* bytes = region.history() + ring->offset;
  MakeRoom(ring, bytes, size);
  uint8_t* at = bytes + ring->head % ring->size;
  if (!region.Reserve(at, stored)) return;
  StoreWords(record, stored, at);
  StoreRelease(&ring->head, ring->head + size);
}

// A copy of a ring's bytes with the positions that are good in it.
struct RingCopy {
  std::vector<uint8_t> bytes;
  uint64_t head = 0;
  uint64_t tail = 0;
};

RingCopy CopyRing(const Region& region, uint32_t number) {
  RingCopy copy;
  const HistoryRing* ring = RingOf(region, number);
  const uint64_t section = region.header()->history_size;
  if (section < kPageSize) return copy;
  const uint64_t offset = LoadRelaxed(&ring->offset);
  const uint64_t size = LoadRelaxed(&ring->size);
  if (offset > section || size > section - offset || size == 0 || size % kUnit != 0 ||
      offset % sizeof(uint64_t) != 0) {
    return copy;
  }
  copy.head = LoadAcquire(&ring->head);
  // Until the ring has gone round, what lies behind the head was never written, nor reserved.
  const uint64_t written = std::min(copy.head, size);
  copy.bytes.resize(size);
  LoadWords(region.history() + offset, written, copy.bytes.data());
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  copy.tail = LoadAcquire(&ring->tail);
  return copy;
}

void ReadRecord(const uint8_t* record, const HistoryRecord& header, uint32_t entry,
                SeriesHistory* history) {
  const uint8_t* at = record + sizeof header;
  const uint8_t* const end = record + header.size;
  for (uint32_t series = 0;
       series < header.series_count && end - at >= ptrdiff_t(sizeof(HistorySeries)); ++series) {
    HistorySeries head;
    memcpy(&head, at, sizeof head);
    at += sizeof head;
    if (head.width == 0 || head.width > uint64_t(end - at) / 8) return;
    if (head.entry == entry && (history->width == 0 || history->width == head.width)) {
      history->width = head.width;
      history->taken_unix_milliseconds.push_back(header.taken_unix_milliseconds);
      const size_t before = history->values.size();
      history->values.resize(before + head.width);
      memcpy(history->values.data() + before, at, 8ull * head.width);
      return;
    }
    at += 8ull * head.width;
  }
}

SeriesHistory ReadRing(const Region& region, uint32_t number, uint32_t entry, double from,
                       double to) {
  SeriesHistory history;
  const RingCopy copy = CopyRing(region, number);
  const uint64_t size = copy.bytes.size();
  uint64_t position = copy.tail;
  while (size > 0 && position + sizeof(HistoryRecord) <= copy.head) {
    const uint64_t at = position % size;
    HistoryRecord header;
    if (at + sizeof header > size) break;
    memcpy(&header, copy.bytes.data() + at, sizeof header);
    if (header.magic != kHistoryMagic || header.size < sizeof header || header.size % kUnit != 0 ||
        header.size > copy.head - position) {
      break;
    }
    position += header.size;
    if (header.series_count == 0) continue;
    if (at + header.size > size) break;
    if (Checksum(copy.bytes.data() + at + sizeof header, header.size - sizeof header) !=
        header.checksum) {
      break;
    }
    if (header.taken_unix_milliseconds >= from && header.taken_unix_milliseconds <= to) {
      ReadRecord(copy.bytes.data() + at, header, entry, &history);
    }
  }
  return history;
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
    const HistoryRecord filler = {kHistoryMagic, uint32_t(left), 0, 0, 0, 0};
    Write(region, ring, reinterpret_cast<const uint8_t*>(&filler), left, sizeof filler);
    if (ring->head % ring->size != 0) return;  // no memory for it
  }
  Write(region, ring, record.data(), record.size(), record.size());
}

void HistoryRecorder::Record(Region& region, uint64_t now) {
  if (region.header()->history_size <= kPageSize) return;
  if (!is_mine_) is_mine_ = TryLock(region.fd(), kSamplerLock);
  if (!is_mine_) return;
  for (uint32_t ring = 0; ring < kHistoryRings; ++ring) {
    if (now < due_[ring]) continue;
    due_[ring] = now + kPeriods[ring];
    AppendHistory(region, ring,
                  TakeSnapshot(region, ring == kEverything ? Scope::kAll : Scope::kGauges));
  }
}

SeriesHistory ReadHistory(const Region& region, uint32_t entry, double from, double to) {
  const SeriesHistory coarse = ReadRing(region, kEverything, entry, from, to);
  const SeriesHistory fine = ReadRing(region, kGaugesOnly, entry, from, to);
  if (fine.width == 0 || coarse.width == 0) return fine.width == 0 ? coarse : fine;
  if (fine.width != coarse.width) return coarse;
  // The fine ring reaches back less far: what is older comes from the coarse one.
  SeriesHistory merged;
  merged.width = fine.width;
  const double begin = fine.taken_unix_milliseconds.front();
  const auto append = [&merged](const SeriesHistory& from_history, size_t point) {
    merged.taken_unix_milliseconds.push_back(from_history.taken_unix_milliseconds[point]);
    const double* values = &from_history.values[point * from_history.width];
    merged.values.insert(merged.values.end(), values, values + from_history.width);
  };
  for (size_t point = 0; point < coarse.taken_unix_milliseconds.size(); ++point) {
    if (coarse.taken_unix_milliseconds[point] < begin) append(coarse, point);
  }
  for (size_t point = 0; point < fine.taken_unix_milliseconds.size(); ++point) append(fine, point);
  return merged;
}

}  // namespace vsr_metrics
