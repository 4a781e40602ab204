#include "baseline.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "directory.h"
#include "merge.h"
#include "shared_memory.h"

namespace vsr_metrics {
namespace {

void SetCounter(Region& region, const Entry& entry) {
  const CounterTotal total = SumCounter(region, entry);
  auto* cell = reinterpret_cast<CounterCell*>(region.lane(kBaselineLane) + entry.cell_offset);
  StoreRelaxed(&cell->ones, total.ones);
  StoreRelaxed(&cell->amounts, total.amounts);
}

// Gauges are values of now, not totals: they are set, whoever owns the cell.
void SetGauge(Region& region, const Entry& entry) {
  if (Combine(entry.combine) == Combine::kLast) {
    auto* cell = reinterpret_cast<GaugeCell*>(region.shared() + entry.cell_offset);
    StoreRelaxed(&cell->value, 0.0);
    StoreRelaxed(&cell->sampled_unix_milliseconds, 0.0);
    return;
  }
  const double unset =
      Combine(entry.combine) == Combine::kSum ? 0.0 : std::numeric_limits<double>::quiet_NaN();
  const uint32_t lanes = LoadAcquire(&region.header()->lanes_claimed);
  for (uint32_t lane = kBaselineLane + 1; lane < lanes; ++lane) {
    auto* cell = reinterpret_cast<GaugeCell*>(region.lane(lane) + entry.cell_offset);
    if (LoadRelaxed(&cell->is_set) != 1) continue;
    StoreRelaxed(&cell->value, unset);
    StoreRelaxed(&cell->sampled_unix_milliseconds, 0.0);
  }
}

void SetHistogram(Region& region, const Entry& entry, const FamilyBlob& family) {
  HistogramTotal total;
  SumHistogram(region, entry, family, &total);
  uint8_t* memory = region.lane(kBaselineLane);
  uint8_t* cells_start = memory + entry.cells_page * kPageSize;
  auto* head = reinterpret_cast<HistogramHead*>(memory + entry.cell_offset);
  region.Reserve(cells_start + 8ull * total.low, 8ull * total.cells.size());
  StoreRelaxed(&head->sum, total.sum);
  StoreRelaxed(&head->below, total.below);
  StoreRelaxed(&head->above, total.above);
  auto* counts = reinterpret_cast<int64_t*>(head + 1);
  for (const int64_t count : total.splits) StoreRelaxed(counts++, count);
  for (const int64_t count : total.spills) StoreRelaxed(counts++, count);
  auto* cells = reinterpret_cast<int64_t*>(cells_start) + total.low;
  for (const int64_t count : total.cells) StoreRelaxed(cells++, count);
  StoreRelaxed(&head->touched_low, total.low);
  StoreRelaxed(&head->touched_high, total.low + uint32_t(total.cells.size()));
  StoreRelease(&head->in_use, uint64_t{1});
}

}  // namespace

void SetBaseline(Region& region, uint32_t series) {
  const Entry& entry = region.entries()[series];
  switch (Kind(entry.kind)) {
    case Kind::kCounter:
      SetCounter(region, entry);
      break;
    case Kind::kGauge:
      SetGauge(region, entry);
      break;
    case Kind::kHistogram: {
      const FamilyBlob* family = FamilyOf(region, entry.family);
      if (family != nullptr) SetHistogram(region, entry, *family);
      break;
    }
  }
  StoreRelease(&region.header()->baseline_used, uint32_t{1});
}

void SetAllBaselines(Region& region) {
  const uint32_t count = region.EntryCount();
  for (uint32_t index = 0; index < count; ++index) {
    Entry& entry = region.entries()[index];
    const bool published = LoadAcquire(&entry.state) != uint32_t(EntryState::kEmpty);
    if (!published || entry.type != uint32_t(EntryType::kSeries)) continue;
    SetBaseline(region, index);
    // Who compares with an earlier snapshot must not take what follows for a step back.
    StoreRelaxed(&entry.created_unix_milliseconds, UnixMilliseconds());
  }
  FetchAdd(&region.header()->layout_changes, uint64_t{1});
}

}  // namespace vsr_metrics
