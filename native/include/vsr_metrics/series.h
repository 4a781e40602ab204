// Series: found or made, by any thread without a lock.
//
//   const SeriesResult series = FindOrAddSeries(region, family, R"({"status":"success"})");
//
// The labels are the identity of a series: as JSON, all of the family's in its order.
#ifndef VSR_METRICS_SERIES_H_
#define VSR_METRICS_SERIES_H_

#include <cstdint>
#include <cstring>
#include <string_view>

#include "directory.h"
#include "region.h"
#include "series_state.h"

namespace vsr_metrics {

namespace series_internal {

using namespace directory_internal;

inline bool TakeScalars(Region& region, uint64_t size, uint64_t* offset) {
  RegionHeader* header = region.header();
  return Take(&header->scalars_used, size, header->scalars_size, offset);
}

// The same bytes in every lane, and none of them used before.
inline bool TakeCells(Region& region, const Entry& family, const FamilyBlob& blob, uint64_t* offset,
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
inline bool HasRoomForSeries(const Region& region, uint64_t key_size, const Entry& family,
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

// Linked and still empty, or the one that another thread linked first. kNoIndex: no room.
inline uint32_t AddSeries(Region& region, const Wanted& wanted) {
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
  entry.type = uint8_t(EntryType::kSeries);
  entry.hash = wanted.hash;
  entry.blob_offset = slot.blob_offset;
  entry.blob_size = uint32_t(wanted.key.size());
  entry.blob_capacity = uint32_t((wanted.key.size() + 7) / 8 * 8);
  entry.family = wanted.family;
  entry.generation = 1;
  entry.cell_offset = cell_offset;
  entry.cells_page = cells_page;
  entry.kind = family.kind;
  entry.combine = family.combine;
  entry.flags = family.flags;
  entry.created_unix_milliseconds = UnixMilliseconds();
  return Publish(region, wanted, slot.index);
}

}  // namespace series_internal

// The series with exactly these labels (`key`: a JSON object, labels in the family's order). A
// removed one comes back and starts again from nothing.
inline SeriesResult FindOrAddSeries(Region& region, uint32_t family, std::string_view key) {
  using namespace series_internal;
  const Wanted wanted = Want(EntryType::kSeries, family, key);
  uint32_t index = Find(region, wanted);
  if (index == kNoIndex && MayHaveOneMore(region, family)) index = AddSeries(region, wanted);
  // No room: perhaps because another thread has made this very series since the first look.
  if (index == kNoIndex) index = Find(region, wanted);
  return index == kNoIndex ? UseOverflow(region, family) : StartSeries(region, family, index);
}

// Hides the series and returns its index; kNoIndex when there is none or it is hidden already.
inline uint32_t RemoveSeries(Region& region, uint32_t family, std::string_view key) {
  using namespace series_internal;
  const uint32_t index = Find(region, Want(EntryType::kSeries, family, key));
  return index != kNoIndex && HideSeries(region, family, index) ? index : kNoIndex;
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_SERIES_H_
