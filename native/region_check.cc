// Checks a copied region: afterwards no offset in it leads outside of it, and no part of it is to
// be read more often than it is there. A small file could otherwise ask for hours of work.
#include <algorithm>

#include "region_reader.h"
#include "vsr_metrics/entry_check.h"

namespace vsr_metrics {
namespace {

void CutCursors(RegionHeader* header) {
  header->entries_used = std::min<uint64_t>(header->entries_used, header->entry_capacity);
  header->heap_used = std::min(header->heap_used, header->heap_size);
  header->shared_used = std::min(header->shared_used, header->shared_size);
  header->scalars_used = std::min(header->scalars_used, header->scalars_size);
  header->histograms_used =
      std::min(header->histograms_used, header->lane_stride - header->scalars_size);
  header->lanes_claimed = std::clamp(header->lanes_claimed, 1u, header->lane_count);
}

// Everything that entries say is theirs. No two share a byte, so the sums fit under the cursors.
class Claims {
 public:
  explicit Claims(const RegionHeader& header) : header_(header) {}

  bool AddBlob(const Entry& entry) { return Add(entry.blob_size, header_.heap_used, &heap_); }

  bool AddSeries(const SeriesExtent& extent) {
    return Add(extent.scalars, header_.scalars_used, &scalars_) &&
           Add(extent.shared, header_.shared_used, &shared_) &&
           Add(extent.cells, header_.histograms_used, &cells_);
  }

 private:
  static bool Add(uint64_t size, uint64_t used, uint64_t* sum) {
    if (size > used - *sum) return false;
    *sum += size;
    return true;
  }

  const RegionHeader& header_;
  uint64_t heap_ = 0;
  uint64_t scalars_ = 0;
  uint64_t shared_ = 0;
  uint64_t cells_ = 0;
};

bool IsBlobCopied(const RegionHeader& header, const Entry& entry) {
  return entry.blob_offset + entry.blob_size <= header.heap_used;
}

bool AreCellsCopied(const RegionHeader& header, const Entry& entry, const SeriesExtent& extent) {
  if (extent.shared > 0) return entry.cell_offset + extent.shared <= header.shared_used;
  const uint64_t cells = entry.cells_page * kPageSize;
  return entry.cell_offset + extent.scalars <= header.scalars_used &&
         (extent.cells == 0 ||
          cells + extent.cells <= header.scalars_size + header.histograms_used);
}

// Also hides an entry that was published while the copy was made, after the cursors were read: it
// is not damaged, but its bytes are not here.
bool CheckEntry(const Region& region, uint32_t index, Claims* claims) {
  Entry& entry = region.entries()[index];
  const RegionHeader& header = *region.header();
  if (EntryState(entry.state) == EntryState::kEmpty) return true;
  if (EntryState(entry.state) > EntryState::kDormant) return false;
  if (entry.type == uint8_t(EntryType::kFamily)) {
    return IsSoundFamily(region, entry) && claims->AddBlob(entry);
  }
  if (!IsSoundSeries(region, entry, index)) return false;
  const SeriesExtent extent = ExtentOf(entry, *FamilyOf(region, entry.family));
  if (IsBlobCopied(header, entry) && AreCellsCopied(header, entry, extent)) {
    return claims->AddBlob(entry) && claims->AddSeries(extent);
  }
  entry.state = uint32_t(EntryState::kEmpty);
  return true;
}

}  // namespace

bool CheckRegion(Region& region, std::string* problem) {
  CutCursors(region.header());
  Claims claims(*region.header());
  const uint32_t count = region.EntryCount();
  for (uint32_t index = 0; index < count; ++index) {
    if (CheckEntry(region, index, &claims)) continue;
    *problem = "is damaged: entry " + std::to_string(index) + " of its directory makes no sense";
    return false;
  }
  return true;
}

}  // namespace vsr_metrics
