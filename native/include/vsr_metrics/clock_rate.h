// Follows the rate of a counter against a reference clock: pure arithmetic, no clock is read here.
//
//   CounterRate rate(first, second);               // two readings, at least a millisecond apart
//   switch (rate.Add(later)) { ... }               // every second or so
//   rate.nanoseconds_per_tick();                   // of the last second or so
//
// The rate is that of the latest window, not the average since the start, because CLOCK_MONOTONIC
// itself changes speed while NTP slews it (by up to 500 ppm, and far more under chrony): a scale
// that remembered an hour ago would be wrong now. A window of one second is long enough: readings
// are good to about 20 ns, which over a second is 0.04 ppm.
#ifndef VSR_METRICS_CLOCK_RATE_H_
#define VSR_METRICS_CLOCK_RATE_H_

#include <cmath>
#include <cstdint>

namespace vsr_metrics {

// The counter and a clock, read together.
struct CounterReading {
  uint64_t ticks = 0;
  uint64_t nanoseconds = 0;
  uint64_t uncertainty_ticks = 0;  // the clock was read within this many ticks of `ticks`
};

class CounterRate {
 public:
  enum class Verdict {
    kSteady,    // or too early to tell
    kChanged,   // by more than kChangeMax since the previous window
    kWentBack,  // the counter did not advance while the clock did
  };
  static constexpr double kChangeMax = 50e-6;
  static constexpr uint64_t kWindowNanoseconds = 1000000000;
  // What a good clock may jump by when the kernel or the hypervisor renews its parameters.
  static constexpr double kJitterNanoseconds = 1000;

  CounterRate() = default;
  CounterRate(const CounterReading& first, const CounterReading& second) : mark_(first) {
    const double ticks = Signed(second.ticks - first.ticks);
    const double nanoseconds = Signed(second.nanoseconds - first.nanoseconds);
    nanoseconds_per_tick_ = nanoseconds / ticks;
    uncertainty_ = Uncertainty(second, ticks);
  }

  // 0, negative or not finite when the counter cannot be used at all.
  double nanoseconds_per_tick() const { return nanoseconds_per_tick_; }

  // How far off the rate can be, as a fraction.
  double uncertainty() const { return uncertainty_; }

  // Takes the rate of the window that ends here, whatever the verdict on it: which verdicts the
  // counter survives is for the caller to say.
  Verdict Add(const CounterReading& reading) {
    const double nanoseconds = Signed(reading.nanoseconds - mark_.nanoseconds);
    if (!(nanoseconds > 0)) return Verdict::kSteady;
    const double ticks = Signed(reading.ticks - mark_.ticks);
    if (!(ticks > 0)) return Verdict::kWentBack;

    const double rate = nanoseconds / ticks;
    const double uncertainty = Uncertainty(reading, ticks);
    const double change = std::fabs(rate / nanoseconds_per_tick_ - 1);
    // A short window or a reading taken while the thread was descheduled proves nothing, and the
    // allowance says so: no special case for either.
    const double allowance = uncertainty + uncertainty_ + kJitterNanoseconds / nanoseconds;
    const bool changed = !(change <= kChangeMax + allowance);

    const bool window_is_over = nanoseconds >= double(kWindowNanoseconds);
    if (window_is_over || uncertainty < uncertainty_) {
      nanoseconds_per_tick_ = rate;
      uncertainty_ = uncertainty;
    }
    if (window_is_over) mark_ = reading;
    return changed ? Verdict::kChanged : Verdict::kSteady;
  }

 private:
  static double Signed(uint64_t difference) { return double(int64_t(difference)); }

  double Uncertainty(const CounterReading& reading, double ticks) const {
    return double(mark_.uncertainty_ticks + reading.uncertainty_ticks) / ticks;
  }

  CounterReading mark_;  // where the window begins
  double nanoseconds_per_tick_ = 1;
  double uncertainty_ = 1;
};

}  // namespace vsr_metrics

#endif  // VSR_METRICS_CLOCK_RATE_H_
