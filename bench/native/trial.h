// Times operations in short rounds of which the median counts, as harness/rounds.ts does, and
// prints the JSON that every peer prints.
//
//   RunTrial("C++ bare loop", "counter", seconds,
//            [&](uint64_t first, uint64_t end) { for (...) ones = ones + 1; },
//            [&] { return ones; });             // what it finds recorded
//
// Measure and PrintOutput are its two halves, for several threads and for other libraries.
#ifndef VSR_METRICS_BENCH_TRIAL_H_
#define VSR_METRICS_BENCH_TRIAL_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "values.h"

namespace bench {

struct ThreadTime {
  double median = 0;
  // A tenth of the rounds took less.
  double least = 0;
  double nanoseconds = 0;
  double timed = 0;
  uint64_t operations = 0;
};

struct Measured {
  double median = 0;
  double least = 0;
  double mean = 0;
  // Warm-up included.
  uint64_t operations = 0;
};

struct Peer {
  const char* name;
  const char* version;
  const char* language;
};

using Clock = std::chrono::steady_clock;

inline double NanosecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
}

template <typename Run>
ThreadTime TimeThread(const Run& run, double seconds, uint64_t first) {
  constexpr double kRound = 2e6;
  constexpr double kWarmUp = 50e6;
  uint64_t next = first;
  uint64_t per_round = 1;
  const auto round = [&] {
    const auto start = Clock::now();
    run(next, next + per_round);
    const double elapsed = NanosecondsSince(start);
    next += per_round;
    return elapsed;
  };
  for (const auto start = Clock::now();;) {
    const double elapsed = round();
    if (NanosecondsSince(start) >= std::min(kWarmUp, 2e9 * seconds)) break;
    const double ideal = double(per_round) * kRound / std::max(elapsed, 1.0);
    per_round = uint64_t(std::max(1.0, std::min(ideal, 2.0 * double(per_round))));
  }
  ThreadTime time;
  std::vector<double> rounds;
  for (const auto start = Clock::now();
       rounds.size() < 3 || NanosecondsSince(start) < seconds * 1e9;) {
    const double elapsed = round();
    time.nanoseconds += elapsed;
    rounds.push_back(elapsed / double(per_round));
  }
  std::sort(rounds.begin(), rounds.end());
  time.median = rounds[rounds.size() / 2];
  time.least = rounds[rounds.size() / 10];
  time.timed = double(rounds.size() * per_round);
  time.operations = next - first;
  return time;
}

// Runs `run(first, end)` in every thread at once.
template <typename Run>
Measured Measure(size_t threads, double seconds, const Run& run) {
  std::vector<ThreadTime> times(threads);
  std::vector<std::thread> workers;
  std::atomic<size_t> ready{0};
  for (size_t thread = 0; thread < threads; ++thread) {
    workers.emplace_back([&, thread] {
      ++ready;
      while (ready < threads) std::this_thread::yield();
      times[thread] = TimeThread(run, seconds, thread * kValueCount / threads);
    });
  }
  for (auto& worker : workers) worker.join();
  Measured all;
  double nanoseconds = 0;
  double timed = 0;
  for (const ThreadTime& time : times) {
    all.median += time.median / double(threads);
    all.least += time.least / double(threads);
    all.operations += time.operations;
    nanoseconds += time.nanoseconds;
    timed += time.timed;
  }
  all.mean = nanoseconds / timed;
  return all;
}

// One thread whose `run` says itself how many nanoseconds count; it is given multiples of
// `multiple`.
template <typename Run>
Measured MeasureCounted(uint64_t multiple, double seconds, const Run& run) {
  constexpr double kRound = 2e6;
  constexpr double kWarmUp = 50e6;
  uint64_t next = 0;
  uint64_t per_round = multiple;
  const auto started = Clock::now();
  while (NanosecondsSince(started) < std::min(kWarmUp, 2e9 * seconds)) {
    const auto start = Clock::now();
    run(next, next + per_round);
    next += per_round;
    const double ideal = double(per_round) * kRound / std::max(NanosecondsSince(start), 1.0);
    const double bounded = std::min(ideal, 2.0 * double(per_round));
    per_round = std::max<uint64_t>(1, uint64_t(bounded / double(multiple))) * multiple;
  }
  Measured all;
  std::vector<double> rounds;
  for (const auto start = Clock::now();
       rounds.size() < 3 || NanosecondsSince(start) < seconds * 1e9;) {
    rounds.push_back(run(next, next + per_round) / double(per_round));
    next += per_round;
    all.mean += rounds.back();
  }
  all.mean /= double(rounds.size());
  std::sort(rounds.begin(), rounds.end());
  all.median = rounds[rounds.size() / 2];
  all.least = rounds[rounds.size() / 10];
  all.operations = next;
  return all;
}

// `total` is what the recorder says was recorded: equal to the operations, or the trial is void.
inline void PrintOutput(const Peer& peer, const std::string& group, size_t threads,
                        const Measured& measured, uint64_t total) {
  printf(
      "{\"peer\":\"%s\",\"version\":\"%s\",\"language\":\"%s\",\"valuesDigest\":\"%s\","
      "\"results\":[{\"name\":\"%s\",\"threads\":%zu,\"nsPerOperation\":%.6g,"
      "\"leastNsPerOperation\":%.6g,\"meanNsPerOperation\":%.6g,\"operations\":%llu,"
      "\"total\":%llu}]}\n",
      peer.name, peer.version, peer.language, ValuesDigest().c_str(), group.c_str(), threads,
      measured.median, measured.least, measured.mean, (unsigned long long)measured.operations,
      (unsigned long long)total);
}

template <typename Run, typename Total>
void RunTrial(const char* peer, const char* group, double seconds, const Run& run,
              const Total& total) {
  const Measured measured = Measure(1, seconds, run);
  PrintOutput({peer, __VERSION__, "C++"}, group, 1, measured, uint64_t(total()));
}

}  // namespace bench

#endif  // VSR_METRICS_BENCH_TRIAL_H_
