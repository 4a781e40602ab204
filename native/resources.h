// What this process and its machine use: memory, processors, network, disks. From the operating
// system, without calling into JavaScript.
//
//   ResourceSampler sampler;
//   sampler.Sample(now_ns);               // every 5 s, always from one thread at a time
//   sampler.last().process_cpu_percent    // NaN where it is not known
//
// Rates need two samples: they are NaN after the first, and whenever what was counted is not the
// same as before (a disk was plugged in, a counter was reset). A file that is missing, unreadable
// or not understood makes its fields NaN, never an error: metrics must not stop the program they
// watch.
//
// A sample costs about 0.1 ms, most of it in the kernel, and allocates nothing. It asks the file
// system of `disk_path` for its usage, which blocks while that is a network mount whose server is
// away.
#ifndef VSR_METRICS_RESOURCES_H_
#define VSR_METRICS_RESOURCES_H_

#include <cstdint>
#include <limits>
#include <memory>
#include <string>

namespace vsr_metrics {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

struct ResourceReading {
  uint64_t sampled_at_ns = 0;  // as given to Sample; 0 before the first

  // Resident memory of this process.
  double process_memory_bytes = kUnknown;

  // Processor time of this process, all threads, in [0, 100] of what it may use: the processors it
  // may run on (affinity, cpuset), or less where a cgroup's quota allows less.
  double process_cpu_percent = kUnknown;
  double cpu_cores_available = kUnknown;  // can be a fraction

  // Everything that enters and leaves the network namespace of this process, not only its own
  // bytes: Linux does not count those. Loopback does not count.
  double network_received_bytes_per_second = kUnknown;
  double network_transmitted_bytes_per_second = kUnknown;
  double network_bytes_per_second = kUnknown;  // the sum

  // Reads and writes that the disks of the machine completed: Linux does not count those of a
  // process (its count of read and write calls is mostly about sockets and pipes).
  double disk_operations_per_second = kUnknown;

  // What this process made the disks read and write; what the whole machine did where the process's
  // own counts may not be read. Writes count when data is handed to the page cache.
  double disk_read_bytes_per_second = kUnknown;
  double disk_written_bytes_per_second = kUnknown;
  double disk_bytes_per_second = kUnknown;  // the sum
  bool disk_bytes_are_of_machine = false;

  double system_cpu_percent = kUnknown;  // of the whole machine, in [0, 100]

  // Of the memory that this process could be given at most: a cgroup's limit where that is less
  // than the machine has. File cache that can be dropped is not used.
  double system_memory_used_bytes = kUnknown;
  double system_memory_total_bytes = kUnknown;
  double system_memory_used_percent = kUnknown;

  // Of the file system that holds `disk_path`. The percentage is df's: of what an ordinary user can
  // fill.
  double system_disk_used_bytes = kUnknown;
  double system_disk_total_bytes = kUnknown;
  double system_disk_used_percent = kUnknown;
};

struct ResourceCounters;
class ResourceSource;

class ResourceSampler {
 public:
  // `root` stands before /proc and /sys: "/host" where a container sees its host's under that name.
  explicit ResourceSampler(std::string disk_path = "/", const std::string& root = "");
  ~ResourceSampler();
  ResourceSampler(const ResourceSampler&) = delete;
  ResourceSampler& operator=(const ResourceSampler&) = delete;

  // `now_ns` is of any clock that does not step; only differences matter.
  void Sample(uint64_t now_ns);
  const ResourceReading& last() const { return last_; }

 private:
  const std::string disk_path_;
  const std::unique_ptr<ResourceSource> source_;
  const std::unique_ptr<ResourceCounters> previous_;
  ResourceReading last_;
};

}  // namespace vsr_metrics

#endif  // VSR_METRICS_RESOURCES_H_
