#if defined(__linux__)

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "kept_file.h"
#include "resource_source.h"

namespace vsr_metrics {
namespace {

// The limits of one cgroup, in the words of cgroup v2 or v1.
struct CpuLimit {
  explicit CpuLimit(const std::string& directory)
      : max(directory + "/cpu.max"),
        quota(directory + "/cpu.cfs_quota_us"),
        period(directory + "/cpu.cfs_period_us") {}
  bool exists() const { return max.is_open() || (quota.is_open() && period.is_open()); }

  std::optional<double> Cores(ReadBuffer* buffer) const {
    if (max.is_open()) return ParseCpuMax(max.Read(buffer));
    // Both share the buffer, so the first is copied out of it.
    const std::string_view text = quota.Read(buffer);
    char copy[32];
    const size_t size = text.copy(copy, sizeof copy);
    return ParseCpuQuota({copy, size}, period.Read(buffer));
  }

  KeptFile max, quota, period;
};

struct MemoryLimit {
  MemoryLimit(const std::string& directory, bool is_v2)
      : limit(directory + (is_v2 ? "/memory.max" : "/memory.limit_in_bytes")),
        usage(directory + (is_v2 ? "/memory.current" : "/memory.usage_in_bytes")),
        stat(directory + "/memory.stat"),
        cache_key(is_v2 ? "inactive_file" : "total_inactive_file") {}
  bool exists() const { return limit.is_open() && usage.is_open(); }

  std::optional<MemoryAmounts> Read(ReadBuffer* buffer) const {
    const auto most = ParseLimit(limit.Read(buffer));
    const auto used = ParseLimit(usage.Read(buffer));
    if (!most || !used) return std::nullopt;
    // The kernel charges file cache to the group too; the inactive part goes when memory is needed.
    const uint64_t cache = FindNumber(stat.Read(buffer), cache_key).value_or(0);
    return MemoryAmounts{*most, *used - std::min(*used, cache)};
  }

  KeptFile limit, usage, stat;
  std::string_view cache_key;
};

size_t CountProcessors(pid_t thread) {
  cpu_set_t sets[8];  // 8192 processors, the most that a kernel can be built for
  if (sched_getaffinity(thread, sizeof sets, sets) != 0) return 0;
  return size_t(CPU_COUNT_S(sizeof sets, sets));
}

class LinuxSource : public ResourceSource {
 public:
  explicit LinuxSource(const std::string& root)
      : memory_(root + "/proc/self/statm"),
        disk_(root + "/proc/self/io"),
        network_(root + "/proc/self/net/dev"),
        diskstats_(root + "/proc/diskstats"),
        stat_(root + "/proc/stat"),
        meminfo_(root + "/proc/meminfo") {
    OpenCgroup(root);
  }

  void Read(ResourceCounters* counters, ResourceAmounts* amounts) override {
    counters->system_cpu = ParseCpuTimes(FirstLine(stat_));
    counters->network = ParseNetworkDevices(network_.Read(&buffer_));
    counters->process_disk = ParseProcessDiskBytes(disk_.Read(&buffer_));
    counters->machine_disk = ParseDiskstats(diskstats_.Read(&buffer_));
    if (const auto pages = ParseResidentPages(memory_.Read(&buffer_))) {
      amounts->process_memory_bytes = *pages * page_size_;
    }
    amounts->cpu_cores = Cores();
    amounts->memory = Memory();
  }

 private:
  // Where the process is now: one that is moved to another cgroup goes on seeing the old limits.
  void OpenCgroup(const std::string& root) {
    const std::string cgroup(KeptFile(root + "/proc/self/cgroup").Read(&buffer_));
    const std::string mounts(KeptFile(root + "/proc/self/mountinfo").Read(&buffer_));
    const auto directories = [&](std::string_view controller) {
      return CgroupDirectories(cgroup, mounts, controller);
    };
    // A machine can have controllers in both versions at once.
    for (const char* controller : {"", "cpu"}) {
      for (const std::string& directory : directories(controller)) {
        CpuLimit limit(root + directory);
        if (limit.exists()) cpu_limits_.push_back(std::move(limit));
      }
    }
    for (const char* controller : {"", "memory"}) {
      for (const std::string& directory : directories(controller)) {
        MemoryLimit limit(root + directory, *controller == '\0');
        if (limit.exists()) memory_limits_.push_back(std::move(limit));
      }
    }
  }

  // The whole file can be longer than the buffer: it has a number for every interrupt line.
  std::string_view FirstLine(const KeptFile& file) {
    const std::string_view start = file.ReadStart(&buffer_, 1024);
    const size_t end = start.find('\n');
    return end == std::string_view::npos ? std::string_view() : start.substr(0, end);
  }

  std::optional<double> Cores() {
    // The main thread may have been pinned to one processor while others run anywhere; this thread
    // has the mask of whoever started it.
    const size_t processors = std::max(CountProcessors(getpid()), CountProcessors(0));
    if (processors == 0) return std::nullopt;
    double cores = double(processors);
    // The tightest limit on the way up binds.
    for (const CpuLimit& limit : cpu_limits_) {
      if (const auto allowed = limit.Cores(&buffer_)) cores = std::min(cores, *allowed);
    }
    return cores;
  }

  std::optional<MemoryAmounts> Memory() {
    std::optional<MemoryAmounts> tightest = ParseMeminfo(meminfo_.Read(&buffer_));
    for (const MemoryLimit& limit : memory_limits_) {
      const auto amounts = limit.Read(&buffer_);
      if (!amounts || amounts->total_bytes >= kNoLimit) continue;
      if (!tightest || amounts->total_bytes < tightest->total_bytes) tightest = amounts;
    }
    return tightest;
  }

  // cgroup v1 has no word for no limit, only a number that no machine has.
  static constexpr uint64_t kNoLimit = uint64_t{1} << 62;

  ReadBuffer buffer_;
  const uint64_t page_size_ = uint64_t(sysconf(_SC_PAGESIZE));
  const KeptFile memory_, disk_, network_, diskstats_, stat_, meminfo_;
  std::vector<CpuLimit> cpu_limits_;
  std::vector<MemoryLimit> memory_limits_;
};

}  // namespace

std::unique_ptr<ResourceSource> ResourceSource::Open(const std::string& root) {
  return std::make_unique<LinuxSource>(root);
}

}  // namespace vsr_metrics

#endif  // __linux__
