// How records lie in the rings of the history, for who writes them and for who reads them.
#ifndef VSR_METRICS_HISTORY_RING_H_
#define VSR_METRICS_HISTORY_RING_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "file_copy.h"
#include "vsr_metrics/layout.h"

namespace vsr_metrics {

// What a record and a series in it begin with, as numbers to read them by: layouts differ in it.
struct HistoryFormat {
  uint32_t record_size;  // of the header, and what rings and records are multiples of
  uint32_t series_size;  // of the header
  HistoryRecord (*record_at)(const uint8_t* at);
  HistorySeries (*series_at)(const uint8_t* at);
};

template <typename T>
T LoadFrom(const uint8_t* at) {
  T value;
  memcpy(&value, at, sizeof value);
  return value;
}

// That of this layout.
constexpr HistoryFormat kHistoryFormat = {sizeof(HistoryRecord), sizeof(HistorySeries),
                                          LoadFrom<HistoryRecord>, LoadFrom<HistorySeries>};

// Of what follows a record's header.
inline uint32_t ChecksumOfRecord(const uint8_t* bytes, size_t size) {
  uint32_t hash = 2166136261u;
  for (size_t at = 0; at + 4 <= size; at += 4) {
    hash = (hash ^ LoadFrom<uint32_t>(bytes + at)) * 16777619u;
  }
  return hash;
}

// Whether the ring lies in a section of this size, and begins and ends where records can.
inline bool IsSoundRing(const HistoryRing& ring, uint64_t section_size, uint64_t unit) {
  return ring.offset % sizeof(uint64_t) == 0 && ring.offset <= section_size &&
         ring.size <= section_size - ring.offset && ring.size > 0 && ring.size % unit == 0 &&
         ring.size <= kMostBytesRead && ring.head % unit == 0 && ring.tail % unit == 0 &&
         ring.tail <= ring.head && ring.head - ring.tail <= ring.size;
}

// Whether a record may begin with this `left` bytes before the head of its ring.
inline bool IsSoundRecord(const HistoryRecord& record, uint64_t left, uint64_t unit) {
  return record.magic == kHistoryMagic && record.size >= unit && record.size % unit == 0 &&
         record.size <= left;
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_HISTORY_RING_H_
