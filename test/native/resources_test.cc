// What the process and the machine use is what they were made to use: on the real /proc of this
// machine, and on made-up ones.
//
//   g++ -std=c++17 -Wall -Wextra -g -O1 -fsanitize=address,undefined -Inative -pthread
//     test/native/resources_test.cc native/resources.cc native/resource_source_linux.cc
//     native/system_text.cc -o resources_test && ./resources_test

#include "resources.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/vfs.h>
#endif

#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

using namespace vsr_metrics;

namespace {
std::atomic<long> allocations{0};
}

void* operator new(size_t size) {
  ++allocations;
  void* memory = malloc(size);
  if (memory == nullptr) abort();
  return memory;
}
void operator delete(void* memory) noexcept { free(memory); }
void operator delete(void* memory, size_t) noexcept { free(memory); }

namespace {

int failures = 0;

void Report(const char* name, bool ok, const std::string& why = "see the test") {
  if (ok) {
    printf("ok %s\n", name);
  } else {
    printf("not ok %s: %s\n", name, why.c_str());
    ++failures;
  }
}

uint64_t Now() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return uint64_t(now.tv_sec) * 1000000000u + uint64_t(now.tv_nsec);
}

void SleepMilliseconds(long milliseconds) {
  const timespec pause = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  nanosleep(&pause, nullptr);
}

bool IsPercent(double value) { return value >= 0 && value <= 100; }

bool Near(double value, double expected) {
  return std::fabs(value - expected) <= 1e-9 * std::fabs(expected);
}

// ---- the real machine ----

void TestFirstSample() {
  ResourceSampler sampler;
  Report("before the first sample nothing is known",
         sampler.last().sampled_at_ns == 0 && std::isnan(sampler.last().process_memory_bytes));
  sampler.Sample(Now());
  const ResourceReading& first = sampler.last();
  Report("after one sample amounts are known and rates are not",
         first.sampled_at_ns > 0 && first.process_memory_bytes > 0 &&
             first.cpu_cores_available > 0 && std::isnan(first.process_cpu_percent) &&
             std::isnan(first.system_cpu_percent) && std::isnan(first.network_bytes_per_second) &&
             std::isnan(first.disk_bytes_per_second) &&
             std::isnan(first.disk_operations_per_second));
  Report("memory and disk usage are parts of a whole",
         IsPercent(first.system_memory_used_percent) && IsPercent(first.system_disk_used_percent) &&
             first.system_memory_used_bytes <= first.system_memory_total_bytes &&
             first.system_disk_used_bytes <= first.system_disk_total_bytes);
  const uint64_t at = first.sampled_at_ns;
  sampler.Sample(at);
  Report("two samples at the same time give no rate", std::isnan(first.process_cpu_percent));
  sampler.Sample(at - 1);
  Report("nor does a clock that steps back", std::isnan(first.process_cpu_percent));
}

#if defined(__linux__)
void TestResidentMemory() {
  ResourceSampler sampler;
  sampler.Sample(Now());
  double kilobytes = 0;
  char line[256];
  FILE* status = fopen("/proc/self/status", "r");
  while (status != nullptr && fgets(line, sizeof line, status) != nullptr) {
    if (sscanf(line, "VmRSS: %lf", &kilobytes) == 1) break;
  }
  if (status != nullptr) fclose(status);
  const double ratio = sampler.last().process_memory_bytes / (kilobytes * 1024);
  Report("memory is what the kernel calls resident", ratio > 0.8 && ratio < 1.25,
         std::to_string(ratio) + " of VmRSS");

  const double before = sampler.last().process_memory_bytes;
  const size_t size = 64 << 20;
  volatile char* memory = static_cast<char*>(malloc(size));
  for (size_t i = 0; i < size; i += 1024) memory[i] = 1;
  sampler.Sample(Now());
  const double grown = sampler.last().process_memory_bytes - before;
  free(const_cast<char*>(memory));
  Report("memory grows by what was touched", grown > 0.9 * double(size),
         std::to_string(grown) + " bytes");
}
#endif

void TestCpu() {
  ResourceSampler sampler;
  sampler.Sample(Now());
  SleepMilliseconds(300);
  sampler.Sample(Now());
  const double idle = sampler.last().process_cpu_percent;
  const double cores = sampler.last().cpu_cores_available;

  timespec used_before, used_after;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used_before);
  const uint64_t start = Now();
  volatile uint64_t sink = 0;
  while (Now() - start < 500000000) sink = sink + 1;
  sampler.Sample(Now());
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used_after);
  const double burning = sampler.last().process_cpu_percent;
  // On a busy machine the loop gets less than a whole processor: compare with what it got.
  const double used = double(used_after.tv_sec - used_before.tv_sec) +
                      double(used_after.tv_nsec - used_before.tv_nsec) / 1e9;
  const double expected = std::fmin(100, 100 * used / 0.5 / cores);
  printf("# cpu: idle %.2f %%, one busy thread %.2f %% of %.2f processors\n", idle, burning, cores);
  Report("a busy thread uses more than a sleeping one",
         IsPercent(idle) && IsPercent(burning) && burning > idle,
         std::to_string(idle) + " then " + std::to_string(burning));
  Report("a busy thread counts as its part of the processors",
         burning > 0.8 * expected && burning < 1.2 * expected,
         std::to_string(burning) + " instead of " + std::to_string(expected));
  const double of_machine = 100 * used / 0.5 / double(sysconf(_SC_NPROCESSORS_ONLN));
  Report("the machine is at least as busy as its busy thread",
         IsPercent(sampler.last().system_cpu_percent) &&
             sampler.last().system_cpu_percent > 0.7 * of_machine,
         std::to_string(sampler.last().system_cpu_percent));
}

#if defined(__linux__)
// A directory on a disk: what is written to a tmpfs never reaches one.
std::string DiskDirectory() {
  const char* wanted = getenv("TMPDIR");
  for (const char* directory : {wanted != nullptr ? wanted : "/tmp", "/var/tmp", "."}) {
    struct statfs system;
    const bool is_tmpfs = statfs(directory, &system) != 0 || system.f_type == 0x01021994;
    if (!is_tmpfs && access(directory, W_OK) == 0) return directory;
  }
  return "";
}

void TestDiskWrites() {
  const std::string directory = DiskDirectory();
  FILE* io = fopen("/proc/self/io", "r");
  const bool readable = io != nullptr && fgetc(io) != EOF;
  if (io != nullptr) fclose(io);
  if (!readable || directory.empty()) {
    printf("# skipped: writing raises the disk rate: %s\n",
           readable ? "no directory on a disk" : "/proc/self/io cannot be read here");
    return;
  }
  const double size = 8 << 20;
  const std::vector<char> bytes(size_t(size), 'x');
  std::string path = directory + "/vsr-metrics-XXXXXX";
  const int fd = mkstemp(path.data());
  unlink(path.c_str());

  ResourceSampler sampler;
  sampler.Sample(Now());
  const uint64_t start = sampler.last().sampled_at_ns;
  const bool written =
      fd >= 0 && write(fd, bytes.data(), bytes.size()) == ssize_t(bytes.size()) && fsync(fd) == 0;
  sampler.Sample(Now());
  const ResourceReading& reading = sampler.last();
  const double seconds = double(reading.sampled_at_ns - start) / 1e9;
  const double counted = reading.disk_written_bytes_per_second * seconds;
  if (fd >= 0) close(fd);
  Report(
      "writing a file shows as bytes written",
      written && counted > 0.95 * size && counted < 2 * size && !reading.disk_bytes_are_of_machine,
      std::to_string(counted) + " bytes");
  if (std::isnan(reading.disk_operations_per_second)) {
    printf("# skipped: writing shows as disk operations: /proc/diskstats shows no disk here\n");
    return;
  }
  Report("writing a file shows as disk operations", reading.disk_operations_per_second > 0,
         std::to_string(reading.disk_operations_per_second));
}

int CountDescriptors() {
  int count = 0;
  DIR* directory = opendir("/proc/self/fd");
  while (directory != nullptr && readdir(directory) != nullptr) ++count;
  if (directory != nullptr) closedir(directory);
  return count;
}

void TestCost() {
  const int descriptors = CountDescriptors();
  {
    ResourceSampler sampler;
    sampler.Sample(Now());
    const int open_descriptors = CountDescriptors();
    const long before = allocations;
    const uint64_t start = Now();
    for (int i = 0; i < 200; ++i) sampler.Sample(Now());
    const uint64_t end = Now();
    Report("a sample allocates nothing", allocations == before,
           std::to_string(allocations - before) + " allocations");
    printf("# a sample took %.1f us, %d descriptors are kept\n", double(end - start) / 200e3,
           open_descriptors - descriptors);
    Report("no descriptor is opened by a sample", CountDescriptors() == open_descriptors);
  }
  Report("a sampler that is gone has left no descriptor", CountDescriptors() == descriptors);
}

// ---- made-up machines ----

class FakeRoot {
 public:
  FakeRoot() {
    char path[] = "/tmp/vsr-metrics-root-XXXXXX";
    root_ = mkdtemp(path);
  }
  ~FakeRoot() {
    const std::string command = "rm -rf '" + root_ + "'";
    if (system(command.c_str()) != 0) printf("# %s was left behind\n", root_.c_str());
  }
  const std::string& path() const { return root_; }

  // In place, as the kernel does: who has the file open sees the new content.
  void Write(const std::string& path, const std::string& content) const {
    const std::string full = root_ + path;
    for (size_t i = root_.size() + 1; i < full.size(); ++i) {
      if (full[i] == '/') mkdir(full.substr(0, i).c_str(), 0700);
    }
    FILE* file = fopen(full.c_str(), "w");
    if (file == nullptr || fputs(content.c_str(), file) < 0) abort();
    fclose(file);
  }

 private:
  std::string root_;
};

constexpr uint64_t kSecond = 1000000000;

void TestRates() {
  FakeRoot root;
  const auto write = [&](long net_in, long net_out, long read, long written, long operations,
                         long busy, long idle) {
    const auto text = [](long number) { return std::to_string(number); };
    root.Write("/proc/self/net/dev",
               "  eth0: " + text(net_in) + " 1 0 0 0 0 0 0 " + text(net_out) + " 1 0 0 0 0 0 0\n");
    root.Write("/proc/self/io",
               "read_bytes: " + text(read) + "\nwrite_bytes: " + text(written) + "\n");
    root.Write("/proc/diskstats", "8 0 sda " + text(operations) + " 0 7 0 0 0 9 0 0 0 0\n");
    root.Write("/proc/stat", "cpu " + text(busy) + " 0 0 " + text(idle) + " 0 0 0 0 0 0\n");
  };
  write(1000, 2000, 10, 20, 5, 100, 100);
  ResourceSampler sampler("/", root.path());
  sampler.Sample(10 * kSecond);
  write(6000, 3000, 10, 520, 25, 130, 170);
  sampler.Sample(15 * kSecond);
  const ResourceReading& reading = sampler.last();
  Report("network bytes per second, in, out and both",
         Near(reading.network_received_bytes_per_second, 1000) &&
             Near(reading.network_transmitted_bytes_per_second, 200) &&
             Near(reading.network_bytes_per_second, 1200));
  Report("disk bytes per second, read, written and both",
         reading.disk_read_bytes_per_second == 0 &&
             Near(reading.disk_written_bytes_per_second, 100) &&
             Near(reading.disk_bytes_per_second, 100) && !reading.disk_bytes_are_of_machine);
  Report("disk operations per second", Near(reading.disk_operations_per_second, 4));
  Report("processor time of the machine", Near(reading.system_cpu_percent, 30));

  write(500, 3000, 10, 520, 5, 90, 160);
  sampler.Sample(20 * kSecond);
  Report("a counter that went back gives no rate, and does not spoil the others",
         std::isnan(reading.network_received_bytes_per_second) &&
             std::isnan(reading.network_bytes_per_second) &&
             reading.network_transmitted_bytes_per_second == 0 &&
             std::isnan(reading.disk_operations_per_second) &&
             std::isnan(reading.system_cpu_percent) && reading.disk_bytes_per_second == 0);

  write(700, 3000, 10, 520, 15, 190, 160);
  root.Write("/proc/self/net/dev",
             "eth0: 700 1 0 0 0 0 0 0 3000 1\neth1: 99999999 1 0 0 0 0 0 0 9999999 1\n");
  sampler.Sample(25 * kSecond);
  Report("what an interface brings along when it appears is no traffic",
         std::isnan(reading.network_bytes_per_second) && reading.system_cpu_percent == 100 &&
             Near(reading.disk_operations_per_second, 2));

  root.Write("/proc/diskstats",
             "8 0 sda 25 0 7 0 0 0 9 0 0 0 0\n8 16 sdb 99999 0 7 0 0 0 9 0 0 0 0\n");
  sampler.Sample(28 * kSecond);
  Report("what a disk brings along when it appears are no operations",
         std::isnan(reading.disk_operations_per_second) && reading.disk_bytes_per_second == 0);

  root.Write("/proc/self/io", "nonsense\n");
  root.Write("/proc/diskstats", "8 0 sda 15 0 7 0 0 0 9 0 0 0 0\n");
  sampler.Sample(30 * kSecond);
  root.Write("/proc/self/io", "");
  root.Write("/proc/diskstats", "8 0 sda 15 0 107 0 0 0 9 0 0 0 0\n");
  sampler.Sample(35 * kSecond);
  Report("the machine's disks stand in where the process's counts cannot be read",
         reading.disk_bytes_are_of_machine &&
             Near(reading.disk_read_bytes_per_second, 100 * 512 / 5) &&
             reading.disk_written_bytes_per_second == 0);
}

void TestMissingFiles() {
  FakeRoot root;
  ResourceSampler sampler("/no/such/directory", root.path());
  sampler.Sample(10 * kSecond);
  sampler.Sample(15 * kSecond);
  const ResourceReading& reading = sampler.last();
  Report("without any file all but the processor time is unknown",
         std::isnan(reading.process_memory_bytes) && std::isnan(reading.network_bytes_per_second) &&
             std::isnan(reading.disk_bytes_per_second) &&
             std::isnan(reading.disk_operations_per_second) &&
             std::isnan(reading.system_cpu_percent) &&
             std::isnan(reading.system_memory_used_percent) &&
             std::isnan(reading.system_disk_used_percent) &&
             IsPercent(reading.process_cpu_percent));

  std::string disks;
  while (disks.size() < 200000) disks += "8 0 sda 5 0 7 0 0 0 9 0 0 0 0\n";
  root.Write("/proc/self/statm", "1 2" + std::string(200000, ' '));
  root.Write("/proc/diskstats", disks);
  root.Write("/proc/stat", "cpu 1 2 3 4 5 6 7 8");  // no end of line: cut off
  ResourceSampler hostile("/", root.path());
  hostile.Sample(10 * kSecond);
  root.Write("/proc/stat", "cpu 9 9 9 9 9 9 9 9");
  hostile.Sample(15 * kSecond);
  Report("a file that is too long or cut off is as good as none",
         std::isnan(hostile.last().process_memory_bytes) &&
             std::isnan(hostile.last().system_cpu_percent) &&
             std::isnan(hostile.last().disk_operations_per_second));
}

const char kMeminfo[] = "MemTotal: 8000 kB\nMemFree: 1 kB\nMemAvailable: 6000 kB\n";

void TestCgroupV2() {
  FakeRoot root;
  root.Write("/proc/meminfo", kMeminfo);
  root.Write("/proc/self/cgroup", "0::/pod/replica\n");
  root.Write("/proc/self/mountinfo", "35 24 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  const std::string own = "/sys/fs/cgroup/pod/replica";
  const std::string pod = "/sys/fs/cgroup/pod";
  root.Write(own + "/cpu.max", "max 100000\n");
  root.Write(pod + "/cpu.max", "50000 100000\n");
  root.Write(own + "/memory.max", "2048000\n");
  root.Write(own + "/memory.current", "1500000\n");
  root.Write(own + "/memory.stat", "anon 9\ninactive_file 476000\n");
  root.Write(pod + "/memory.max", "max\n");
  root.Write(pod + "/memory.current", "1900000\n");
  ResourceSampler sampler("/", root.path());
  sampler.Sample(10 * kSecond);
  const ResourceReading& reading = sampler.last();
  Report("cgroup v2: the tightest quota on the way up binds",
         Near(reading.cpu_cores_available, 0.5), std::to_string(reading.cpu_cores_available));
  Report("cgroup v2: memory is of the limit, without cache that can be dropped",
         Near(reading.system_memory_total_bytes, 2048000) &&
             Near(reading.system_memory_used_bytes, 1024000) &&
             Near(reading.system_memory_used_percent, 50));

  root.Write(pod + "/cpu.max", "25000 100000\n");
  root.Write(own + "/memory.max", "max\n");
  sampler.Sample(15 * kSecond);
  Report("cgroup v2: a limit that is changed or lifted counts from the next sample",
         Near(reading.cpu_cores_available, 0.25) &&
             Near(reading.system_memory_total_bytes, 8000 * 1024) &&
             Near(reading.system_memory_used_bytes, 2000 * 1024));

  root.Write(own + "/memory.max", "999999999999\n");
  sampler.Sample(20 * kSecond);
  Report("cgroup v2: a limit above what the machine has does not bind",
         Near(reading.system_memory_total_bytes, 8000 * 1024));
}

void TestCgroupV1() {
  FakeRoot root;
  root.Write("/proc/meminfo", kMeminfo);
  root.Write("/proc/self/cgroup", "9:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n0::/\n");
  root.Write("/proc/self/mountinfo",
             "33 31 0:30 /docker/abc /cgroup/cpu ro - cgroup cgroup rw,cpu,cpuacct\n"
             "35 31 0:32 /docker/abc /cgroup/memory ro - cgroup cgroup rw,memory\n");
  root.Write("/cgroup/cpu/cpu.cfs_quota_us", "75000\n");
  root.Write("/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  root.Write("/cgroup/memory/memory.limit_in_bytes", "1024000\n");
  root.Write("/cgroup/memory/memory.usage_in_bytes", "300000\n");
  root.Write("/cgroup/memory/memory.stat", "inactive_file 1\ntotal_inactive_file 44000\n");
  ResourceSampler sampler("/", root.path());
  sampler.Sample(10 * kSecond);
  const ResourceReading& reading = sampler.last();
  Report("cgroup v1: quota and memory limit",
         Near(reading.cpu_cores_available, 0.75) &&
             Near(reading.system_memory_total_bytes, 1024000) &&
             Near(reading.system_memory_used_bytes, 256000) &&
             Near(reading.system_memory_used_percent, 25));

  root.Write("/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  root.Write("/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  sampler.Sample(15 * kSecond);
  Report("cgroup v1: no limit",
         reading.cpu_cores_available >= 1 && Near(reading.system_memory_total_bytes, 8000 * 1024));

  root.Write("/proc/meminfo", "");
  sampler.Sample(20 * kSecond);
  Report("cgroup v1: a number that stands for no limit is none",
         std::isnan(reading.system_memory_total_bytes) &&
             std::isnan(reading.system_memory_used_percent));
}
#endif  // __linux__

}  // namespace

int main() {
  TestFirstSample();
  TestCpu();
#if defined(__linux__)
  TestResidentMemory();
  TestDiskWrites();
  TestCost();
  TestRates();
  TestMissingFiles();
  TestCgroupV2();
  TestCgroupV1();
#endif
  return failures == 0 ? 0 : 1;
}
