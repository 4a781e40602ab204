// Times an operation and prints the JSON that every peer prints.
//
//   RunTrial("C++ bare loop", "counter", seconds,
//            [&](uint64_t first, uint64_t end) { for (...) ones = ones + 1; },
//            [&] { return ones; });             // what it finds recorded
//
// Rounds of 2 ms, of which the median counts, as in harness/rounds.ts.
#ifndef VSR_METRICS_BENCH_TRIAL_H_
#define VSR_METRICS_BENCH_TRIAL_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace bench {

template <typename Run>
double TimeRound(const Run& run, uint64_t first, uint64_t count) {
  const auto start = std::chrono::steady_clock::now();
  run(first, first + count);
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count();
}

template <typename Run, typename Total>
void RunTrial(const char* peer, const char* name, double seconds, const Run& run,
              const Total& total) {
  constexpr double kRound = 2e6;
  constexpr uint64_t kProbe = 100'000;
  const double probed = TimeRound(run, 0, kProbe) / kProbe;
  const uint64_t per_round = std::max<uint64_t>(1, uint64_t(kRound / probed));
  const size_t rounds = std::max<size_t>(3, size_t(seconds * 1e9 / kRound));
  std::vector<double> times;
  double sum = 0;
  for (size_t round = 0; round < rounds; ++round) {
    times.push_back(TimeRound(run, kProbe + round * per_round, per_round) / double(per_round));
    sum += times.back();
  }
  std::sort(times.begin(), times.end());
  printf("{\"peer\":\"%s\",\"version\":\"" __VERSION__
         "\",\"language\":\"C++\",\"results\":[{\"name\":\"%s\",\"threads\":1,"
         "\"nsPerOperation\":%.6g,\"leastNsPerOperation\":%.6g,\"meanNsPerOperation\":%.6g,"
         "\"operations\":%llu,\"total\":%llu}]}\n",
         peer, name, times[rounds / 2], times[rounds / 10], sum / double(rounds),
         static_cast<unsigned long long>(kProbe + rounds * per_round),
         static_cast<unsigned long long>(total()));
}

}  // namespace bench

#endif  // VSR_METRICS_BENCH_TRIAL_H_
