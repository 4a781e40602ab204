// Histograms in C++, and a timer that records into one. Registry makes them.
//
//   histogram.Record(0.845);
//   const double start = Now();
//   ...
//   histogram.Since(start);              // in the unit of the family
//   { ScopeTimer timer(&histogram); ... }   // the same
//
// A value between the smallest and the largest that this recorder has stepped a cell for needs no
// more than that: the cells between are reserved, readers look at them, and no extreme changes.
#ifndef VSR_METRICS_HISTOGRAM_H_
#define VSR_METRICS_HISTOGRAM_H_

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clock.h"
#include "directory.h"
#include "recorders.h"
#include "recording_thread.h"
#include "shared_memory.h"
#include "sums.h"

namespace vsr_metrics {

// A reading of the clock, for Histogram::Since: ticks from this library's base. Any thread of the
// process may take it.
inline double Now() {
  double ticks;
  ReadInto(&ticks);
  return ticks;
}

class Histogram {
 public:
  // HOT. Costs: bench/native/cpp_header.cc. Negative values, NaN and infinities are refused.
  void Record(double value) {
    if (value >= binding_->least && value <= binding_->greatest) {
      const uint32_t cell = IndexOf(value) - base_index_;
      Add(&binding_->cells[cell], 1);
      StoreRelaxed(&head()->sum, LoadRelaxed(&head()->sum) + value);
      if (is_split_ != nullptr && (*is_split_)[cell]) StepSplits(cell, value, 1);
    } else {
      RecordOther(value, 1);
    }
  }

  // The same value several times.
  void Record(double value, uint64_t times) { RecordOther(value, times); }

  // The time since `start`, which Now() gave, in the unit of the family.
  void Since(double start) {
    const double elapsed = Now() - start;
    if (IsDuration(elapsed)) {
      Record(elapsed * NanosecondsPerTick() * units_per_nanosecond_);
    } else if (elapsed < 0 && elapsed > -kDurationTicksEnd) {
      // Another thread's start may lie a little ahead: that is no reason to lose the event.
      thread_->Count(*binding_, rejection_reason::kClockStepBack);
      Record(0);
    } else {
      // No start at all, or one from before the clock's source changed.
      const bool is_nan = elapsed != elapsed;
      thread_->Reject(*binding_, is_nan ? elapsed : std::numeric_limits<double>::infinity());
    }
  }

 private:
  friend class Registry;

  Histogram(std::shared_ptr<RecordingThread> thread, std::shared_ptr<Binding> binding)
      : binding_(std::move(binding)), thread_(std::move(thread)) {
    const Region& region = thread_->region();
    const uint32_t family = region.entries()[binding_->series].family;
    const Entry& family_entry = region.entries()[family];
    family_ = FamilyOf(region, family);
    scale_ = family_->scale;
    shift_ = family_->shift;
    base_index_ = uint32_t(family_->base_index);
    units_per_nanosecond_ = UnitsPerNanosecond(DescriptionOf(region, family_entry));
    if (family_->split_count == 0) return;
    auto is_split = std::make_shared<std::vector<bool>>(family_->cell_count);
    for (uint32_t bound = 0; bound < family_->bound_count; ++bound) {
      if (bound_cells()[bound] & kBoundSplitFlag) {
        (*is_split)[bound_cells()[bound] & ~kBoundSplitFlag] = true;
      }
    }
    is_split_ = std::move(is_split);
  }

  // NaN, so that every duration is refused, when the unit is not one of time.
  static double UnitsPerNanosecond(std::string_view description) {
    for (const JsonMember& property : ReadJson(description)) {
      if (property.name != "nanosecondsPerUnit") continue;
      return 1 / double(strtoull(std::string(property.value).c_str(), nullptr, 10));
    }
    return std::numeric_limits<double>::quiet_NaN();
  }

  // The upper bits of the scaled value's lower neighbour; see lib/core/histogram-geometry.ts.
  uint32_t IndexOf(double value) const {
    const double scaled = value * scale_ * (1 - 0x1p-53);
    uint64_t bits;
    memcpy(&bits, &scaled, sizeof bits);
    return uint32_t(bits >> 32) >> shift_;
  }

  static void Add(int64_t* cell, uint64_t times) {
    StoreRelaxed(cell, AddWrapping(LoadRelaxed(cell), int64_t(times)));
  }

  HistogramHead* head() const { return reinterpret_cast<HistogramHead*>(binding_->scalars); }
  const double* bounds() const { return reinterpret_cast<const double*>(family_ + 1); }
  const uint32_t* bound_cells() const {
    return reinterpret_cast<const uint32_t*>(bounds() + family_->bound_count);
  }

  // Everything but one value between those seen.
  __attribute__((noinline)) void RecordOther(double given, uint64_t times) {
    if (!(given >= 0 && given < std::numeric_limits<double>::infinity())) {
      thread_->Reject(*binding_, given);
      return;
    }
    if (times >= (uint64_t{1} << 53)) {
      thread_->RejectAs(*binding_, rejection_reason::kNotACount, std::to_string(times) + " times");
      return;
    }
    if (times == 0 || binding_->is_void) return;
    const double value = given + 0;  // -0 has the sign bit of a huge cell
    const double sum = LoadRelaxed(&head()->sum) + value * double(times);
    if (!(sum < std::numeric_limits<double>::infinity())) {
      thread_->Reject(*binding_, sum);
      return;
    }
    // Before the value counts: whoever reads it, now or after a kill in between, finds it in the
    // extremes.
    if (value < LoadRelaxed(&head()->minimum)) StoreRelaxed(&head()->minimum, value);
    if (value > LoadRelaxed(&head()->maximum)) StoreRelaxed(&head()->maximum, value);
    const int64_t cell = int64_t{IndexOf(value)} - base_index_;
    if (cell < 0) {
      Add(&head()->below, times);
    } else if (cell >= family_->cell_count) {
      Add(&head()->above, times);
    } else if (IsTouched(uint32_t(cell)) ||
               thread_->lane().Touch(binding_->series, uint32_t(cell))) {
      Add(&binding_->cells[cell], times);
      // The cell first: a reader never finds more on one side of a bound than in the whole cell.
      if (is_split_ != nullptr && (*is_split_)[cell]) StepSplits(uint32_t(cell), value, times);
      WidenSeen(value);
    } else {
      Spill(value, times);
    }
    StoreRelaxed(&head()->sum, sum);
  }

  // Values so large that they could make a sum infinite always come this way. No number of others
  // can: next to a sum that is about to be, they are nothing. So does zero: it may be -0, whose
  // sign bit makes it a cell far beyond all.
  void WidenSeen(double value) {
    constexpr double kLargest = 0x1p900;
    if (value > kLargest || value == 0) return;
    if (value < binding_->least) binding_->least = value;
    if (value > binding_->greatest) binding_->greatest = value;
  }

  bool IsTouched(uint32_t cell) const {
    return cell >= LoadRelaxed(&head()->touched_low) && cell < LoadRelaxed(&head()->touched_high);
  }

  void StepSplits(uint32_t cell, double value, uint64_t times) {
    auto* split = reinterpret_cast<int64_t*>(head() + 1);
    for (uint32_t bound = 0; bound < family_->bound_count; ++bound) {
      if ((bound_cells()[bound] & kBoundSplitFlag) == 0) continue;
      const bool is_within =
          (bound_cells()[bound] & ~kBoundSplitFlag) == cell && value <= bounds()[bound];
      if (is_within) Add(split, times);
      ++split;
    }
  }

  // No memory for the cell: the value still counts in its bound, and in count and sum.
  void Spill(double value, uint64_t times) {
    uint32_t bound = 0;
    while (bound < family_->bound_count && value > bounds()[bound]) ++bound;
    auto* spills = reinterpret_cast<int64_t*>(head() + 1) + family_->split_count;
    Add(&spills[bound], times);
    thread_->Count(*binding_, rejection_reason::kMemoryExhausted);
  }

  std::shared_ptr<Binding> binding_;
  double scale_;
  uint32_t shift_;
  uint32_t base_index_;
  std::shared_ptr<const std::vector<bool>> is_split_;  // null: no bound lies inside a cell
  double units_per_nanosecond_;
  const FamilyBlob* family_;
  std::shared_ptr<RecordingThread> thread_;
};

// Records how long it lived.
class ScopeTimer {
 public:
  explicit ScopeTimer(Histogram* histogram) : histogram_(histogram), start_(Now()) {}
  ~ScopeTimer() { histogram_->Since(start_); }
  ScopeTimer(const ScopeTimer&) = delete;
  ScopeTimer& operator=(const ScopeTimer&) = delete;

 private:
  Histogram* histogram_;
  double start_;
};

}  // namespace vsr_metrics

#endif  // VSR_METRICS_HISTOGRAM_H_
