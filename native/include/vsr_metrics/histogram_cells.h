// Where the values of a histogram belong in a lane, for whoever stores them there.
#ifndef VSR_METRICS_HISTOGRAM_CELLS_H_
#define VSR_METRICS_HISTOGRAM_CELLS_H_

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "directory.h"
#include "region.h"
#include "shared_memory.h"

namespace vsr_metrics {

// The cell of a value that is neither negative nor infinite: below 0 when it is too small for the
// first, `cell_count` and up when it is too large for the last. The upper bits of the scaled
// value's lower neighbour; see lib/core/region/histogram-geometry.ts.
inline int64_t CellOfValue(const FamilyBlob& family, double value) {
  const double scaled = (value + 0) * family.scale * (1 - 0x1p-53);
  uint64_t bits;
  memcpy(&bits, &scaled, sizeof bits);
  return int64_t{uint32_t(bits >> 32) >> family.shift} - family.base_index;
}

// The index of the first bound that a value is within; `bound_count` when it is in none.
inline uint32_t BoundOfValue(const FamilyBlob& family, double value) {
  const auto* bounds = reinterpret_cast<const double*>(&family + 1);
  uint32_t bound = 0;
  while (bound < family.bound_count && value > bounds[bound]) ++bound;
  return bound;
}

// Makes room for storing into `cell` of the histogram `index` in a lane and shows readers that it
// may be non-zero. False: no memory; the value belongs into a spill.
inline bool TouchCell(Region& region, uint32_t lane, uint32_t index, uint32_t cell) {
  constexpr uint32_t kCellsPerPage = kPageSize / sizeof(int64_t);
  const Entry& entry = region.entries()[index];
  const FamilyBlob* family = FamilyOf(region, entry.family);
  if (family == nullptr || cell >= family->cell_count) return false;
  uint8_t* memory = region.lane(lane);
  auto* head = reinterpret_cast<HistogramHead*>(memory + entry.cell_offset);
  uint8_t* cells = memory + entry.cells_page * kPageSize;

  // Whole pages: they are what memory is made of, and one call then serves many values.
  const uint32_t low = cell / kCellsPerPage * kCellsPerPage;
  const uint32_t high = std::min(low + kCellsPerPage, family->cell_count);
  const uint32_t touched_low = LoadRelaxed(&head->touched_low);
  const uint32_t touched_high = LoadRelaxed(&head->touched_high);
  // What lies between is reserved too, because readers will read it. Latencies cluster: the gap is
  // rarely more than a few pages.
  const uint32_t first = touched_high == 0 ? low : std::min(low, touched_low);
  const uint32_t last = std::max(high, touched_high);
  if (!region.Reserve(cells + 8ull * first, 8ull * (last - first))) return false;
  // A reader between the two stores sees either range, or a part of the new one: all are reserved.
  StoreRelease(&head->touched_low, first);
  StoreRelease(&head->touched_high, last);
  return true;
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_HISTOGRAM_CELLS_H_
