#if defined(__APPLE__)

#include <libproc.h>
#include <mach/mach.h>
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <unistd.h>

#include "resource_source.h"

// Not read here, and so unset: network bytes and the disk operations of the machine, which macOS
// tells only through interfaces that allocate.

namespace vsr_metrics {
namespace {

std::optional<uint64_t> ResidentBytes() {
  mach_task_basic_info info;
  mach_msg_type_number_t count = MACH_TASK_BASIC_INFO_COUNT;
  if (task_info(mach_task_self(), MACH_TASK_BASIC_INFO, reinterpret_cast<task_info_t>(&info),
                &count) != KERN_SUCCESS) {
    return std::nullopt;
  }
  return uint64_t(info.resident_size);
}

std::optional<ByteCounts> ProcessDiskBytes() {
  rusage_info_v2 usage;
  if (proc_pid_rusage(getpid(), RUSAGE_INFO_V2, reinterpret_cast<rusage_info_t*>(&usage)) != 0) {
    return std::nullopt;
  }
  return ByteCounts{usage.ri_diskio_bytesread, usage.ri_diskio_byteswritten, 0};
}

class MacSource : public ResourceSource {
 public:
  ~MacSource() override { mach_port_deallocate(mach_task_self(), host_); }

  void Read(ResourceCounters* counters, ResourceAmounts* amounts) override {
    counters->system_cpu = SystemCpu();
    counters->process_disk = ProcessDiskBytes();
    amounts->process_memory_bytes = ResidentBytes();
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (processors > 0) amounts->cpu_cores = double(processors);
    amounts->memory = Memory();
  }

 private:
  std::optional<CpuTimes> SystemCpu() const {
    host_cpu_load_info load;
    mach_msg_type_number_t count = HOST_CPU_LOAD_INFO_COUNT;
    if (host_statistics(host_, HOST_CPU_LOAD_INFO, reinterpret_cast<host_info_t>(&load), &count) !=
        KERN_SUCCESS) {
      return std::nullopt;
    }
    CpuTimes times;
    for (int state = 0; state < CPU_STATE_MAX; ++state) times.total += load.cpu_ticks[state];
    times.busy = times.total - load.cpu_ticks[CPU_STATE_IDLE];
    return times;
  }

  std::optional<MemoryAmounts> Memory() const {
    uint64_t total = 0;
    size_t size = sizeof total;
    vm_statistics64 pages;
    mach_msg_type_number_t count = HOST_VM_INFO64_COUNT;
    if (sysctlbyname("hw.memsize", &total, &size, nullptr, 0) != 0 ||
        host_statistics64(host_, HOST_VM_INFO64, reinterpret_cast<host_info64_t>(&pages), &count) !=
            KERN_SUCCESS) {
      return std::nullopt;
    }
    // Inactive and speculative pages are given up when memory is needed, as on Linux.
    const uint64_t used =
        uint64_t{pages.active_count} + pages.wire_count + pages.compressor_page_count;
    return MemoryAmounts{total, used * vm_kernel_page_size};
  }

  const host_t host_ = mach_host_self();
};

}  // namespace

std::unique_ptr<ResourceSource> ResourceSource::Open(const std::string&) {
  return std::make_unique<MacSource>();
}

}  // namespace vsr_metrics

#endif  // __APPLE__
