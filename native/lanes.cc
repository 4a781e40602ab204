#include "lanes.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <limits>
#ifdef __linux__
#include <sys/syscall.h>
#endif

#include "directory.h"
#include "shared_memory.h"

namespace vsr_metrics {
namespace {

constexpr uint32_t kCellsPerPage = kPageSize / sizeof(int64_t);

uint32_t ThreadId() {
#ifdef __linux__
  return uint32_t(syscall(SYS_gettid));
#else
  return 0;
#endif
}

// What a thread that is gone last set must not weigh on the gauges of the living.
void UnsetGauges(Region& region, uint32_t lane) {
  const Entry* entries = region.entries();
  const uint32_t count = region.EntryCount();
  for (uint32_t index = 0; index < count; ++index) {
    const Entry& entry = entries[index];
    if (entry.type != uint32_t(EntryType::kSeries) || Kind(entry.kind) != Kind::kGauge ||
        Combine(entry.combine) == Combine::kLast) {
      continue;
    }
    auto* cell = reinterpret_cast<GaugeCell*>(region.lane(lane) + entry.cell_offset);
    if (LoadRelaxed(&cell->is_set) != 1) continue;
    StoreRelaxed(&cell->is_set, uint64_t{2});
    StoreRelaxed(&cell->value, 0.0);
    StoreRelaxed(&cell->sampled_unix_milliseconds, 0.0);
  }
}

}  // namespace

std::shared_ptr<Lane> Lane::Claim(std::shared_ptr<Region> region, Error* error) {
  RegionHeader* header = region->header();
  for (uint32_t index = kBaselineLane + 1; index < header->lane_count; ++index) {
    LaneRecord& record = region->lane_records()[index];
    if (!CompareAndSwap(&record.state, uint32_t(LaneState::kFree), uint32_t(LaneState::kOwned))) {
      continue;
    }
    FetchAdd(&record.generation, uint32_t{1});
    StoreRelaxed(&record.owner_pid, uint32_t(getpid()));
    StoreRelaxed(&record.owner_thread, ThreadId());
    StoreRelaxed(&record.claimed_unix_nanoseconds, UnixNanoseconds());
    RaiseTo(&header->lanes_claimed, index + 1);
    return std::shared_ptr<Lane>(new Lane(std::move(region), index));
  }
  *error = {"VSR_METRICS_REGISTRY_FULL", "all " + std::to_string(header->lane_count - 1) +
                                    " lanes of the registry are in use: a lane is one recording "
                                    "thread; raise the option capacity.lanes of createRegistry"};
  return nullptr;
}

Lane::~Lane() {
  UnsetGauges(*region_, index_);
  StoreRelease(&region_->lane_records()[index_].state, uint32_t(LaneState::kFree));
}

bool Lane::Bind(uint32_t index) {
  if (index >= region_->EntryCount()) return false;
  const Entry& entry = region_->entries()[index];
  if (Kind(entry.kind) != Kind::kHistogram) {
    if (Kind(entry.kind) == Kind::kGauge && Combine(entry.combine) == Combine::kLast) return true;
    auto* cell = reinterpret_cast<GaugeCell*>(memory() + entry.cell_offset);
    if (!region_->Reserve(reinterpret_cast<uint8_t*>(cell), sizeof(GaugeCell))) return false;
    if (Kind(entry.kind) == Kind::kGauge && LoadRelaxed(&cell->is_set) != 1) {
      const bool is_sum = Combine(entry.combine) == Combine::kSum;
      StoreRelaxed(&cell->value, is_sum ? 0.0 : std::numeric_limits<double>::quiet_NaN());
      StoreRelease(&cell->is_set, uint64_t{1});
    }
    return true;
  }
  const FamilyBlob* family = FamilyOf(*region_, entry.family);
  if (family == nullptr) return false;
  uint8_t* start = memory() + entry.cell_offset;
  auto* head = reinterpret_cast<HistogramHead*>(start);
  if (!region_->Reserve(start, HistogramHeadSize(family->split_count, family->bound_count))) {
    return false;
  }
  if (LoadRelaxed(&head->in_use) == 0) {
    StoreRelaxed(&head->minimum, std::numeric_limits<double>::infinity());
    StoreRelaxed(&head->maximum, -std::numeric_limits<double>::infinity());
    StoreRelease(&head->in_use, uint64_t{1});
  }
  return true;
}

bool Lane::Touch(uint32_t index, uint32_t cell) {
  if (index >= region_->EntryCount()) return false;
  const Entry& entry = region_->entries()[index];
  const FamilyBlob* family = FamilyOf(*region_, entry.family);
  if (family == nullptr || cell >= family->cell_count) return false;
  auto* head = reinterpret_cast<HistogramHead*>(memory() + entry.cell_offset);
  uint8_t* cells = memory() + entry.cells_page * kPageSize;

  // Whole pages: they are what memory is made of, and one call then serves many values.
  const uint32_t low = cell / kCellsPerPage * kCellsPerPage;
  const uint32_t high = std::min(low + kCellsPerPage, family->cell_count);
  const uint32_t touched_low = LoadRelaxed(&head->touched_low);
  const uint32_t touched_high = LoadRelaxed(&head->touched_high);
  // What lies between is reserved too, because readers will read it. Latencies cluster: the gap is
  // rarely more than a few pages.
  const uint32_t first = touched_high == 0 ? low : std::min(low, touched_low);
  const uint32_t last = std::max(high, touched_high);
  if (!region_->Reserve(cells + 8ull * first, 8ull * (last - first))) return false;
  // A reader between the two stores sees either range, or a part of the new one: all are reserved.
  StoreRelease(&head->touched_low, first);
  StoreRelease(&head->touched_high, last);
  return true;
}

}  // namespace vsr_metrics
