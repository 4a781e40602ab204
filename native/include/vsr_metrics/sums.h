// The sums of one series over the lanes of all threads: what snapshots and baselines are made of.
//
// Reads only. Each total is a sum of cells that never step back, so it never steps back either,
// whatever the writers do meanwhile.
#ifndef VSR_METRICS_SUMS_H_
#define VSR_METRICS_SUMS_H_

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "cell_counts.h"
#include "region.h"

namespace vsr_metrics {

struct CounterTotal {
  int64_t ones = 0;
  double amounts = 0;
};

// One histogram over lanes. Reused from series to series, so that merging allocates nothing once it
// has grown.
struct HistogramTotal {
  double sum = 0;
  double minimum = 0;
  double maximum = 0;
  int64_t below = 0;
  int64_t above = 0;
  CellCounts cells;
  std::vector<int64_t> splits;
  std::vector<int64_t> spills;
};

inline int64_t WithSign(int sign, int64_t count) {
  return sign < 0 ? AddWrapping(~count, 1) : count;
}

template <typename T>
const T* CellOf(const Region& region, uint32_t lane, const Entry& entry) {
  return reinterpret_cast<const T*>(region.lane(lane) + entry.cell_offset);
}

inline CounterTotal LoadCounter(const Region& region, uint32_t lane, const Entry& entry) {
  if (!region.HasScalars(lane, entry.cell_offset, sizeof(CounterCell))) return {};
  const auto* cell = CellOf<CounterCell>(region, lane, entry);
  return {LoadRelaxed(&cell->ones), LoadRelaxed(&cell->amounts)};
}

// A histogram in one lane.
struct HistogramView {
  const HistogramHead* head;
  const int64_t* splits;
  const int64_t* spills;
  const int64_t* cells;
  uint32_t low;
  uint32_t high;
};

// False when the lane never recorded the series.
inline bool ViewHistogram(const Region& region, uint32_t lane, const Entry& entry,
                          const FamilyBlob& family, HistogramView* view) {
  const uint64_t size = HistogramHeadSize(family.split_count, family.bound_count);
  if (!region.HasScalars(lane, entry.cell_offset, size)) return false;
  const uint8_t* memory = region.lane(lane);
  view->head = reinterpret_cast<const HistogramHead*>(memory + entry.cell_offset);
  if (LoadAcquire(&view->head->in_use) == 0) return false;
  view->splits = reinterpret_cast<const int64_t*>(view->head + 1);
  view->spills = view->splits + family.split_count;
  view->cells = reinterpret_cast<const int64_t*>(memory + entry.cells_page * kPageSize);
  view->high = std::min(LoadAcquire(&view->head->touched_high), family.cell_count);
  view->low = std::min(LoadAcquire(&view->head->touched_low), view->high);
  return true;
}

inline void ClearTotal(const FamilyBlob& family, HistogramTotal* total) {
  total->sum = 0;
  total->minimum = std::numeric_limits<double>::infinity();
  total->maximum = -std::numeric_limits<double>::infinity();
  total->below = 0;
  total->above = 0;
  total->cells.Clear(family.cell_count);
  total->splits.assign(family.split_count, 0);
  total->spills.assign(family.bound_count + 1, 0);
}

// Written out: compilers leave a loop over loads like these a loop, which takes twice as long.
inline bool AnyOfEight(const int64_t* cells) {
  return (LoadRelaxed(cells) | LoadRelaxed(cells + 1) | LoadRelaxed(cells + 2) |
          LoadRelaxed(cells + 3) | LoadRelaxed(cells + 4) | LoadRelaxed(cells + 5) |
          LoadRelaxed(cells + 6) | LoadRelaxed(cells + 7)) != 0;
}

// Calls `visit(cell, count)` for every cell in [begin, end) that holds something. Most hold
// nothing, so they are looked at eight at a time: a cache line.
template <typename Visit>
void ForEachCount(const int64_t* cells, uint32_t begin, uint32_t end, const Visit& visit) {
  constexpr uint32_t kBlock = 8;
  const auto visit_some = [&](uint32_t first, uint32_t last) {
    for (uint32_t cell = first; cell < last; ++cell) {
      const int64_t count = LoadRelaxed(&cells[cell]);
      if (count != 0) visit(cell, count);
    }
  };
  uint32_t cell = begin;
  for (; end - cell >= kBlock; cell += kBlock) {
    if (AnyOfEight(cells + cell)) visit_some(cell, cell + kBlock);
  }
  visit_some(cell, end);
}

// Adds one lane, or subtracts it when `sign` is negative.
inline void AddView(const HistogramView& view, const FamilyBlob& family, int sign,
                    HistogramTotal* total) {
  total->sum += double(sign) * LoadRelaxed(&view.head->sum);
  total->below = AddWrapping(total->below, WithSign(sign, LoadRelaxed(&view.head->below)));
  total->above = AddWrapping(total->above, WithSign(sign, LoadRelaxed(&view.head->above)));
  // Splits before cells: a writer stores the cell first, so a split is never ahead of its cell by
  // more than what is recorded while this runs; the reader of bounds clamps that.
  for (uint32_t i = 0; i < family.split_count; ++i) {
    total->splits[i] = AddWrapping(total->splits[i], WithSign(sign, LoadRelaxed(&view.splits[i])));
  }
  for (uint32_t i = 0; i <= family.bound_count; ++i) {
    total->spills[i] = AddWrapping(total->spills[i], WithSign(sign, LoadRelaxed(&view.spills[i])));
  }
  ForEachCount(view.cells, view.low, view.high, [&](uint32_t cell, int64_t count) {
    total->cells.Add(cell, WithSign(sign, count));
  });
}

// Extremes too: of all time, whatever the baseline is.
inline void AddLanes(const Region& region, const Entry& entry, const FamilyBlob& family,
                     HistogramTotal* total) {
  const uint32_t lanes = region.LanesInUse();
  for (uint32_t lane = kBaselineLane + 1; lane < lanes; ++lane) {
    HistogramView view;
    if (!ViewHistogram(region, lane, entry, family, &view)) continue;
    AddView(view, family, 1, total);
    // After the cells, because a writer widens the extremes first.
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    total->minimum = std::min(total->minimum, LoadRelaxed(&view.head->minimum));
    total->maximum = std::max(total->maximum, LoadRelaxed(&view.head->maximum));
  }
}

// Of lanes 1 and up, the baseline not subtracted.
inline CounterTotal SumCounter(const Region& region, const Entry& entry) {
  CounterTotal total;
  const uint32_t lanes = region.LanesInUse();
  for (uint32_t lane = kBaselineLane + 1; lane < lanes; ++lane) {
    const CounterTotal cell = LoadCounter(region, lane, entry);
    total.ones = AddWrapping(total.ones, cell.ones);
    total.amounts += cell.amounts;
  }
  return total;
}

inline void SumHistogram(const Region& region, const Entry& entry, const FamilyBlob& family,
                         HistogramTotal* total) {
  ClearTotal(family, total);
  AddLanes(region, entry, family, total);
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_SUMS_H_
