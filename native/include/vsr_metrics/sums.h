// The sums of one series over the lanes of all threads: what snapshots and baselines are made of.
//
// Reads only. Each total is a sum of cells that never step back, so it never steps back either,
// whatever the writers do meanwhile.
#ifndef VSR_METRICS_SUMS_H_
#define VSR_METRICS_SUMS_H_

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "cell_counts.h"
#include "histogram_cells.h"
#include "journal_reading.h"
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
  const uint8_t* lane;
};

// False when the lane never recorded the series.
inline bool ViewHistogram(const Region& region, uint32_t lane, const Entry& entry,
                          const FamilyBlob& family, HistogramView* view) {
  const uint64_t size = HistogramHeadSize(family.split_count, family.bound_count);
  if (!region.HasScalars(lane, entry.cell_offset, size)) return false;
  const uint8_t* memory = region.lane(lane);
  view->lane = memory;
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

// Adds the extremes of one lane: of all time, whatever the baseline is.
// After its cells, because a writer widens them before the value counts.
inline void AddExtremes(const HistogramView& view, HistogramTotal* total) {
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  total->minimum = std::min(total->minimum, LoadRelaxed(&view.head->minimum));
  total->maximum = std::max(total->maximum, LoadRelaxed(&view.head->maximum));
}

namespace sums_internal {

// A lane alone, in which the words that a batch under way may have changed become what they were
// before it.
inline void TakeBack(const HistogramView& view, const FamilyBlob& family,
                     const JournalContents& journal, HistogramTotal* total) {
  const auto offset_of = [&view](const void* word) {
    return uint64_t(static_cast<const uint8_t*>(word) - view.lane);
  };
  const auto before = [&](const int64_t* word, int64_t* now) {
    *now = int64_t(journal.Before(offset_of(word), uint64_t(*now)));
  };
  uint64_t sum;
  memcpy(&sum, &total->sum, sizeof sum);
  sum = journal.Before(offset_of(&view.head->sum), sum);
  memcpy(&total->sum, &sum, sizeof sum);
  before(&view.head->below, &total->below);
  before(&view.head->above, &total->above);
  for (uint32_t i = 0; i <= family.bound_count; ++i) before(&view.spills[i], &total->spills[i]);
  const uint64_t start = offset_of(view.cells);
  const uint64_t end = start + 8ull * view.high;
  for (auto undo = journal.FirstFrom(start + 8ull * view.low);
       undo != journal.undo().end() && undo->offset < end; ++undo) {
    if (undo->offset % 8 != 0) continue;
    const auto cell = uint32_t((undo->offset - start) / 8);
    const int64_t now = total->cells.At(cell);
    total->cells.Add(cell, AddWrapping(int64_t(undo->before), WithSign(-1, now)));
  }
}

// What draining would do with a value for whose cell there is memory.
inline void AddValue(const FamilyBlob& family, double value, uint32_t times,
                     HistogramTotal* total) {
  const int64_t cell = CellOfValue(family, value);
  if (cell < 0) {
    total->below = AddWrapping(total->below, times);
  } else if (cell >= family.cell_count) {
    total->above = AddWrapping(total->above, times);
  } else {
    total->cells.Add(uint32_t(cell), times);
  }
  total->sum += value * double(times);
  total->minimum = std::min(total->minimum, value);
  total->maximum = std::max(total->maximum, value);
}

inline void AddTotal(const FamilyBlob& family, const HistogramTotal& part, HistogramTotal* total) {
  total->sum += part.sum;
  total->minimum = std::min(total->minimum, part.minimum);
  total->maximum = std::max(total->maximum, part.maximum);
  total->below = AddWrapping(total->below, part.below);
  total->above = AddWrapping(total->above, part.above);
  for (uint32_t i = 0; i < family.split_count; ++i) {
    total->splits[i] = AddWrapping(total->splits[i], part.splits[i]);
  }
  for (uint32_t i = 0; i <= family.bound_count; ++i) {
    total->spills[i] = AddWrapping(total->spills[i], part.spills[i]);
  }
  part.cells.ForEach(0, family.cell_count,
                     [&](uint32_t cell, int64_t count) { total->cells.Add(cell, count); });
}

}  // namespace sums_internal

// What reading lanes with journals needs, and keeps from one series to the next.
struct JournalledLanes {
  explicit JournalledLanes(const Region& region) : journals(region) {}
  JournalReading journals;
  HistogramTotal part;
};

// The same for a lane with a journal: cells and ring of one moment. A writer that does nothing but
// record drains half of the time, in turns of a few microseconds; the last attempt is for one that
// makes no pause at all.
inline void AddJournalledLane(const Region& region, uint32_t lane, const Entry& entry,
                              const FamilyBlob& family, JournalledLanes* journalled,
                              HistogramTotal* total) {
  using namespace sums_internal;
  constexpr uint32_t kMostAttempts = 1000000;
  const auto series = uint32_t(&entry - region.entries());
  JournalReading& journals = journalled->journals;
  HistogramTotal& part = journalled->part;
  for (uint32_t attempt = 1;; ++attempt) {
    const JournalContents* journal = journals.Of(lane);
    if (journal == nullptr && attempt < kMostAttempts) continue;
    HistogramView view;
    if (journal == nullptr || !ViewHistogram(region, lane, entry, family, &view)) return;
    ClearTotal(family, &part);
    AddView(view, family, 1, &part);
    AddExtremes(view, &part);
    if (!journals.IsCurrent(lane) && attempt < kMostAttempts) continue;
    if (!journal->undo().empty()) TakeBack(view, family, *journal, &part);
    journal->ForEach(series,
                     [&](double value, uint32_t times) { AddValue(family, value, times, &part); });
    AddTotal(family, part, total);
    return;
  }
}

inline void AddLanes(const Region& region, const Entry& entry, const FamilyBlob& family,
                     JournalledLanes* journalled, HistogramTotal* total) {
  const uint32_t lanes = region.LanesInUse();
  for (uint32_t lane = kBaselineLane + 1; lane < lanes; ++lane) {
    if (region.HasJournal(lane)) {
      AddJournalledLane(region, lane, entry, family, journalled, total);
      continue;
    }
    HistogramView view;
    if (!ViewHistogram(region, lane, entry, family, &view)) continue;
    AddView(view, family, 1, total);
    AddExtremes(view, total);
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
  JournalledLanes journalled(region);
  ClearTotal(family, total);
  AddLanes(region, entry, family, &journalled, total);
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_SUMS_H_
