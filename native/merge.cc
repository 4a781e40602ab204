#include "merge.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "vsr_metrics/shared_memory.h"

namespace vsr_metrics {

namespace {

bool HasBaseline(const Region& region) { return LoadAcquire(&region.header()->baseline_used) != 0; }

bool HasAny(const std::vector<int64_t>& counts) {
  return std::any_of(counts.begin(), counts.end(), [](int64_t count) { return count > 0; });
}

// The extremes in the lanes are those of all time. What came after the baseline lies between them,
// and in the cells that are left.
void NarrowExtremes(const FamilyBlob& family, HistogramTotal* total) {
  if (HasAny(total->spills)) return;  // those may lie anywhere
  int64_t low = family.cell_count;
  int64_t high = -1;
  total->cells.ForEach(0, family.cell_count, [&](uint32_t cell, int64_t count) {
    if (count <= 0) return;
    low = std::min<int64_t>(low, cell);
    high = cell;
  });
  if (total->below == 0) total->minimum = std::max(total->minimum, UpperEdge(family, low - 1));
  if (total->above == 0) total->maximum = std::min(total->maximum, UpperEdge(family, high));
}

// A baseline is read before the cells that it is subtracted from, which only grow: a reset that
// runs meanwhile can then not make a difference negative.
void OrderAfterBaseline() { __atomic_thread_fence(__ATOMIC_ACQUIRE); }

}  // namespace

CounterTotal ReadCounter(const Region& region, const Entry& entry) {
  CounterTotal baseline;
  if (HasBaseline(region)) baseline = LoadCounter(region, kBaselineLane, entry);
  OrderAfterBaseline();
  CounterTotal total = SumCounter(region, entry);
  total.ones = AddWrapping(total.ones, WithSign(-1, baseline.ones));
  total.amounts -= baseline.amounts;
  return total;
}

GaugeTotal ReadGauge(const Region& region, const Entry& entry) {
  if (Combine(entry.combine) == Combine::kLast) {
    const auto* cell = reinterpret_cast<const GaugeCell*>(region.shared() + entry.cell_offset);
    return {LoadRelaxed(&cell->value), LoadRelaxed(&cell->sampled_monotonic_milliseconds)};
  }
  GaugeTotal total;
  bool has_value = false;
  const uint32_t lanes = region.LanesInUse();
  for (uint32_t lane = kBaselineLane + 1; lane < lanes; ++lane) {
    if (!region.HasScalars(lane, entry.cell_offset, sizeof(GaugeCell))) continue;
    const auto* cell = CellOf<GaugeCell>(region, lane, entry);
    if (LoadRelaxed(&cell->is_set) != 1) continue;
    const double value = LoadRelaxed(&cell->value);
    if (std::isnan(value)) continue;
    const double sampled = LoadRelaxed(&cell->sampled_monotonic_milliseconds);
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
    total.sampled_monotonic_milliseconds = std::min(total.sampled_monotonic_milliseconds, sampled);
  }
  // What nobody sets, or nobody who is still there, is not 0 but unknown.
  if (!has_value && (entry.flags & kStartsAtZero) == 0) {
    total.value = std::numeric_limits<double>::quiet_NaN();
  }
  return total;
}

void ReadHistogram(const Region& region, const Entry& entry, const FamilyBlob& family,
                   JournalledLanes* journalled, HistogramTotal* total) {
  ClearTotal(family, total);
  HistogramView baseline;
  const bool has_baseline =
      HasBaseline(region) && ViewHistogram(region, kBaselineLane, entry, family, &baseline);
  double baseline_sum = 0;
  if (has_baseline) {
    AddView(baseline, family, -1, total);
    // Subtracted last, as it was added up: nothing since then is then exactly 0.
    baseline_sum = -total->sum;
    total->sum = 0;
  }
  OrderAfterBaseline();
  AddLanes(region, entry, family, journalled, total);
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
