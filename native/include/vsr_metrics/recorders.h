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
  void Inc() { StoreRelaxed(&cell()->ones, AddWrapping(LoadRelaxed(&cell()->ones), 1)); }

  // HOT. Negative amounts, NaN and infinities are refused, and what would make the sum infinite.
  void Inc(double amount) {
    const double sum = LoadRelaxed(&cell()->amounts) + amount;
    if (amount >= 0 && sum < std::numeric_limits<double>::infinity()) {
      StoreRelaxed(&cell()->amounts, sum);
    } else {
      Reject(amount);
    }
  }

 private:
  friend class Registry;
  Counter(std::shared_ptr<RecordingThread> thread, std::shared_ptr<Binding> binding)
      : binding_(std::move(binding)), thread_(std::move(thread)) {}

  CounterCell* cell() const { return reinterpret_cast<CounterCell*>(binding_->scalars); }

  void Reject(double amount) {
    const bool is_sum = amount >= 0 && amount - amount == 0;
    thread_->Reject(*binding_, is_sum ? std::numeric_limits<double>::infinity() : amount);
  }

  std::shared_ptr<Binding> binding_;
  std::shared_ptr<RecordingThread> thread_;  // keeps the lane
};

// A gauge of any kind: set, that is.
class Gauge {
 public:
  // HOT. NaN and infinities are refused.
  void Set(double value) {
    if (value - value == 0) {
      StoreRelaxed(&cell()->value, value);
    } else {
      thread_->Reject(*binding_, value);
    }
  }

 protected:
  friend class Registry;
  Gauge(std::shared_ptr<RecordingThread> thread, std::shared_ptr<Binding> binding)
      : binding_(std::move(binding)), thread_(std::move(thread)) {}

  GaugeCell* cell() const { return reinterpret_cast<GaugeCell*>(binding_->scalars); }

  std::shared_ptr<Binding> binding_;
  std::shared_ptr<RecordingThread> thread_;
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
    const double before = LoadRelaxed(&cell()->value);
    // NaN is a cell of this lane that was never set: stepping starts at 0.
    Set((before == before ? before : 0) + amount);
  }
};

}  // namespace vsr_metrics

#endif  // VSR_METRICS_RECORDERS_H_
