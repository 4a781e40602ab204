// Counters and gauges: what a thread holds while it records. Registry makes them.
//
// Plain stores into the lane of the thread that opened them, so each belongs to that thread. Stores
// are relaxed atomics: the same instructions, and readers on other threads are no data race.
#ifndef VSR_METRICS_RECORDERS_H_
#define VSR_METRICS_RECORDERS_H_

#ifdef __FAST_MATH__
#error "vsr-metrics tells NaN from numbers and relies on exact rounding: leave out -ffast-math"
#endif

#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

#include "recording_thread.h"
#include "shared_memory.h"
#include "sums.h"

namespace vsr_metrics {

class Counter {
 public:
  // HOT. Costs: bench/native/cpp_header.cc.
  void Inc() { StoreRelaxed(&cell_->ones, AddWrapping(LoadRelaxed(&cell_->ones), 1)); }

  // HOT. Negative amounts, NaN and infinities are refused.
  void Inc(double amount) {
    if (amount >= 0 && amount < std::numeric_limits<double>::infinity()) {
      StoreRelaxed(&cell_->amounts, LoadRelaxed(&cell_->amounts) + amount);
    } else {
      thread_->Reject(series_, amount);
    }
  }

 private:
  friend class Registry;
  Counter(std::shared_ptr<RecordingThread> thread, uint32_t series)
      : thread_(std::move(thread)), series_(series) {
    const Entry& entry = thread_->region().entries()[series];
    cell_ = reinterpret_cast<CounterCell*>(thread_->lane().memory() + entry.cell_offset);
  }

  std::shared_ptr<RecordingThread> thread_;  // keeps the lane
  CounterCell* cell_;
  uint32_t series_;
};

// A gauge of any kind: set, that is.
class Gauge {
 public:
  // HOT. NaN and infinities are refused.
  void Set(double value) {
    if (value - value == 0) {
      StoreRelaxed(&cell_->value, value);
    } else {
      thread_->Reject(series_, value);
    }
  }

 protected:
  friend class Registry;
  Gauge(std::shared_ptr<RecordingThread> thread, uint32_t series)
      : thread_(std::move(thread)), series_(series) {
    const Region& region = thread_->region();
    const Entry& entry = region.entries()[series];
    const bool is_shared = Combine(entry.combine) == Combine::kLast;
    uint8_t* memory = is_shared ? region.shared() : thread_->lane().memory();
    cell_ = reinterpret_cast<GaugeCell*>(memory + entry.cell_offset);
  }

  std::shared_ptr<RecordingThread> thread_;
  GaugeCell* cell_;
  uint32_t series_;
};

// A gauge to which every thread contributes a value of its own: sum, minimum or maximum.
class CombiningGauge : public Gauge {
 public:
  void Inc(double amount = 1) { Step(amount); }
  void Dec(double amount = 1) { Step(-amount); }

 private:
  friend class Registry;
  using Gauge::Gauge;

  void Step(double amount) {
    const double before = LoadRelaxed(&cell_->value);
    // NaN is a cell of this lane that was never set: stepping starts at 0.
    Set((before == before ? before : 0) + amount);
  }
};

}  // namespace vsr_metrics

#endif  // VSR_METRICS_RECORDERS_H_
