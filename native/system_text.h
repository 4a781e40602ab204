// Readers of the texts in which Linux tells what a machine does: pure functions from the content of
// a file to numbers.
//
//   std::optional<ByteCounts> bytes = ParseNetworkDevices(content_of("/proc/self/net/dev"));
//
// Containers and sandboxes put their own files in the kernel's place, so the content is treated as
// hostile. A text that is not as expected gives nothing rather than a sum that lacks a part: an
// unset gauge is noticed, a wrong one is believed.
#ifndef VSR_METRICS_SYSTEM_TEXT_H_
#define VSR_METRICS_SYSTEM_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vsr_metrics {

// Counts since some moment in the past, in two directions.
struct ByteCounts {
  uint64_t in = 0;   // received, read
  uint64_t out = 0;  // transmitted, written
  // What was counted, as a hash of names. A difference means something only between equal sources:
  // a disk that is plugged in brings everything it has ever read with it.
  uint64_t source = 0;
};

struct DiskCounts {
  ByteCounts bytes;
  uint64_t operations = 0;
};

struct CpuTimes {
  uint64_t busy = 0;
  uint64_t total = 0;
};

struct MemoryAmounts {
  uint64_t total_bytes = 0;
  uint64_t used_bytes = 0;
};

// /proc/self/statm: the resident pages.
std::optional<uint64_t> ParseResidentPages(std::string_view text);

// /proc/self/io: what this process made the block devices read and write. (Its syscr and syscw
// count calls of read() and write(), most of which a Node.js process makes on sockets and pipes.)
std::optional<ByteCounts> ParseProcessDiskBytes(std::string_view text);

// /proc/self/net/dev: the interfaces by which bytes enter or leave the machine or container. Not
// loopback, and not those stacked on others (bridges, bonds, tunnels, containers' ends), which
// count the same bytes again; unless there are no others.
std::optional<ByteCounts> ParseNetworkDevices(std::string_view text);

// /proc/diskstats: whole disks. Not their partitions, and not devices made from other devices.
// Nothing when there is no disk.
std::optional<DiskCounts> ParseDiskstats(std::string_view text);

// /proc/stat: of all processors together. Time stolen by the hypervisor is busy: it could not be
// used.
std::optional<CpuTimes> ParseCpuTimes(std::string_view text);

// /proc/meminfo: used is what is not available to a new program without swapping.
std::optional<MemoryAmounts> ParseMeminfo(std::string_view text);

// The number after `key` in a text of lines "key value" or "key: value".
std::optional<uint64_t> FindNumber(std::string_view text, std::string_view key);

// A cgroup's limit file: a number or "max", which gives UINT64_MAX.
std::optional<uint64_t> ParseLimit(std::string_view text);

// cpu.max of cgroup v2 ("200000 100000" or "max 100000"): processors, infinity without a limit.
std::optional<double> ParseCpuMax(std::string_view text);

// cpu.cfs_quota_us and cpu.cfs_period_us of cgroup v1.
std::optional<double> ParseCpuQuota(std::string_view quota, std::string_view period);

// The directories whose limits bind this process, its own cgroup first, then what encloses it.
// Takes /proc/self/cgroup and /proc/self/mountinfo, and the controller of a v1 hierarchy or "" for
// the v2 one.
std::vector<std::string> CgroupDirectories(std::string_view cgroup, std::string_view mountinfo,
                                           std::string_view controller);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_SYSTEM_TEXT_H_
