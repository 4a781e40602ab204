#include "merge.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "shared_memory.h"

namespace vsr_metrics {
namespace {

uint32_t LanesInUse(const Region& region) {
  return std::min(LoadAcquire(&region.header()->lanes_claimed), region.header()->lane_count);
}

bool HasBaseline(const Region& region) { return LoadAcquire(&region.header()->baseline_used) != 0; }

int64_t Times(int sign, int64_t count) { return sign < 0 ? AddWrapping(~count, 1) : count; }

template <typename T>
const T* CellOf(const Region& region, uint32_t lane, const Entry& entry) {
  return reinterpret_cast<const T*>(region.lane(lane) + entry.cell_offset);
}

CounterTotal LoadCounter(const Region& region, uint32_t lane, const Entry& entry) {
  const auto* cell = CellOf<CounterCell>(region, lane, entry);
  return {LoadRelaxed(&cell->ones), LoadRelaxed(&cell->amounts)};
}

struct HistogramView {
  const HistogramHead* head;
  const int64_t* splits;
  const int64_t* spills;
  const int64_t* cells;
  uint32_t low;
  uint32_t high;
};

// False when the lane never recorded the series.
bool ViewHistogram(const Region& region, uint32_t lane, const Entry& entry,
                   const FamilyBlob& family, HistogramView* view) {
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

void Clear(const FamilyBlob& family, HistogramTotal* total) {
  total->sum = 0;
  total->minimum = std::numeric_limits<double>::infinity();
  total->maximum = -std::numeric_limits<double>::infinity();
  total->below = 0;
  total->above = 0;
  total->low = 0;
  total->cells.clear();
  total->splits.assign(family.split_count, 0);
  total->spills.assign(family.bound_count + 1, 0);
}

// Widens the total to hold [low, high), keeping what it has.
void Cover(uint32_t low, uint32_t high, HistogramTotal* total) {
  if (total->cells.empty()) {
    total->low = low;
    total->cells.assign(high - low, 0);
    return;
  }
  if (low < total->low) {
    total->cells.insert(total->cells.begin(), total->low - low, 0);
    total->low = low;
  }
  if (high > total->low + total->cells.size()) total->cells.resize(high - total->low, 0);
}

void Add(const HistogramView& view, const FamilyBlob& family, int sign, HistogramTotal* total) {
  total->sum += double(sign) * LoadRelaxed(&view.head->sum);
  total->below = AddWrapping(total->below, Times(sign, LoadRelaxed(&view.head->below)));
  total->above = AddWrapping(total->above, Times(sign, LoadRelaxed(&view.head->above)));
  // Splits before cells: a writer stores the cell first, so a split is never ahead of its cell by
  // more than what is recorded while this runs; the reader of bounds clamps that.
  for (uint32_t i = 0; i < family.split_count; ++i) {
    total->splits[i] = AddWrapping(total->splits[i], Times(sign, LoadRelaxed(&view.splits[i])));
  }
  for (uint32_t i = 0; i <= family.bound_count; ++i) {
    total->spills[i] = AddWrapping(total->spills[i], Times(sign, LoadRelaxed(&view.spills[i])));
  }
  if (view.low >= view.high) return;
  Cover(view.low, view.high, total);
  int64_t* into = total->cells.data() + (view.low - total->low);
  for (uint32_t cell = view.low; cell < view.high; ++cell) {
    *into = AddWrapping(*into, Times(sign, LoadRelaxed(&view.cells[cell])));
    ++into;
  }
}

void AddLanes(const Region& region, const Entry& entry, const FamilyBlob& family,
              HistogramTotal* total) {
  const uint32_t lanes = LanesInUse(region);
  for (uint32_t lane = kBaselineLane + 1; lane < lanes; ++lane) {
    HistogramView view;
    if (!ViewHistogram(region, lane, entry, family, &view)) continue;
    total->minimum = std::min(total->minimum, LoadRelaxed(&view.head->minimum));
    total->maximum = std::max(total->maximum, LoadRelaxed(&view.head->maximum));
    Add(view, family, 1, total);
  }
}

bool HasAny(const std::vector<int64_t>& counts) {
  return std::any_of(counts.begin(), counts.end(), [](int64_t count) { return count > 0; });
}

// The extremes in the lanes are those of all time. What came after the baseline lies between them,
// and in the cells that are left.
void NarrowExtremes(const FamilyBlob& family, HistogramTotal* total) {
  if (HasAny(total->spills)) return;  // those may lie anywhere
  const auto holds = [](int64_t count) { return count > 0; };
  const auto first = std::find_if(total->cells.begin(), total->cells.end(), holds);
  const auto last = std::find_if(total->cells.rbegin(), total->cells.rend(), holds);
  const bool none = first == total->cells.end();
  const int64_t low = none ? family.cell_count : total->low + (first - total->cells.begin());
  const int64_t high = none ? -1 : total->low + (total->cells.rend() - last) - 1;
  if (total->below == 0) total->minimum = std::max(total->minimum, UpperEdge(family, low - 1));
  if (total->above == 0) total->maximum = std::min(total->maximum, UpperEdge(family, high));
}

// A baseline is read before the cells that it is subtracted from, which only grow: a reset that
// runs meanwhile can then not make a difference negative.
void OrderAfterBaseline() { __atomic_thread_fence(__ATOMIC_ACQUIRE); }

}  // namespace

CounterTotal SumCounter(const Region& region, const Entry& entry) {
  CounterTotal total;
  const uint32_t lanes = LanesInUse(region);
  for (uint32_t lane = kBaselineLane + 1; lane < lanes; ++lane) {
    const CounterTotal cell = LoadCounter(region, lane, entry);
    total.ones = AddWrapping(total.ones, cell.ones);
    total.amounts += cell.amounts;
  }
  return total;
}

CounterTotal ReadCounter(const Region& region, const Entry& entry) {
  CounterTotal baseline;
  if (HasBaseline(region)) baseline = LoadCounter(region, kBaselineLane, entry);
  OrderAfterBaseline();
  CounterTotal total = SumCounter(region, entry);
  total.ones = AddWrapping(total.ones, Times(-1, baseline.ones));
  total.amounts -= baseline.amounts;
  return total;
}

GaugeTotal ReadGauge(const Region& region, const Entry& entry) {
  if (Combine(entry.combine) == Combine::kLast) {
    const auto* cell = reinterpret_cast<const GaugeCell*>(region.shared() + entry.cell_offset);
    return {LoadRelaxed(&cell->value), LoadRelaxed(&cell->sampled_unix_milliseconds)};
  }
  GaugeTotal total;
  bool was_set = false;
  bool has_value = false;
  const uint32_t lanes = LanesInUse(region);
  for (uint32_t lane = kBaselineLane + 1; lane < lanes; ++lane) {
    const auto* cell = CellOf<GaugeCell>(region, lane, entry);
    const uint64_t state = LoadRelaxed(&cell->is_set);
    was_set |= state != 0;
    if (state != 1) continue;
    const double value = LoadRelaxed(&cell->value);
    if (std::isnan(value)) continue;
    const double sampled = LoadRelaxed(&cell->sampled_unix_milliseconds);
    if (!has_value) {
      total = {value, sampled};
      has_value = true;
      continue;
    }
    switch (Combine(entry.combine)) {
      case Combine::kSum:
        total.value += value;
        break;
      case Combine::kMinimum:
        total.value = std::min(total.value, value);
        break;
      default:
        total.value = std::max(total.value, value);
    }
    // The reading is as old as its oldest part.
    total.sampled_unix_milliseconds = std::min(total.sampled_unix_milliseconds, sampled);
  }
  // The smallest of nothing is not 0: once every thread that set it is gone, it is unknown.
  if (!has_value && was_set && Combine(entry.combine) != Combine::kSum) {
    total.value = std::numeric_limits<double>::quiet_NaN();
  }
  return total;
}

void SumHistogram(const Region& region, const Entry& entry, const FamilyBlob& family,
                  HistogramTotal* total) {
  Clear(family, total);
  AddLanes(region, entry, family, total);
}

void ReadHistogram(const Region& region, const Entry& entry, const FamilyBlob& family,
                   HistogramTotal* total) {
  Clear(family, total);
  HistogramView baseline;
  const bool has_baseline =
      HasBaseline(region) && ViewHistogram(region, kBaselineLane, entry, family, &baseline);
  double baseline_sum = 0;
  if (has_baseline) {
    Add(baseline, family, -1, total);
    // Subtracted last, as it was added up: nothing since then is then exactly 0.
    baseline_sum = -total->sum;
    total->sum = 0;
  }
  OrderAfterBaseline();
  AddLanes(region, entry, family, total);
  if (!has_baseline) return;
  total->sum -= baseline_sum;
  NarrowExtremes(family, total);
}

double UpperEdge(const FamilyBlob& family, int64_t index) {
  const uint64_t bits = uint64_t(index + 1 + family.base_index) << (family.shift + 32);
  double scaled;
  memcpy(&scaled, &bits, sizeof scaled);
  return scaled / family.scale;
}

}  // namespace vsr_metrics
