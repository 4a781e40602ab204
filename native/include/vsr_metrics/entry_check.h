// Whether an entry of the directory makes sense: afterwards no offset in it leads anywhere else
// than to cells. Files are written by programs of any version, and damaged by any means.
#ifndef VSR_METRICS_ENTRY_CHECK_H_
#define VSR_METRICS_ENTRY_CHECK_H_

#include <cstdint>
#include <limits>

#include "directory.h"
#include "region.h"

namespace vsr_metrics {
namespace entry_check_internal {

inline bool Fits(uint64_t offset, uint64_t size, uint64_t capacity) {
  return offset % 8 == 0 && offset <= capacity && size <= capacity - offset;
}

// Bounds ascend, and so do the cells they lie in; as many of them split a cell as the family says.
inline bool AreSoundBounds(const FamilyView& family) {
  double bound_before = -std::numeric_limits<double>::infinity();
  uint32_t cell_before = 0;
  uint32_t splits = 0;
  for (uint32_t i = 0; i < family.blob.bound_count; ++i) {
    const double bound = family.BoundAt(i);
    uint32_t cell = family.BoundCellAt(i);
    if (cell & kBoundSplitFlag) ++splits;
    cell &= ~kBoundSplitFlag;
    if (!(bound > bound_before) || bound == std::numeric_limits<double>::infinity() ||
        cell < cell_before || cell > family.blob.cell_count) {
      return false;
    }
    bound_before = bound;
    cell_before = cell;
  }
  return splits == family.blob.split_count;
}

}  // namespace entry_check_internal

inline bool IsSoundFamily(const Region& region, const Entry& entry) {
  FamilyView view;
  if (entry.type != uint8_t(EntryType::kFamily) || !ViewFamily(region, entry, &view)) return false;
  const FamilyBlob& family = view.blob;
  if (family.bound_count > kMostBounds || entry.kind < uint8_t(Kind::kCounter) ||
      entry.kind > uint8_t(Kind::kHistogram) || entry.combine > uint8_t(Combine::kMaximum)) {
    return false;
  }
  if (Kind(entry.kind) != Kind::kHistogram) return family.bound_count == 0;
  // An index is cut out of the high word of a positive double.
  return family.shift >= 1 && family.shift <= 20 && family.cell_count > 0 &&
         family.cell_count <= kMostCells && family.base_index >= 0 &&
         uint64_t(family.base_index) + family.cell_count < (uint64_t{1} << (31 - family.shift)) &&
         family.scale > 0 && family.scale <= std::numeric_limits<double>::max() &&
         entry_check_internal::AreSoundBounds(view);
}

// Of a series whose family is sound.
inline bool IsSoundSeries(const Region& region, const Entry& entry, uint32_t index) {
  using entry_check_internal::Fits;
  const RegionHeader* header = region.header();
  // A family comes before its series.
  if (entry.type != uint8_t(EntryType::kSeries) || entry.family >= index) return false;
  const Entry& family_entry = region.entries()[entry.family];
  if (family_entry.type != uint8_t(EntryType::kFamily) ||
      StateOf(family_entry) != EntryState::kLive || entry.kind != family_entry.kind ||
      entry.combine != family_entry.combine ||
      BlobOf(region, entry).size() != LoadRelaxed(&entry.blob_size)) {
    return false;
  }
  const FamilyBlob* family = FamilyOf(region, entry.family);
  if (family == nullptr) return false;
  const SeriesExtent extent = ExtentOf(entry, *family);
  if (extent.shared > 0) return Fits(entry.cell_offset, extent.shared, header->shared_size);
  return Fits(entry.cell_offset, extent.scalars, header->scalars_size) &&
         (extent.cells == 0 ||
          (entry.cells_page >= header->scalars_size / kPageSize &&
           Fits(entry.cells_page * kPageSize, extent.cells, header->lane_stride)));
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_ENTRY_CHECK_H_
