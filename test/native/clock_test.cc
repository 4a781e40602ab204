// The clock keeps time, on one thread, between threads, and when it is given up.
//
//   g++ -std=c++17 -Wall -Wextra -g -O1 -fsanitize=address,undefined -Inative/include -pthread
//     test/native/clock_test.cc -o clock_test && ./clock_test
//
// Also meant for -fsanitize=thread. Takes about 4 seconds; CLOCK_TEST_SECONDS=60 watches the drift
// for a minute.

#include "vsr_metrics/clock.h"

#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <thread>
#include <vector>

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
  fflush(stdout);
}

// In a process of its own, because the clock of a process is chosen once.
template <typename Body>
void ReportInChild(const char* name, Body body) {
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) _exit(body() ? 0 : 1);
  int status = 0;
  waitpid(child, &status, 0);
  Report(name, WIFEXITED(status) && WEXITSTATUS(status) == 0,
         "child ended with status " + std::to_string(status));
}

double Now() {
  double ticks;
  ReadInto(&ticks);
  return ticks;
}

uint64_t Monotonic() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return uint64_t(now.tv_sec) * 1000000000u + uint64_t(now.tv_nsec);
}

void SleepMilliseconds(long milliseconds) {
  const timespec pause = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  nanosleep(&pause, nullptr);
}

// Both clocks at one moment: of several tries the one that was interrupted least.
struct Moment {
  double ticks = 0;
  double nanoseconds = 0;
};

Moment TakeMoment(uint64_t origin) {
  Moment best;
  double best_width = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 50; ++i) {
    const double before = Now();
    const double nanoseconds = double(Monotonic() - origin);
    const double width = Now() - before;
    if (width < best_width) {
      best_width = width;
      best = {before + width / 2, nanoseconds};
    }
  }
  return best;
}

// What a fresh process chooses.
int SourceUnder(const char* variable) {
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    unsetenv("VSR_METRICS_CLOCK");
    if (variable != nullptr) setenv("VSR_METRICS_CLOCK", variable, 1);
    execl("/proc/self/exe", "clock_test", "--source", nullptr);
    _exit(255);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void TestForcedFallback() {
  ReportInChild("VSR_METRICS_CLOCK=monotonic is obeyed", [] {
    setenv("VSR_METRICS_CLOCK", "monotonic", 1);
    const uint64_t before = Monotonic();
    const double start = Now();
    SleepMilliseconds(5);
    const double end = Now();
    const uint64_t after = Monotonic();
    return Source() == ClockSource::kMonotonic && NanosecondsPerTick() == 1 &&
           IsDuration(end - start) && end - start >= 5e6 && end - start <= double(after - before) &&
           !Recheck();
  });
  Report("another value of VSR_METRICS_CLOCK changes nothing",
         SourceUnder("sundial") == SourceUnder(nullptr), "another source");
}

void TestAbandoned() {
  ReportInChild("an operation that was being timed when the counter was given up has no duration",
                [] {
                  if (Source() == ClockSource::kMonotonic) return true;
                  const double start = Now();
                  AbandonCounter();
                  const double end = Now();
                  return Source() == ClockSource::kMonotonic && !IsDuration(end - start) &&
                         !IsDuration(start - end);
                });
  ReportInChild("durations go on in the same unit after the counter was given up", [] {
    const double scale_before = NanosecondsPerTick();
    AbandonCounter();
    const uint64_t outer_start = Monotonic();
    const double start = Now();
    const uint64_t inner_start = Monotonic();
    SleepMilliseconds(5);
    const uint64_t inner_end = Monotonic();
    const double end = Now();
    const uint64_t outer_end = Monotonic();
    const auto fits = [&](double difference, double scale) {
      const double nanoseconds = difference * scale;
      return IsDuration(difference) && nanoseconds >= double(inner_end - inner_start) - 2 &&
             nanoseconds <= double(outer_end - outer_start) + 2;
    };
    return NanosecondsPerTick() == scale_before && fits(end - start, NanosecondsPerTick()) &&
           !Recheck();
  });
  ReportInChild("an operation that began before the scale was measured has its duration", [] {
    const uint64_t outer_start = Monotonic();
    const double start = Now();
    const double waited = NanosecondsPerTick();
    const double end = Now();
    const double nanoseconds = (end - start) * waited;
    return IsDuration(end - start) && nanoseconds <= double(Monotonic() - outer_start) * 1.001 &&
           NanosecondsPerTick() == waited;
  });
}

void TestOneThread() {
  double last = Now();
  double backwards = 0;
  for (int i = 0; i < 2000000; ++i) {
    const double now = Now();
    if (now < last) backwards = last - now;
    last = now;
  }
  Report("time never steps back on one thread", backwards == 0,
         std::to_string(backwards) + " ticks");
}

bool PinTo(int cpu) {
#if defined(__linux__)
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  CPU_SET(cpu, &cpus);
  return pthread_setaffinity_np(pthread_self(), sizeof cpus, &cpus) == 0;
#else
  (void)cpu;
  return false;
#endif
}

std::vector<int> Cpus() {
  std::vector<int> cpus;
#if defined(__linux__)
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof set, &set);
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &set)) cpus.push_back(i);
  }
#endif
  return cpus;
}

// One thread stamps, the other stamps on receipt; then the other way round, for a while.
template <typename Stamp>
double LowestDifferenceBetween(int sender_cpu, int receiver_cpu, Stamp stamp) {
  alignas(64) static std::atomic<int64_t> slot;
  alignas(64) static std::atomic<bool> stop;
  slot = stamp();
  stop = false;
  std::thread sender([&] {
    PinTo(sender_cpu);
    while (!stop.load(std::memory_order_relaxed)) slot.store(stamp(), std::memory_order_release);
  });
  int64_t lowest = INT64_MAX;
  std::thread receiver([&] {
    PinTo(receiver_cpu);
    for (int i = 0; i < 1000000; ++i) {
      const int64_t sent = slot.load(std::memory_order_acquire);
      const int64_t difference = stamp() - sent;
      if (difference < lowest) lowest = difference;
    }
    stop = true;
  });
  sender.join();
  receiver.join();
  return double(lowest);
}

void TestTwoThreads() {
  const std::vector<int> cpus = Cpus();
  if (cpus.size() < 2) printf("# one processor, or no way to pin: threads are not pinned\n");
  const int first = cpus.empty() ? 0 : cpus.front();
  const int last = cpus.empty() ? 0 : cpus.back();
  const auto hot = [] { return int64_t(Now()); };
  const auto ordered = [] {
    return Source() == ClockSource::kMonotonic
               ? int64_t(Now())
               : int64_t(clock_internal::ReadCounterOrdered() - clock_internal::base_ticks);
  };
  const double lowest_ordered = std::fmin(LowestDifferenceBetween(first, last, ordered),
                                          LowestDifferenceBetween(last, first, ordered));
  Report("ordered readings never step back between processors", lowest_ordered >= 0,
         std::to_string(lowest_ordered) + " ticks");

  const double lowest_hot = std::fmin(LowestDifferenceBetween(first, last, hot),
                                      LowestDifferenceBetween(last, first, hot));
  printf("# lowest difference between two threads: %.0f ticks unordered, %.0f ordered\n",
         lowest_hot, lowest_ordered);
  // Unordered, the processor may read the counter while the load of the other's timestamp is still
  // on its way: some cache misses' worth of ticks, and no more.
  Report("a reading is never more than a few cache misses early", lowest_hot > -100000,
         std::to_string(lowest_hot) + " ticks");
  Report("a negative difference is not a duration",
         !IsDuration(-1) && !IsDuration(-1e-9) && IsDuration(0) && IsDuration(1) &&
             !IsDuration(std::nan("")) && !IsDuration(kDurationTicksEnd),
         "IsDuration");
}

void TestDrift(double first_scale) {
  const char* wanted = getenv("CLOCK_TEST_SECONDS");
  const double seconds = wanted != nullptr ? atof(wanted) : 3;
  const uint64_t origin = Monotonic();
  const Moment start = TakeMoment(origin);
  bool gave_up = false;
  double worst_window = 0;
  Moment previous = start;
  for (double passed = 0; passed < seconds; passed += 0.5) {
    SleepMilliseconds(500);
    gave_up = Recheck() || gave_up;
    const Moment now = TakeMoment(origin);
    const double measured = (now.ticks - previous.ticks) * NanosecondsPerTick();
    const double window = measured / (now.nanoseconds - previous.nanoseconds) - 1;
    worst_window = std::fmax(worst_window, std::fabs(window) * 1e6);
    previous = now;
  }
  const double nanoseconds = previous.nanoseconds - start.nanoseconds;
  const double drift =
      std::fabs((previous.ticks - start.ticks) * NanosecondsPerTick() / nanoseconds - 1) * 1e6;
  const double first_error = std::fabs(first_scale / NanosecondsPerTick() - 1) * 1e6;
  printf("# %s: first scale off by %.2f ppm; over %.0f s: drift %.4f ppm, worst half second %.4f\n",
         ClockSourceName(Source()), first_error, seconds, drift, worst_window);
  Report("a healthy counter is kept", !gave_up, "given up");
  Report("the first scale is within tens of ppm", first_error < 100,
         std::to_string(first_error) + " ppm");
  Report("drift against CLOCK_MONOTONIC stays under 50 ppm", drift < 50 && worst_window < 50,
         std::to_string(drift) + " ppm, worst " + std::to_string(worst_window));
}

void TestConversion() {
  const double scale = NanosecondsPerTick();
  bool rising = true;
  double last = -1;
  for (double ticks = 0; ticks < kDurationTicksEnd;
       ticks = ticks < 1000 ? ticks + 1 : ticks * 1.01) {
    rising = rising && ticks * scale > last;
    last = ticks * scale;
  }
  Report("longer differences convert to longer durations", rising, "not rising");
}

void TestConcurrentRecheck() {
  std::atomic<bool> stop{false};
  std::atomic<int> bad{0};
  const double first = NanosecondsPerTick();
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      double last = Now();
      while (!stop.load(std::memory_order_relaxed)) {
        const double ticks = Now();
        const bool ok = std::fabs(NanosecondsPerTick() / first - 1) < 200e-6 && ticks >= last;
        if (!ok) ++bad;
        last = ticks;
      }
    });
  }
  bool gave_up = false;
  for (int i = 0; i < 200; ++i) {
    gave_up = Recheck() || gave_up;
    SleepMilliseconds(1);
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
  Report("readers go on undisturbed while the clock is rechecked", bad == 0 && !gave_up,
         std::to_string(bad) + " bad readings");
}

void TestClocksources() {
  const auto is = [](const std::string& text) {
    return clock_internal::IsCounterClocksource(text.data(), text.size());
  };
  const bool x86 = clock_internal::kCounterSource == ClockSource::kTimeStampCounter;
  const bool arm = clock_internal::kCounterSource == ClockSource::kVirtualCounter;
  Report("only clock sources made from the counter are trusted",
         is("tsc\n") == x86 && is("kvm-clock\n") == x86 &&
             is("hyperv_clocksource_tsc_page") == x86 && is("arch_sys_counter\n") == arm &&
             !is("hpet\n") && !is("acpi_pm\n") && !is("xen\n") && !is("tsc-early\n") && !is("ts") &&
             !is("tscx") && !is("\n") && !is("") && !is(std::string(64, 't')),
         "IsCounterClocksource");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string(argv[1]) == "--source") return int(Source());

  // First those that fork while this process has no clock and no threads yet.
  TestForcedFallback();
  TestAbandoned();

  const double first_scale = NanosecondsPerTick();
  TestClocksources();
  TestConversion();
  TestOneThread();
  TestTwoThreads();
  TestConcurrentRecheck();
  TestDrift(first_scale);
  return failures == 0 ? 0 : 1;
}
