// Families and recorders as plain as can be, for the tests: what any writer of a lane does, written
// down a second time from the description of the bytes alone.
//
//   std::shared_ptr<Region> region = SmallRegion();
//   const uint32_t family = AddFamily(*region, HistogramFamily("wait_seconds", {0.1, 1, 10}));
//   const uint32_t series = AddSeries(*region, family, "{}");
//   HistogramWriter histogram(*lane, series);
//   histogram.Record(0.5);
#ifndef VSR_METRICS_TEST_LANE_WRITER_H_
#define VSR_METRICS_TEST_LANE_WRITER_H_

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "families.h"
#include "region_create.h"
#include "vsr_metrics/baseline.h"
#include "vsr_metrics/lanes.h"
#include "vsr_metrics/series.h"
#include "vsr_metrics/shared_memory.h"

namespace vsr_metrics {

inline RegionSizes SmallSizes() {
  RegionSizes sizes;
  sizes.lanes = 4;
  sizes.processes = 2;
  sizes.entries = 256;
  sizes.heap_bytes = 64 << 10;
  sizes.scalar_bytes = 64 << 10;
  sizes.histogram_bytes = 4 << 20;
  sizes.shared_bytes = 16 << 10;
  return sizes;
}

// A test that has no region has nothing to test.
inline std::shared_ptr<Region> MakeRegion(const RegionSizes& sizes) {
  Error error;
  std::shared_ptr<Region> region = CreateRegion(sizes, &error);
  if (region == nullptr) {
    printf("not ok a region can be made: %s\n", error.message.c_str());
    exit(1);
  }
  return region;
}

inline std::shared_ptr<Region> SmallRegion() { return MakeRegion(SmallSizes()); }

inline FamilySpec CounterFamily(std::string name, uint32_t max_series = 1000) {
  FamilySpec spec;
  spec.kind = Kind::kCounter;
  spec.name = std::move(name);
  spec.description = "{}";
  spec.max_series = max_series;
  return spec;
}

inline FamilySpec GaugeFamily(std::string name, Combine combine, uint32_t max_series = 1000) {
  FamilySpec spec = CounterFamily(std::move(name), max_series);
  spec.kind = Kind::kGauge;
  spec.combine = combine;
  return spec;
}

// The index of a value's cell before base_index is subtracted: the high word of the scaled value's
// lower neighbour, cut after its first bits.
inline uint32_t CellIndex(double value, double scale, uint32_t shift) {
  const double scaled = value * scale * (1 - 0x1p-53);
  uint64_t bits;
  memcpy(&bits, &scaled, sizeof bits);
  return uint32_t(bits >> 32) >> shift;
}

// Cells from the one of `minimum` to the one of `maximum`. Bounds that `scale` does not align get a
// split each.
inline FamilySpec HistogramFamily(std::string name, std::vector<double> bounds, double scale = 1,
                                  double minimum = 1e-6, double maximum = 1e9,
                                  uint32_t shift = 10) {
  FamilySpec spec = CounterFamily(std::move(name));
  spec.kind = Kind::kHistogram;
  spec.scale = scale;
  spec.shift = shift;
  spec.base_index = int32_t(CellIndex(minimum, scale, shift));
  spec.cell_count = CellIndex(maximum, scale, shift) - uint32_t(spec.base_index) + 1;
  for (const double bound : bounds) {
    const uint32_t cell = CellIndex(bound, scale, shift) - uint32_t(spec.base_index);
    const double next = std::nextafter(bound, INFINITY);
    const bool is_aligned = CellIndex(next, scale, shift) != CellIndex(bound, scale, shift);
    spec.bound_cells.push_back(is_aligned ? cell + 1 : cell | kBoundSplitFlag);
    if (!is_aligned) ++spec.split_count;
  }
  spec.bounds = std::move(bounds);
  return spec;
}

inline uint32_t AddFamily(Region& region, const FamilySpec& spec) {
  Error error;
  return FindOrAddFamily(region, spec, &error);
}

inline uint32_t AddSeries(Region& region, uint32_t family, const std::string& key) {
  return FindOrAddSeries(region, family, key).index;
}

// Whether there was one.
inline bool RemoveSeries(Region& region, uint32_t family, std::string_view key) {
  uint32_t index;
  return RemoveSeries(region, family, key, &index) == Removal::kRemoved;
}

inline void ResetAll(Region& region) {
  Error error;
  if (SetAllBaselines(region, &error)) return;
  printf("not ok a registry can be reset: %s\n", error.message.c_str());
  exit(1);
}

inline EntryState StateAt(const Region& region, uint32_t index) {
  return StateOf(region.entries()[index]);
}

// Plain stores into a lane, as JavaScript and other native code do them. Relaxed atomics are the
// same instructions, and let ThreadSanitizer see what is meant to race.
class CounterWriter {
 public:
  CounterWriter(Lane& lane, uint32_t series)
      : cell_(reinterpret_cast<CounterCell*>(lane.memory() +
                                             lane.region().entries()[series].cell_offset)) {
    lane.Bind(series);
  }

  void Increment() { StoreRelaxed(&cell_->ones, LoadRelaxed(&cell_->ones) + 1); }
  void Add(double amount) { StoreRelaxed(&cell_->amounts, LoadRelaxed(&cell_->amounts) + amount); }
  CounterCell* cell() const { return cell_; }

 private:
  CounterCell* cell_;
};

class GaugeWriter {
 public:
  GaugeWriter(Lane& lane, uint32_t series) : GaugeWriter(lane.region(), lane.memory(), series) {
    lane.Bind(series);
  }

  void Set(double value) { StoreRelaxed(&cell_->value, value); }
  void Add(double amount) { Set(LoadRelaxed(&cell_->value) + amount); }
  void SetSampled(double milliseconds) {
    StoreRelaxed(&cell_->sampled_monotonic_milliseconds, milliseconds);
  }
  GaugeCell* cell() const { return cell_; }

 private:
  GaugeWriter(const Region& region, uint8_t* memory, uint32_t series) {
    const Entry& entry = region.entries()[series];
    uint8_t* start = Combine(entry.combine) == Combine::kLast ? region.shared() : memory;
    cell_ = reinterpret_cast<GaugeCell*>(start + entry.cell_offset);
  }

  GaugeCell* cell_;
};

class HistogramWriter {
 public:
  HistogramWriter(Lane& lane, uint32_t series) : lane_(&lane), series_(series) {
    const Region& region = lane.region();
    const Entry& entry = region.entries()[series];
    family_ = FamilyOf(region, entry.family);
    bounds_ = reinterpret_cast<const double*>(family_ + 1);
    bound_cells_ = reinterpret_cast<const uint32_t*>(bounds_ + family_->bound_count);
    lane.Bind(series);
    head_ = reinterpret_cast<HistogramHead*>(lane.memory() + entry.cell_offset);
    splits_ = reinterpret_cast<int64_t*>(head_ + 1);
    spills_ = splits_ + family_->split_count;
    cells_ = reinterpret_cast<int64_t*>(lane.memory() + entry.cells_page * kPageSize);
  }

  void Record(double value) {
    const int64_t cell =
        int64_t{CellIndex(value, family_->scale, family_->shift)} - family_->base_index;
    if (cell < 0) {
      Step(&head_->below);
    } else if (cell >= family_->cell_count) {
      Step(&head_->above);
    } else if (IsTouched(uint32_t(cell)) || lane_->Touch(series_, uint32_t(cell))) {
      StepCell(uint32_t(cell), value);
    } else {
      Spill(value);
    }
    StoreRelaxed(&head_->sum, LoadRelaxed(&head_->sum) + value);
    if (value < LoadRelaxed(&head_->minimum)) StoreRelaxed(&head_->minimum, value);
    if (value > LoadRelaxed(&head_->maximum)) StoreRelaxed(&head_->maximum, value);
  }

  // Counts the value as if there had been no memory for its cell.
  void Spill(double value) {
    uint32_t bound = 0;
    while (bound < family_->bound_count && value > bounds_[bound]) ++bound;
    Step(&spills_[bound]);
  }

  HistogramHead* head() const { return head_; }
  int64_t* cells() const { return cells_; }
  const FamilyBlob& family() const { return *family_; }

 private:
  static void Step(int64_t* cell) { StoreRelaxed(cell, LoadRelaxed(cell) + 1); }

  bool IsTouched(uint32_t cell) const {
    return cell >= LoadRelaxed(&head_->touched_low) && cell < LoadRelaxed(&head_->touched_high);
  }

  void StepCell(uint32_t cell, double value) {
    Step(&cells_[cell]);
    uint32_t split = 0;
    for (uint32_t bound = 0; bound < family_->bound_count; ++bound) {
      if ((bound_cells_[bound] & kBoundSplitFlag) == 0) continue;
      if ((bound_cells_[bound] & ~kBoundSplitFlag) == cell && value <= bounds_[bound]) {
        Step(&splits_[split]);
      }
      ++split;
    }
  }

  Lane* lane_;
  uint32_t series_;
  const FamilyBlob* family_;
  const double* bounds_;
  const uint32_t* bound_cells_;
  HistogramHead* head_;
  int64_t* splits_;
  int64_t* spills_;
  int64_t* cells_;
};

// While one of these lives the region cannot get more memory, as on a full file system: its
// descriptor leads to something that cannot grow. The mapping and the locks stay.
class FullFileSystem {
 public:
  explicit FullFileSystem(const Region& region) : fd_(region.fd()), kept_(dup(fd_)) {
    const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(nothing, fd_);
    close(nothing);
  }
  ~FullFileSystem() {
    dup2(kept_, fd_);
    close(kept_);
  }
  FullFileSystem(const FullFileSystem&) = delete;
  FullFileSystem& operator=(const FullFileSystem&) = delete;

 private:
  int fd_;
  int kept_;
};

}  // namespace vsr_metrics

#endif  // VSR_METRICS_TEST_LANE_WRITER_H_
