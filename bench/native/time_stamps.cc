// What reading the processor's clock costs without JavaScript: one bare reading, and two whose
// difference is added up.
//
//   time_stamps clock|timed-operation 1 <seconds>
//
// Prints the JSON that every peer prints. Rounds of 2 ms, of which the median counts, as in
// harness/rounds.ts.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace {

inline uint64_t ReadTimeStamp() {
#if defined(__x86_64__)
  return __rdtsc();
#elif defined(__aarch64__)
  uint64_t value;
  asm volatile("mrs %0, cntvct_el0" : "=r"(value));
  return value;
#else
  return uint64_t(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

// Stored every time, as a program does that keeps what it read.
volatile uint64_t last;
volatile uint64_t elapsed;

void ReadOnce(uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) last = ReadTimeStamp();
}

void ReadTwice(uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t start = ReadTimeStamp();
    elapsed = elapsed + (ReadTimeStamp() - start);
  }
}

double Nanoseconds(void (*run)(uint64_t), uint64_t count) {
  const auto start = std::chrono::steady_clock::now();
  run(count);
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    fprintf(stderr, "usage: time_stamps clock|timed-operation 1 <seconds>\n");
    return 2;
  }
  const bool once = strcmp(arguments[1], "clock") == 0;
  void (*const run)(uint64_t) = once ? ReadOnce : ReadTwice;
  const double seconds = strtod(arguments[3], nullptr);

  constexpr double kRound = 2e6;
  constexpr uint64_t kProbe = 100'000;
  const double probed = Nanoseconds(run, kProbe) / kProbe;
  const uint64_t per_round = std::max<uint64_t>(1, uint64_t(kRound / probed));
  const size_t rounds = std::max<size_t>(3, size_t(seconds * 1e9 / kRound));
  std::vector<double> times;
  double total = 0;
  for (size_t round = 0; round < rounds; ++round) {
    times.push_back(Nanoseconds(run, per_round) / double(per_round));
    total += times.back();
  }
  std::sort(times.begin(), times.end());
  const unsigned long long operations = kProbe + rounds * per_round;
  printf("{\"peer\":\"C++ time stamps\",\"version\":\"" __VERSION__
         "\",\"language\":\"C++\",\"results\":[{\"name\":\"%s\",\"threads\":1,"
         "\"nsPerOperation\":%.6g,\"leastNsPerOperation\":%.6g,\"meanNsPerOperation\":%.6g,"
         "\"operations\":%llu,\"total\":%llu}]}\n",
         arguments[1], times[rounds / 2], times[rounds / 10], total / double(rounds), operations,
         last > 0 || elapsed > 0 ? operations : 0);
  return 0;
}
