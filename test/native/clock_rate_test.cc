// A counter that misbehaves is told from readings that are merely a little off.
//
//   g++ -std=c++17 -Wall -Wextra -g -O1 -fsanitize=address,undefined -Inative/include
//     test/native/clock_rate_test.cc -o clock_rate_test && ./clock_rate_test

#include "vsr_metrics/clock_rate.h"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>

using namespace vsr_metrics;

namespace {

int failures = 0;

void Report(const char* name, bool ok, const std::string& why) {
  if (ok) {
    printf("ok %s\n", name);
  } else {
    printf("not ok %s: %s\n", name, why.c_str());
    ++failures;
  }
}

// A counter of 2.5 ticks a nanosecond, with readings good to 40 ticks.
CounterReading At(double seconds, double ticks_off = 0) {
  return {uint64_t(1e15 + seconds * 2.5e9 + ticks_off), uint64_t(5e12 + seconds * 1e9), 40};
}

void TestRate() {
  using Verdict = CounterRate::Verdict;
  const auto fresh = [] {
    CounterRate rate(At(0), At(0.002, 30));  // 6 ppm off at first
    rate.Add(At(1));
    return rate;
  };
  {
    CounterRate rate = fresh();
    bool steady = true;
    for (int i = 2; i < 100; ++i) {
      steady = steady && rate.Add(At(i, i % 2 ? 40 : -40)) == Verdict::kSteady;
    }
    Report("readings that are a little off do not condemn a counter",
           steady && std::fabs(rate.nanoseconds_per_tick() / 0.4 - 1) < 1e-6, "condemned");
  }
  {
    CounterRate rate = fresh();
    Report("a step back is noticed at once", rate.Add(At(1.1, -3e9)) == Verdict::kWentBack,
           "missed");
  }
  {
    CounterRate back = fresh();
    CounterRate forward = fresh();
    Report("a jump of a millisecond is noticed",
           back.Add(At(2, -2.5e6)) == Verdict::kChanged &&
               forward.Add(At(2, 2.5e6)) == Verdict::kChanged,
           "missed");
  }
  {
    CounterRate rate = fresh();
    bool steady = rate.Add(At(2, 2.5e9 * 20e-6)) == Verdict::kSteady;  // 20 ppm faster: NTP
    Report("a change under 50 ppm is followed",
           steady && std::fabs(rate.nanoseconds_per_tick() / (0.4 * (1 - 20e-6)) - 1) < 1e-7,
           std::to_string(rate.nanoseconds_per_tick()));
  }
  {
    CounterRate rate = fresh();
    const bool noticed = rate.Add(At(2, 2.5e9 * 100e-6)) == Verdict::kChanged;
    const bool steady_after = rate.Add(At(3, 2.5e9 * 200e-6)) == Verdict::kSteady;
    Report("a change over 50 ppm is noticed and followed",
           noticed && steady_after &&
               std::fabs(rate.nanoseconds_per_tick() / (0.4 * (1 - 100e-6)) - 1) < 1e-7,
           std::to_string(rate.nanoseconds_per_tick()));
  }
  {
    CounterRate rate = fresh();
    CounterReading interrupted = At(1.001, 2.5e6);
    interrupted.uncertainty_ticks = 5000000;
    Report("a reading that was interrupted proves nothing",
           rate.Add(interrupted) == Verdict::kSteady &&
               std::fabs(rate.nanoseconds_per_tick() / 0.4 - 1) < 1e-6,
           "taken for a change");
  }
  {
    CounterRate rate = fresh();
    Report("a window without length proves nothing",
           rate.Add(At(1)) == Verdict::kSteady && rate.Add(At(0.5)) == Verdict::kSteady, "judged");
  }
}

}  // namespace

int main() {
  TestRate();
  return failures == 0 ? 0 : 1;
}
