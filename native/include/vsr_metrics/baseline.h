// The baseline lane: what reset() and the return of an overflow series subtract.
//
// Cells have one writer each, so nobody may set another thread's counter back to zero. Instead the
// totals of that moment are kept in lane 0 and every reader subtracts them.
#ifndef VSR_METRICS_BASELINE_H_
#define VSR_METRICS_BASELINE_H_

#include <algorithm>

#include "directory.h"
#include "directory_lock.h"
#include "exemplars.h"
#include "region.h"
#include "sums.h"

namespace vsr_metrics {
namespace baseline_internal {

inline bool SetCounter(Region& region, const Entry& entry) {
  if (!region.ReserveScalars(kBaselineLane, entry.cell_offset + sizeof(CounterCell))) return false;
  const CounterTotal total = SumCounter(region, entry);
  auto* cell = reinterpret_cast<CounterCell*>(region.lane(kBaselineLane) + entry.cell_offset);
  StoreRelaxed(&cell->ones, total.ones);
  StoreRelaxed(&cell->amounts, total.amounts);
  return true;
}

// Gauges are values of now, not totals: they are set, whoever owns the cell.
inline void SetGauge(Region& region, const Entry& entry) {
  if (Combine(entry.combine) == Combine::kLast) {
    auto* cell = reinterpret_cast<GaugeCell*>(region.shared() + entry.cell_offset);
    StoreRelaxed(&cell->value, UnsetValue(entry));
    StoreRelaxed(&cell->sampled_monotonic_milliseconds, 0.0);
    return;
  }
  const uint32_t lanes = region.LanesInUse();
  for (uint32_t lane = kBaselineLane + 1; lane < lanes; ++lane) {
    if (!region.HasScalars(lane, entry.cell_offset, sizeof(GaugeCell))) continue;
    auto* cell = reinterpret_cast<GaugeCell*>(region.lane(lane) + entry.cell_offset);
    if (LoadRelaxed(&cell->is_set) != 1) continue;
    StoreRelaxed(&cell->value, UnsetValue(entry));
    StoreRelaxed(&cell->sampled_monotonic_milliseconds, 0.0);
  }
}

inline bool SetHistogram(Region& region, const Entry& entry, const FamilyBlob& family) {
  HistogramTotal total;
  SumHistogram(region, entry, family, &total);
  uint8_t* memory = region.lane(kBaselineLane);
  uint8_t* cells_start = memory + entry.cells_page * kPageSize;
  auto* head = reinterpret_cast<HistogramHead*>(memory + entry.cell_offset);
  const uint32_t high = total.cells.high();
  const uint32_t low = std::min(total.cells.low(), high);
  const uint64_t cells_size = 8ull * (high - low);
  const uint64_t head_size = HistogramHeadSize(family.split_count, family.bound_count);
  if (!region.ReserveScalars(kBaselineLane, entry.cell_offset + head_size)) return false;
  if (cells_size > 0 && !region.Reserve(cells_start + 8ull * low, cells_size)) return false;
  StoreRelaxed(&head->sum, total.sum);
  StoreRelaxed(&head->below, total.below);
  StoreRelaxed(&head->above, total.above);
  auto* counts = reinterpret_cast<int64_t*>(head + 1);
  for (const int64_t count : total.splits) StoreRelaxed(counts++, count);
  for (const int64_t count : total.spills) StoreRelaxed(counts++, count);
  auto* cells = reinterpret_cast<int64_t*>(cells_start);
  for (uint32_t cell = low; cell < high; ++cell) {
    StoreRelaxed(&cells[cell], total.cells.At(cell));
  }
  StoreRelaxed(&head->touched_low, low);
  StoreRelaxed(&head->touched_high, high);
  StoreRelease(&head->in_use, uint64_t{1});
  return true;
}

}  // namespace baseline_internal

// From now on the series reads as if nothing had been recorded yet. False: there is no memory for
// that, and it reads as before. With the directory locked.
inline bool SetBaseline(Region& region, uint32_t series) {
  using namespace baseline_internal;
  const Entry& entry = region.entries()[series];
  switch (Kind(entry.kind)) {
    case Kind::kCounter:
      if (!SetCounter(region, entry)) return false;
      ClearExemplars(region, series);
      break;
    case Kind::kGauge:
      SetGauge(region, entry);
      break;
    case Kind::kHistogram: {
      const FamilyBlob* family = FamilyOf(region, entry.family);
      if (family == nullptr || !SetHistogram(region, entry, *family)) return false;
      ClearExemplars(region, series);
      break;
    }
  }
  StoreRelease(&region.header()->baseline_used, uint32_t{1});
  return true;
}

// The same for every series. Meant for tests: records that run meanwhile fall on either side.
// False, and why, when somebody else holds the directory.
inline bool SetAllBaselines(Region& region, Error* error) {
  const DirectoryLock lock(region);
  if (!lock.is_held()) {
    *error = {"VSR_METRICS_REGISTRY_BUSY",
              "the registry cannot be reset: " + HolderOf(region, lock.holder())};
    return false;
  }
  const uint32_t count = region.EntryCount();
  for (uint32_t index = 0; index < count; ++index) {
    Entry& entry = region.entries()[index];
    // What is removed or sleeps starts from nothing anyway.
    if (StateOf(entry) != EntryState::kLive || !IsSoundSeries(region, entry, index)) continue;
    SetBaseline(region, index);
    // Who compares with an earlier snapshot must not take what follows for a step back.
    StoreRelaxed(&entry.created_unix_milliseconds, UnixMilliseconds());
  }
  FetchAdd(&region.header()->layout_changes, uint64_t{1});
  return true;
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_BASELINE_H_
