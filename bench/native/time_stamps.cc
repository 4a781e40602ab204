// What reading the processor's clock costs without JavaScript: one bare reading, and two whose
// difference is added up.
//
//   time_stamps clock|timed-operation 1 <seconds>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "trial.h"
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
uint64_t operations;

void ReadOnce(uint64_t first, uint64_t end) {
  for (uint64_t i = first; i < end; ++i) last = ReadTimeStamp();
  operations = end;
}

void ReadTwice(uint64_t first, uint64_t end) {
  for (uint64_t i = first; i < end; ++i) {
    const uint64_t start = ReadTimeStamp();
    elapsed = elapsed + (ReadTimeStamp() - start);
  }
  operations = end;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    fprintf(stderr, "usage: time_stamps clock|timed-operation 1 <seconds>\n");
    return 2;
  }
  const bool once = strcmp(arguments[1], "clock") == 0;
  bench::RunTrial("C++ time stamps", arguments[1], strtod(arguments[3], nullptr),
                  once ? ReadOnce : ReadTwice,
                  [] { return last > 0 || elapsed > 0 ? operations : 0; });
  return 0;
}
