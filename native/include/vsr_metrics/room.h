// Room for one more entry of the directory: looked for and reserved first, taken afterwards. A disk
// that is full for a while costs nothing that way.
//
//   Room room;
//   const Shortage shortage = FindRoom(region, key.size(), extent, &room);   // moves nothing
//   if (shortage == Shortage::kNone) TakeRoom(region, room);
#ifndef VSR_METRICS_ROOM_H_
#define VSR_METRICS_ROOM_H_

#include <cstdint>

#include "directory.h"
#include "region.h"

namespace vsr_metrics {

// What ran out when a series did not get an entry of its own.
enum class Shortage {
  kNone,
  kMaxSeries,   // the family has as many as it may
  kSeries,      // entries, or cells of counters and gauges
  kHistograms,  // heads or cells of histograms
  kLabelBytes,  // the heap
  kMemory,      // the file system is full
  kBusy,        // somebody holds the directory and does not go on
};

// As lib/core knows them.
inline const char* NameOf(Shortage shortage) {
  switch (shortage) {
    case Shortage::kNone:
      return "none";
    case Shortage::kMaxSeries:
      return "maxSeries";
    case Shortage::kSeries:
      return "series";
    case Shortage::kHistograms:
      return "histograms";
    case Shortage::kLabelBytes:
      return "labelBytes";
    case Shortage::kMemory:
      return "memory";
    case Shortage::kBusy:
      break;
  }
  return "busy";
}

struct Room {
  uint32_t index;
  uint64_t blob_offset;
  uint64_t blob_capacity;
  uint64_t cell_offset = 0;
  uint32_t cells_page = 0;
  SeriesExtent extent;
};

namespace room_internal {

inline bool Fits(uint64_t used, uint64_t size, uint64_t capacity) {
  return size <= capacity && used <= capacity - size;
}

// Bytes behind a cursor. Those on the page that the cursor stands in are reserved.
inline bool ReserveBehind(Region& region, const uint8_t* section, uint64_t used, uint64_t size) {
  const uint64_t start = (used + kPageSize - 1) / kPageSize * kPageSize;
  return used + size <= start || region.Reserve(section + start, used + size - start);
}

}  // namespace room_internal

// Room for `size` bytes in the heap.
inline Shortage FindHeapRoom(Region& region, uint64_t size, uint64_t* offset) {
  using namespace room_internal;
  *offset = region.HeapUsed();
  if (!Fits(*offset, size, region.header()->heap_size)) return Shortage::kLabelBytes;
  return ReserveBehind(region, region.heap(), *offset, size) ? Shortage::kNone : Shortage::kMemory;
}

// Room for an entry with a blob of this size and what its series takes up, if it is one.
inline Shortage FindRoom(Region& region, uint64_t blob_size, const SeriesExtent& extent,
                         Room* room) {
  using namespace room_internal;
  const RegionHeader* header = region.header();
  room->extent = extent;
  room->index = region.EntryCount();
  if (room->index >= header->entry_capacity) return Shortage::kSeries;
  const bool is_histogram = extent.cells > 0;
  if (extent.scalars > 0) {
    room->cell_offset = header->scalars_used;
    if (!Fits(header->scalars_used, extent.scalars, header->scalars_size)) {
      return is_histogram ? Shortage::kHistograms : Shortage::kSeries;
    }
  }
  if (is_histogram) {
    const uint64_t capacity = header->lane_stride - header->scalars_size;
    if (!Fits(header->histograms_used, extent.cells, capacity)) return Shortage::kHistograms;
    room->cells_page = uint32_t((header->scalars_size + header->histograms_used) / kPageSize);
  }
  if (extent.shared > 0) {
    room->cell_offset = header->shared_used;
    if (!Fits(header->shared_used, extent.shared, header->shared_size)) return Shortage::kSeries;
    if (!ReserveBehind(region, region.shared(), header->shared_used, extent.shared)) {
      return Shortage::kMemory;
    }
  }
  const auto* entries = reinterpret_cast<const uint8_t*>(region.entries());
  if (!ReserveBehind(region, entries, sizeof(Entry) * uint64_t{room->index}, sizeof(Entry))) {
    return Shortage::kMemory;
  }
  room->blob_capacity = RoundUpToWord(blob_size);
  return FindHeapRoom(region, room->blob_capacity, &room->blob_offset);
}

// All but the entry itself, which is to be written before it counts.
inline void TakeRoom(Region& region, const Room& room) {
  RegionHeader* header = region.header();
  StoreRelease(&header->heap_used, room.blob_offset + room.blob_capacity);
  if (room.extent.shared > 0)
    StoreRelease(&header->shared_used, room.cell_offset + room.extent.shared);
  if (room.extent.scalars > 0) {
    StoreRelease(&header->scalars_used, room.cell_offset + room.extent.scalars);
  }
  if (room.extent.cells > 0) {
    StoreRelease(&header->histograms_used, header->histograms_used + room.extent.cells);
  }
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_ROOM_H_
