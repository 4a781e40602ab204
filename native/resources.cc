#include "resources.h"

#include <sys/statvfs.h>
#include <time.h>

#include <algorithm>
#include <cerrno>

#include "resource_source.h"

namespace vsr_metrics {
namespace {

double Percent(double part, double whole) {
  if (!(whole > 0)) return kUnknown;
  return std::clamp(100 * part / whole, 0.0, 100.0);
}

// A counter that went down was reset or is another one: its rate is not known.
double Rate(uint64_t before, uint64_t after, double seconds) {
  return after < before ? kUnknown : double(after - before) / seconds;
}

struct Rates {
  double in = kUnknown;
  double out = kUnknown;
  double sum = kUnknown;
};

Rates RatesOf(const std::optional<ByteCounts>& before, const std::optional<ByteCounts>& after,
              double seconds) {
  Rates rates;
  if (!before || !after || before->source != after->source) return rates;
  rates.in = Rate(before->in, after->in, seconds);
  rates.out = Rate(before->out, after->out, seconds);
  rates.sum = rates.in + rates.out;
  return rates;
}

std::optional<ByteCounts> BytesOf(const std::optional<DiskCounts>& disk) {
  if (!disk) return std::nullopt;
  return disk->bytes;
}

double OperationRate(const std::optional<DiskCounts>& before,
                     const std::optional<DiskCounts>& after, double seconds) {
  if (!before || !after || before->bytes.source != after->bytes.source) return kUnknown;
  return Rate(before->operations, after->operations, seconds);
}

double SystemCpuPercent(const std::optional<CpuTimes>& before,
                        const std::optional<CpuTimes>& after) {
  if (!before || !after || after->total <= before->total) return kUnknown;
  // The kernel's count of idle time can step back a little: then busy grows by more than the total,
  // or shrinks.
  const double busy = double(int64_t(after->busy - before->busy));
  return Percent(busy, double(after->total - before->total));
}

double ProcessCpuPercent(const ResourceCounters& before, const ResourceCounters& after,
                         const std::optional<double>& cores) {
  if (!before.process_cpu_ns || !after.process_cpu_ns || !cores) return kUnknown;
  if (*after.process_cpu_ns < *before.process_cpu_ns) return kUnknown;
  return Percent(double(*after.process_cpu_ns - *before.process_cpu_ns),
                 double(after.at_ns - before.at_ns) * *cores);
}

void ComputeRates(const ResourceCounters& before, const ResourceCounters& after,
                  const ResourceAmounts& amounts, ResourceReading* reading) {
  reading->disk_bytes_are_of_machine = !after.process_disk && after.machine_disk;
  if (before.at_ns == 0 || after.at_ns <= before.at_ns) return;
  const double seconds = double(after.at_ns - before.at_ns) / 1e9;

  reading->process_cpu_percent = ProcessCpuPercent(before, after, amounts.cpu_cores);
  reading->system_cpu_percent = SystemCpuPercent(before.system_cpu, after.system_cpu);

  const Rates network = RatesOf(before.network, after.network, seconds);
  reading->network_received_bytes_per_second = network.in;
  reading->network_transmitted_bytes_per_second = network.out;
  reading->network_bytes_per_second = network.sum;

  const Rates disk = after.process_disk ? RatesOf(before.process_disk, after.process_disk, seconds)
                                        : RatesOf(BytesOf(before.machine_disk),
                                                  BytesOf(after.machine_disk), seconds);
  reading->disk_read_bytes_per_second = disk.in;
  reading->disk_written_bytes_per_second = disk.out;
  reading->disk_bytes_per_second = disk.sum;
  reading->disk_operations_per_second =
      OperationRate(before.machine_disk, after.machine_disk, seconds);
}

void ReadAmounts(const ResourceAmounts& amounts, ResourceReading* reading) {
  if (amounts.process_memory_bytes) {
    reading->process_memory_bytes = double(*amounts.process_memory_bytes);
  }
  if (amounts.cpu_cores) reading->cpu_cores_available = *amounts.cpu_cores;
  if (amounts.memory) {
    reading->system_memory_used_bytes = double(amounts.memory->used_bytes);
    reading->system_memory_total_bytes = double(amounts.memory->total_bytes);
    reading->system_memory_used_percent =
        Percent(reading->system_memory_used_bytes, reading->system_memory_total_bytes);
  }
}

void ReadDiskUsage(const std::string& path, ResourceReading* reading) {
  struct statvfs usage;
  int result;
  do {
    result = statvfs(path.c_str(), &usage);
  } while (result != 0 && errno == EINTR);
  if (result != 0 || usage.f_bfree > usage.f_blocks) return;
  const double block = double(usage.f_frsize);
  const double used = double(usage.f_blocks - usage.f_bfree) * block;
  reading->system_disk_used_bytes = used;
  reading->system_disk_total_bytes = double(usage.f_blocks) * block;
  reading->system_disk_used_percent = Percent(used, used + double(usage.f_bavail) * block);
}

std::optional<uint64_t> ProcessCpuNanoseconds() {
  timespec used;
  if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) != 0) return std::nullopt;
  return uint64_t(used.tv_sec) * 1000000000u + uint64_t(used.tv_nsec);
}

}  // namespace

ResourceSampler::ResourceSampler(std::string disk_path, const std::string& root)
    : disk_path_(std::move(disk_path)),
      source_(ResourceSource::Open(root)),
      previous_(std::make_unique<ResourceCounters>()) {}

ResourceSampler::~ResourceSampler() = default;

void ResourceSampler::Sample(uint64_t now_ns) {
  ResourceCounters counters;
  ResourceAmounts amounts;
  counters.at_ns = now_ns;
  counters.process_cpu_ns = ProcessCpuNanoseconds();
  source_->Read(&counters, &amounts);

  ResourceReading reading;
  reading.sampled_at_ns = now_ns;
  ReadAmounts(amounts, &reading);
  ComputeRates(*previous_, counters, amounts, &reading);
  ReadDiskUsage(disk_path_, &reading);
  last_ = reading;
  *previous_ = counters;
}

}  // namespace vsr_metrics
