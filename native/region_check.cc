// Checks a copied region: afterwards no offset in it leads outside of it.
#include <algorithm>
#include <cstring>

#include "directory.h"
#include "region_reader.h"

namespace vsr_metrics {
namespace {

constexpr uint32_t kMostBounds = 4096;
constexpr uint32_t kMostCells = 1 << 24;

void CutCursors(RegionHeader* header) {
  header->entries_used = std::min<uint64_t>(header->entries_used, header->entry_capacity);
  header->heap_used = std::min(header->heap_used, header->heap_size);
  header->shared_used = std::min(header->shared_used, header->shared_size);
  header->scalars_used = std::min(header->scalars_used, header->scalars_size);
  header->histograms_used =
      std::min(header->histograms_used, header->lane_stride - header->scalars_size);
  header->lanes_claimed = std::clamp(header->lanes_claimed, 1u, header->lane_count);
}

bool CheckFamily(const Region& region, const Entry& entry) {
  const std::string_view blob = BlobOf(region, entry);
  FamilyBlob family;
  if (blob.size() < sizeof family || entry.blob_offset % 8 != 0) return false;
  memcpy(&family, blob.data(), sizeof family);
  if (family.bound_count > kMostBounds || family.split_count > family.bound_count) return false;
  const uint64_t key_offset =
      sizeof family + 8ull * family.bound_count + (4ull * family.bound_count + 7) / 8 * 8;
  if (entry.key_offset != key_offset ||
      key_offset + family.name_size + uint64_t{family.description_size} > blob.size()) {
    return false;
  }
  if (entry.kind < uint8_t(Kind::kCounter) || entry.kind > uint8_t(Kind::kHistogram) ||
      entry.combine > uint8_t(Combine::kMaximum)) {
    return false;
  }
  if (Kind(entry.kind) != Kind::kHistogram) return family.bound_count == 0;
  // An index is cut out of the high word of a positive double.
  return family.shift >= 1 && family.shift <= 20 && family.cell_count > 0 &&
         family.cell_count <= kMostCells && family.base_index >= 0 &&
         uint64_t(family.base_index) + family.cell_count < (uint64_t{1} << (31 - family.shift)) &&
         family.scale > 0;
}

bool Fits(uint64_t offset, uint64_t size, uint64_t capacity) {
  return offset % 8 == 0 && offset <= capacity && size <= capacity - offset;
}

bool CheckSeries(const Region& region, const Entry& entry, uint32_t index) {
  const RegionHeader* header = region.header();
  if (entry.family >= index) return false;  // a family comes before its series
  const Entry& family_entry = region.entries()[entry.family];
  if (family_entry.type != uint32_t(EntryType::kFamily) ||
      EntryState(family_entry.state) != EntryState::kLive || entry.kind != family_entry.kind ||
      entry.combine != family_entry.combine) {
    return false;
  }
  if (BlobOf(region, entry).size() != entry.blob_size) return false;
  const FamilyBlob* family = FamilyOf(region, entry.family);
  switch (Kind(entry.kind)) {
    case Kind::kCounter:
      return Fits(entry.cell_offset, sizeof(CounterCell), header->scalars_used);
    case Kind::kGauge:
      return Combine(entry.combine) == Combine::kLast
                 ? Fits(entry.cell_offset, kCacheLine, header->shared_used)
                 : Fits(entry.cell_offset, sizeof(GaugeCell), header->scalars_used);
    default:
      return Fits(entry.cell_offset, HistogramHeadSize(family->split_count, family->bound_count),
                  header->scalars_used) &&
             entry.cells_page >= header->scalars_size / kPageSize &&
             Fits(entry.cells_page * kPageSize, HistogramCellsSize(family->cell_count),
                  header->lane_stride);
  }
}

}  // namespace

bool CheckRegion(Region& region, std::string* problem) {
  CutCursors(region.header());
  const uint32_t count = region.EntryCount();
  for (uint32_t index = 0; index < count; ++index) {
    Entry& entry = region.entries()[index];
    if (EntryState(entry.state) == EntryState::kEmpty) continue;
    const bool is_family = entry.type == uint32_t(EntryType::kFamily);
    const bool is_sound = entry.state <= uint32_t(EntryState::kDormant) &&
                          (is_family ? CheckFamily(region, entry)
                                     : entry.type == uint32_t(EntryType::kSeries) &&
                                           CheckSeries(region, entry, index));
    if (is_sound) continue;
    *problem = "is damaged: entry " + std::to_string(index) + " of its directory makes no sense";
    return false;
  }
  return true;
}

}  // namespace vsr_metrics
