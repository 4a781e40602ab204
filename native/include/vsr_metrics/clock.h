// The clock that times operations: the processor's own counter where that is safe, else
// CLOCK_MONOTONIC. `VSR_METRICS_CLOCK=monotonic` in the environment asks for the latter.
//
//   double start, end;
//   ReadInto(&start);                       // about the cost of one counter read; calls nothing
//   ...
//   ReadInto(&end);
//   if (IsDuration(end - start)) Record((end - start) * NanosecondsPerTick());
//
//   Recheck();                              // on the sampler's thread, every second or so
//
// Ticks are doubles, because JavaScript reads them, and are counted from a base, because the raw
// counter soon passes 2^53. (At 2.6 GHz ticks pass it too, 40 days after the base. Nothing breaks:
// differences are then exact to 2 ticks instead of 1, after 80 days to 4.) Only a difference means
// anything.
//
// All threads of a library count from one base, so a start may be taken on one thread and the end
// on another. Between processes they may not: each counts from its own.
//
// When the counter is found unreliable, CLOCK_MONOTONIC is read instead, in the same unit, but 2^52
// ticks lower. Two such readings can be subtracted as ever; but when only one of two readings is
// such, the difference is outside [0, 2^51), and IsDuration tells. So an operation that was being
// timed while the counter was given up is dropped, instead of being recorded with the jump in it.
//
// A difference can also be slightly negative. The hot path does not order the counter read after
// the loads before it (see ReadCounter), so a thread that has just been given another thread's
// timestamp may read the counter a little before that timestamp existed. Record 0 then.
#ifndef VSR_METRICS_CLOCK_H_
#define VSR_METRICS_CLOCK_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "hidden.h"

namespace vsr_metrics {

enum class ClockSource {
  kTimeStampCounter,  // x86: rdtsc
  kVirtualCounter,    // arm64: cntvct_el0
  kMonotonic,         // clock_gettime(CLOCK_MONOTONIC); a tick is a nanosecond
};

// What this process reads at present. The first call of this or of any function here chooses it,
// and takes the first reading that the scale is measured by.
ClockSource Source();

// "time-stamp-counter", "virtual-counter" or "monotonic".
const char* ClockSourceName(ClockSource source);

// What a difference is multiplied with. It moves by a few millionths as it is refined, so ask again
// from time to time. The first call waits until the clock was chosen 2 ms ago, so choose it early.
double NanosecondsPerTick();

// Refines the scale and puts the counter to the test. Returns true when this very call gave the
// counter up: it went back, or changed its speed by more than 50 ppm, as happens when a virtual
// machine moves to another host or a laptop sleeps. Safe on any thread; meant for one.
bool Recheck();

// Reads CLOCK_MONOTONIC from now on. What Recheck does to a counter that failed; there is no way
// back, because a counter that was wrong once cannot be told from one that will be again.
void AbandonCounter();

constexpr double kDurationTicksEnd = 2251799813685248.0;  // 2^51: ten days at 2.6 GHz

// Whether a difference of two readings is a length of time. False when it is negative, and when
// one of the two was read before the counter was given up and the other after.
inline bool IsDuration(double difference) {
  return difference >= 0 && difference < kDurationTicksEnd;
}

namespace clock_internal {

#if defined(__x86_64__) || defined(__i386__)
constexpr ClockSource kCounterSource = ClockSource::kTimeStampCounter;
#elif defined(__aarch64__)
constexpr ClockSource kCounterSource = ClockSource::kVirtualCounter;
#else
constexpr ClockSource kCounterSource = ClockSource::kMonotonic;  // no counter: never read
#endif

// Not ordered after the loads before it, and so not fit for deciding what happened first on two
// threads. Ordering it (lfence; rdtsc, or rdtscp) was measured: 20 ns instead of 10, the price of
// a whole second reading, and it would stall the caller until its outstanding cache misses are in.
// What it would buy: measured with a sender that stamps and a receiver that stamps on receipt, one
// difference in ten is negative, by 1 microsecond at worst; with ordering, none. On one thread
// differences are never negative either way. So recording code pays nothing, and the rare
// negative difference between threads is recorded as 0 and counted.
// The "memory" clobbers only keep the compiler from moving work across the read.
inline uint64_t ReadCounter() {
#if defined(__x86_64__) || defined(__i386__)
  uint32_t low, high;
  asm volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
  return (uint64_t{high} << 32) | low;
#elif defined(__aarch64__)
  uint64_t ticks;
  asm volatile("mrs %0, cntvct_el0" : "=r"(ticks) : : "memory");
  return ticks;
#else
  return 0;
#endif
}

// Waits until everything before it has been done: for calibration, where it matters.
inline uint64_t ReadCounterOrdered() {
#if defined(__x86_64__) || defined(__i386__)
  uint32_t low, high;
  asm volatile("lfence\n\trdtsc" : "=a"(low), "=d"(high) : : "memory");
  return (uint64_t{high} << 32) | low;
#elif defined(__aarch64__)
  uint64_t ticks;
  asm volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks) : : "memory");
  return ticks;
#else
  return 0;
#endif
}

// False until the clock is chosen, so that the first reading takes the slow path, which does; false
// again once the counter was given up. base_ticks is written once, before it first becomes true.
VSR_METRICS_HIDDEN inline std::atomic<bool> reads_counter{false};
VSR_METRICS_HIDDEN inline uint64_t base_ticks = 0;

double ReadSlow();

// Whether the kernel's own clock runs on the counter: takes what current_clocksource says.
bool IsCounterClocksource(const char* text, size_t size);

}  // namespace clock_internal

// HOT. Stores the ticks since this library's base.
inline void ReadInto(double* cell) {
  if (__builtin_expect(clock_internal::reads_counter.load(std::memory_order_acquire), 1)) {
    *cell = double(int64_t(clock_internal::ReadCounter() - clock_internal::base_ticks));
  } else {
    *cell = clock_internal::ReadSlow();
  }
}

}  // namespace vsr_metrics

#include "clock_calibration.h"

#endif  // VSR_METRICS_CLOCK_H_
