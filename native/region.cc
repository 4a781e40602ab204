#include "region.h"

#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <random>

#include "clock.h"
#include "shared_memory.h"

namespace vsr_metrics {
namespace {

uint64_t RoundUp(uint64_t value, uint64_t unit) { return (value + unit - 1) / unit * unit; }

uint32_t PowerOfTwoAtLeast(uint32_t value) {
  uint32_t power = 1024;
  while (power < value) power *= 2;
  return power;
}

// Fills in where the sections lie. The sections follow one another in the order of the diagram.
RegionHeader Plan(const RegionSizes& sizes) {
  RegionHeader plan;
  memset(&plan, 0, sizeof plan);
  memcpy(plan.magic, kMagic, sizeof kMagic);
  plan.byte_order = kByteOrderMark;
  plan.lane_count = sizes.lanes + 1;
  plan.entry_capacity = sizes.entries;
  plan.bucket_count = PowerOfTwoAtLeast(sizes.entries);

  uint64_t end = sizeof(RegionHeader);
  const auto place = [&end](uint64_t size) {
    const uint64_t offset = end;
    end += RoundUp(size, kPageSize);
    return offset;
  };
  plan.lane_table_offset = place(sizeof(LaneRecord) * uint64_t{plan.lane_count});
  plan.buckets_offset = place(sizeof(uint32_t) * uint64_t{plan.bucket_count});
  plan.entries_offset = place(sizeof(Entry) * uint64_t{plan.entry_capacity});
  plan.heap_size = RoundUp(sizes.heap_bytes, kPageSize);
  plan.heap_offset = place(plan.heap_size);
  plan.shared_size = RoundUp(sizes.shared_bytes, kPageSize);
  plan.shared_offset = place(plan.shared_size);
  plan.scalars_size = RoundUp(sizes.scalar_bytes, kPageSize);
  plan.lane_stride = plan.scalars_size + RoundUp(sizes.histogram_bytes, kPageSize);
  plan.lanes_offset = place(plan.lane_stride * plan.lane_count);
  plan.total_size = end;
  return plan;
}

uint64_t RandomId() {
  std::random_device device;
  return (uint64_t{device()} << 32) ^ device();
}

}  // namespace

uint64_t UnixNanoseconds() {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return uint64_t(now.tv_sec) * 1000000000u + uint64_t(now.tv_nsec);
}

double UnixMilliseconds() { return double(UnixNanoseconds() / 1000) / 1000.0; }

std::shared_ptr<Region> Region::Create(const RegionSizes& sizes, Error* error) {
  const RegionHeader plan = Plan(sizes);
  // Sparse: untouched pages cost nothing. Huge pages are declined, because one touched cell would
  // then cost 2 MB.
  void* memory = mmap(nullptr, plan.total_size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    *error = {"VSR_METRICS_REGISTRY_FULL",
              "cannot map " + std::to_string(plan.total_size) +
                  " bytes of address space for the registry: " + strerror(errno) +
                  "; lower the capacity options (lanes, series, histograms)"};
    return nullptr;
  }
#ifdef MADV_NOHUGEPAGE
  madvise(memory, plan.total_size, MADV_NOHUGEPAGE);
#endif
  std::shared_ptr<Region> region(new Region(static_cast<uint8_t*>(memory), plan.total_size));
  RegionHeader* header = region->header();
  memcpy(header, &plan, sizeof plan);
  header->region_id = RandomId();
  header->created_unix_nanoseconds = UnixNanoseconds();
  header->heartbeat_unix_nanoseconds = header->created_unix_nanoseconds;
  header->owner_pid = uint32_t(getpid());
  const Calibration calibration = Current();
  header->clock_source = uint32_t(calibration.source);
  header->clock_base_ticks = calibration.base_ticks;
  header->clock_nanoseconds_per_tick = calibration.ns_per_tick;
  header->lanes_claimed = 1;  // the baseline lane
  StoreRelease(&header->layout_version, kLayoutVersion);
  return region;
}

Region::~Region() { munmap(base_, size_); }

uint32_t Region::EntryCount() const {
  const uint64_t used = LoadAcquire(&header()->entries_used);
  return used < header()->entry_capacity ? uint32_t(used) : header()->entry_capacity;
}

bool Region::Reserve(const uint8_t*, uint64_t) {
  return true;  // anonymous memory: the kernel gives a page when it is first stored into
}

}  // namespace vsr_metrics
