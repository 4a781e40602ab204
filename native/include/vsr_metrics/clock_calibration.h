// The definitions of clock.h: which counter is read, at what rate, and until when.
#ifndef VSR_METRICS_CLOCK_CALIBRATION_H_
#define VSR_METRICS_CLOCK_CALIBRATION_H_

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <mutex>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif
#if defined(__linux__)
#include <sys/prctl.h>
#endif

#include "clock.h"
#include "clock_rate.h"
#include "hidden.h"

namespace vsr_metrics {
namespace clock_internal {

// The kernel's hardware clock without NTP's corrections: what the counter is judged by. Judged by
// CLOCK_MONOTONIC, a good counter would be condemned whenever NTP slews by more than 50 ppm.
#if defined(CLOCK_MONOTONIC_RAW)
constexpr clockid_t kRawClock = CLOCK_MONOTONIC_RAW;
#else
constexpr clockid_t kRawClock = CLOCK_MONOTONIC;
#endif

constexpr double kAbandonedTicks = 4503599627370496.0;  // 2^52: see clock.h
static_assert(kDurationTicksEnd * 2 == kAbandonedTicks, "a mixed difference is not a duration");

// Two readings this far apart, each good to some 20 ns, give the first scale within 10 to 20 ppm.
constexpr uint64_t kFirstBaselineNanoseconds = 2000000;

// The best of so many: all it takes is one that no interrupt fell into.
constexpr int kReadingTries = 24;

struct State {
  std::once_flag chosen;
  std::once_flag measured;
  std::mutex mutex;                              // of what Recheck changes
  ClockSource source = ClockSource::kMonotonic;  // that was chosen
  uint64_t base_monotonic_ns = 0;
  CounterReading first;
  CounterReading first_raw;
  std::atomic<double> ns_per_tick{0};  // 0: not measured yet
  CounterRate monotonic;               // the scale
  CounterRate raw;                     // the judge
};

// Never destroyed: a background thread may still be reading while the process exits.
VSR_METRICS_HIDDEN inline State& GetState() {
  static State* state = new State;
  return *state;
}

inline uint64_t ReadClock(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return uint64_t(now.tv_sec) * 1000000000u + uint64_t(now.tv_nsec);
}

inline CounterReading ReadTogether(clockid_t clock) {
  CounterReading best;
  uint64_t best_width = UINT64_MAX;
  for (int i = 0; i < kReadingTries; ++i) {
    const uint64_t before = ReadCounterOrdered();
    const uint64_t nanoseconds = ReadClock(clock);
    const uint64_t width = ReadCounterOrdered() - before;
    if (width >= best_width) continue;
    best_width = width;
    best = {before + width / 2, nanoseconds, width / 2 + 1};
  }
  return best;
}

inline bool ProcessorHasSteadyCounter() {
#if defined(__x86_64__) || defined(__i386__)
  unsigned a, b, c, d;
  const bool invariant = __get_cpuid(0x80000007, &a, &b, &c, &d) != 0 && (d & (1u << 8)) != 0;
  if (!invariant) return false;
#if defined(__linux__) && defined(PR_GET_TSC)
  // A sandbox may have made rdtsc raise SIGSEGV.
  int mode = 0;
  if (prctl(PR_GET_TSC, &mode) == 0 && mode != PR_TSC_ENABLE) return false;
#endif
  return true;
#elif defined(__aarch64__)
  return true;  // constant rate and one value for all cores, by the architecture
#else
  return false;
#endif
}

// The kernel has compared the counter with other clocks, across processors and over time. Where it
// does not rely on it, or does not say, neither do we.
inline bool KernelReliesOnCounter() {
#if defined(__APPLE__)
  return true;  // mach_absolute_time is this counter
#else
  const int fd = open("/sys/devices/system/clocksource/clocksource0/current_clocksource",
                      O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  char text[64];
  const ssize_t size = read(fd, text, sizeof text);
  close(fd);
  return size > 0 && clock_internal::IsCounterClocksource(text, size_t(size));
#endif
}

inline bool EnvironmentAllowsCounter() {
  const char* wanted = getenv("VSR_METRICS_CLOCK");
  return wanted == nullptr || strcmp(wanted, "monotonic") != 0;
}

inline bool IsPlausible(double ns_per_tick) {
  return ns_per_tick > 0.01 && ns_per_tick < 10000;  // 100 GHz to 100 kHz; false for NaN
}

inline void Choose(State* state) {
  state->base_monotonic_ns = ReadClock(CLOCK_MONOTONIC);
  base_ticks = state->base_monotonic_ns;
  if (kCounterSource == ClockSource::kMonotonic || !EnvironmentAllowsCounter() ||
      !ProcessorHasSteadyCounter() || !KernelReliesOnCounter()) {
    state->ns_per_tick.store(1, std::memory_order_relaxed);
    return;
  }
  state->first = ReadTogether(CLOCK_MONOTONIC);
  state->first_raw = ReadTogether(kRawClock);
  state->source = kCounterSource;
  state->base_monotonic_ns = state->first.nanoseconds;
  base_ticks = state->first.ticks;
  reads_counter.store(true, std::memory_order_release);
}

inline State& Chosen() {
  State& state = GetState();
  // Once it is, without the call: every timed operation asks.
  if (reads_counter.load(std::memory_order_acquire)) return state;
  std::call_once(state.chosen, Choose, &state);
  return state;
}

inline void Measure(State* state) {
  const uint64_t passed = ReadClock(CLOCK_MONOTONIC) - state->first.nanoseconds;
  if (passed < kFirstBaselineNanoseconds) {
    const timespec pause = {0, long(kFirstBaselineNanoseconds - passed)};
    nanosleep(&pause, nullptr);  // cut short by a signal, the scale is merely worse until Recheck
  }
  state->monotonic = CounterRate(state->first, ReadTogether(CLOCK_MONOTONIC));
  state->raw = CounterRate(state->first_raw, ReadTogether(kRawClock));
  const double ns_per_tick = state->monotonic.nanoseconds_per_tick();
  if (!IsPlausible(ns_per_tick)) reads_counter.store(false, std::memory_order_release);
  state->ns_per_tick.store(IsPlausible(ns_per_tick) ? ns_per_tick : 1, std::memory_order_release);
}

inline State& Measured() {
  State& state = Chosen();
  if (state.ns_per_tick.load(std::memory_order_acquire) != 0) return state;
  std::call_once(state.measured, Measure, &state);
  return state;
}

inline bool IsCounterClocksource(const char* text, size_t size) {
  while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == '\0')) --size;
  // All of these read the counter and scale it, without a trap.
  static const char* const kOnX86[] = {"tsc", "kvm-clock", "hyperv_clocksource_tsc_page"};
  static const char* const kOnArm[] = {"arch_sys_counter"};
  const auto is = [&](const char* name) {
    return strlen(name) == size && memcmp(text, name, size) == 0;
  };
  if (kCounterSource == ClockSource::kTimeStampCounter) {
    return std::any_of(std::begin(kOnX86), std::end(kOnX86), is);
  }
  return kCounterSource == ClockSource::kVirtualCounter &&
         std::any_of(std::begin(kOnArm), std::end(kOnArm), is);
}

inline double ReadSlow() {
  // The very first call of the process chooses, and then the counter may be read.
  const State& state = Chosen();
  if (reads_counter.load(std::memory_order_acquire)) {
    return double(int64_t(ReadCounter() - base_ticks));
  }
  const double elapsed = double(int64_t(ReadClock(CLOCK_MONOTONIC) - state.base_monotonic_ns));
  if (state.source == ClockSource::kMonotonic) return elapsed;
  return elapsed / NanosecondsPerTick() - kAbandonedTicks;
}

}  // namespace clock_internal

inline ClockSource Source() {
  clock_internal::Chosen();
  return clock_internal::reads_counter.load(std::memory_order_acquire)
             ? clock_internal::kCounterSource
             : ClockSource::kMonotonic;
}

inline const char* ClockSourceName(ClockSource source) {
  switch (source) {
    case ClockSource::kTimeStampCounter:
      return "time-stamp-counter";
    case ClockSource::kVirtualCounter:
      return "virtual-counter";
    case ClockSource::kMonotonic:
      return "monotonic";
  }
  return "unknown";
}

inline double NanosecondsPerTick() {
  return clock_internal::Measured().ns_per_tick.load(std::memory_order_relaxed);
}

inline bool Recheck() {
  clock_internal::State& state = clock_internal::Measured();
  const std::lock_guard<std::mutex> lock(state.mutex);
  if (!clock_internal::reads_counter.load(std::memory_order_relaxed)) return false;

  using Verdict = CounterRate::Verdict;
  const Verdict judged = state.raw.Add(clock_internal::ReadTogether(clock_internal::kRawClock));
  const Verdict followed = state.monotonic.Add(clock_internal::ReadTogether(CLOCK_MONOTONIC));
  const double ns_per_tick = state.monotonic.nanoseconds_per_tick();
  // That the speed changed against CLOCK_MONOTONIC alone is NTP at work: just follow it.
  const bool failed = judged != Verdict::kSteady || followed == Verdict::kWentBack ||
                      !clock_internal::IsPlausible(ns_per_tick);
  if (failed) {
    // The scale stays as it was: it is the unit in which ticks go on being counted.
    AbandonCounter();
    return true;
  }
  state.ns_per_tick.store(ns_per_tick, std::memory_order_relaxed);
  return false;
}

inline void AbandonCounter() {
  // In whose unit ticks go on being counted.
  clock_internal::Measured();
  clock_internal::reads_counter.store(false, std::memory_order_release);
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_CLOCK_CALIBRATION_H_
