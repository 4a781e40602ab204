#include "region.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>

#include "clock.h"
#include "history.h"
#include "processes.h"
#include "shared_memory.h"
#ifdef __APPLE__
#include <stdio.h>
#include <stdlib.h>
#endif

namespace vsr_metrics {
namespace {

// Regions that this process has mapped, so that all its threads share one mapping and one process
// slot. Only a shortcut: a second copy of this library has its own and works as another process
// would.
struct Mapped {
  std::mutex mutex;
  std::map<uint64_t, std::weak_ptr<Region>> by_id;
};

Mapped& MappedRegions() {
  static Mapped* const mapped = new Mapped();
  return *mapped;
}

void Remember(const std::shared_ptr<Region>& region) {
  Mapped& mapped = MappedRegions();
  std::lock_guard<std::mutex> lock(mapped.mutex);
  for (auto entry = mapped.by_id.begin(); entry != mapped.by_id.end();) {
    entry = entry->second.expired() ? mapped.by_id.erase(entry) : std::next(entry);
  }
  mapped.by_id[region->header()->region_id] = region;
}

std::shared_ptr<Region> Find(uint64_t region_id) {
  Mapped& mapped = MappedRegions();
  std::lock_guard<std::mutex> lock(mapped.mutex);
  const auto found = mapped.by_id.find(region_id);
  return found == mapped.by_id.end() ? nullptr : found->second.lock();
}

// Memory with a descriptor and without a name.
int OpenAnonymousMemory() {
#ifdef __linux__
  return memfd_create("vsr-metrics", MFD_CLOEXEC);
#else
  char path[] = "/tmp/vsr-metrics.XXXXXX";
  const int fd = mkstemp(path);
  if (fd >= 0) unlink(path);
  if (fd >= 0) fcntl(fd, F_SETFD, FD_CLOEXEC);
  return fd;
#endif
}

// Different enough that no two regions of a machine are taken for one another.
uint64_t NewRegionId() {
  uint64_t id = 0;
  if (getentropy(&id, sizeof id) != 0) id = UnixNanoseconds() ^ (uint64_t(getpid()) << 32);
  return id;
}

std::string Megabytes(uint64_t bytes) { return std::to_string((bytes >> 20) + 1) + " MB"; }

Error NoRoom(const std::string& path, uint64_t bytes) {
  return {"VSR_METRICS_REGISTRY_FULL",
          "no room for the registry in " + path + ": it needs " + Megabytes(bytes) +
              " to begin with, and more as series and values come (" + strerror(errno) +
              "); make the file system larger (in a container: its /dev/shm size) or lower the "
              "capacity options"};
}

}  // namespace

uint64_t UnixNanoseconds() {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return uint64_t(now.tv_sec) * 1000000000u + uint64_t(now.tv_nsec);
}

double UnixMilliseconds() { return double(UnixNanoseconds() / 1000) / 1000.0; }

std::shared_ptr<Region> Region::Map(int fd, uint64_t size, std::string path, Error* error) {
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
  if (memory == MAP_FAILED) {
    *error = {"VSR_METRICS_REGISTRY_FULL",
              "cannot map " + std::to_string(size) + " bytes of address space for the registry: " +
                  strerror(errno) + "; lower the capacity options (lanes, series, histograms)"};
    close(fd);
    return nullptr;
  }
#ifdef MADV_NOHUGEPAGE
  // One touched cell must not cost 2 MB.
  madvise(memory, size, MADV_NOHUGEPAGE);
#endif
  return std::shared_ptr<Region>(
      new Region(static_cast<uint8_t*>(memory), size, fd, std::move(path)));
}

std::shared_ptr<Region> Region::Create(const RegionSizes& sizes, Error* error) {
  const int fd = OpenAnonymousMemory();
  if (fd < 0) {
    *error = {"VSR_METRICS_REGISTRY_FULL",
              std::string("no shared memory for the registry: ") + strerror(errno)};
    return nullptr;
  }
  return CreateIn(fd, "", sizes, error);
}

std::shared_ptr<Region> Region::CreateIn(int fd, std::string path, const RegionSizes& sizes,
                                         Error* error) {
  const RegionHeader plan = PlanSections(sizes);
  const std::string shown = path.empty() ? "memory" : path;
  if (ftruncate(fd, off_t(plan.total_size)) != 0) {
    *error = NoRoom(shown, plan.entries_offset);
    close(fd);
    return nullptr;
  }
  std::shared_ptr<Region> region = Map(fd, plan.total_size, std::move(path), error);
  if (region == nullptr) return nullptr;
  // What every registry needs; series and lanes reserve their own when they come.
  if (!region->Reserve(region->base(), plan.entries_offset) ||
      !region->Reserve(region->base() + plan.history_offset,
                       std::min(plan.history_size, kPageSize))) {
    *error = NoRoom(shown, plan.entries_offset);
    return nullptr;
  }
  RegionHeader* header = region->header();
  memcpy(header, &plan, sizeof plan);
  header->region_id = NewRegionId();
  header->created_unix_nanoseconds = UnixNanoseconds();
  const Calibration calibration = Current();
  header->clock_source = uint32_t(calibration.source);
  header->clock_base_ticks = calibration.base_ticks;
  header->clock_nanoseconds_per_tick = calibration.ns_per_tick;
  header->clock_base_monotonic_nanoseconds = calibration.base_monotonic_ns;
  header->lanes_claimed = 1;  // the baseline lane
  region->process_slot_ = ClaimProcessSlot(*region, kCreatorSlot, kCreatorSlot + 1);
  InitializeHistory(*region);
  StoreRelease(&header->layout_version, kLayoutVersion);
  Remember(region);
  return region;
}

std::shared_ptr<Region> Region::Attach(const std::string& path, Error* error) {
  const std::string code = "VSR_METRICS_REGION_UNREADABLE";
  // Through /proc/self/fd the name is a link by nature; a file of that name must not be one.
  const bool is_descriptor = path.rfind("/proc/", 0) == 0 || path.rfind("/dev/fd/", 0) == 0;
  const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC | (is_descriptor ? 0 : O_NOFOLLOW));
  struct stat status;
  if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    *error = {code, path + " cannot be opened as a region: " +
                        (fd < 0 ? strerror(errno) : "it is no regular file")};
    if (fd >= 0) close(fd);
    return nullptr;
  }
  RegionHeader header;
  memset(&header, 0, sizeof header);
  std::string problem;
  if (pread(fd, &header, sizeof header, 0) < 0 ||
      !CheckSections(header, uint64_t(status.st_size), &problem)) {
    *error = {code, path + " " + (problem.empty() ? strerror(errno) : problem)};
    close(fd);
    return nullptr;
  }
  if (std::shared_ptr<Region> known = Find(header.region_id)) {
    close(fd);
    return known;
  }
  std::shared_ptr<Region> region = Map(fd, header.total_size, is_descriptor ? "" : path, error);
  if (region == nullptr) return nullptr;
  region->process_slot_ =
      ClaimProcessSlot(*region, kCreatorSlot + 1, region->header()->process_count);
  if (region->process_slot_ == kNoIndex) {
    *error = {"VSR_METRICS_REGISTRY_FULL",
              path + ": all " + std::to_string(header.process_count) +
                  " places for processes are taken; raise the option capacity.processes of "
                  "createRegistry"};
    return nullptr;
  }
  Remember(region);
  return region;
}

std::shared_ptr<Region> Region::Adopt(uint8_t* base, uint64_t size) {
  return std::shared_ptr<Region>(new Region(base, size, -1, ""));
}

// The process slot's lock goes with the descriptor.
Region::~Region() {
  munmap(base_, size_);
  if (fd_ >= 0) close(fd_);
}

std::string Region::share_path() const {
  if (!path_.empty()) return path_;
#ifdef __linux__
  return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(fd_);
#else
  return "/dev/fd/" + std::to_string(fd_);
#endif
}

bool Region::IsCurrent() const {
  if (path_.empty()) return true;
  struct stat mine;
  struct stat there;
  if (fstat(fd_, &mine) != 0 || stat(path_.c_str(), &there) != 0) return true;
  return mine.st_ino == there.st_ino && mine.st_dev == there.st_dev;
}

uint32_t Region::EntryCount() const {
  const uint64_t used = LoadAcquire(&header()->entries_used);
  return used < header()->entry_capacity ? uint32_t(used) : header()->entry_capacity;
}

bool Region::Reserve(const uint8_t* address, uint64_t size) {
  if (fd_ < 0 || size == 0) return fd_ >= 0 || size == 0;
  const uint64_t offset = uint64_t(address - base_);
  if (offset > size_ || size > size_ - offset) return false;
#ifdef __linux__
  const uint64_t start = offset / kPageSize * kPageSize;
  int result;
  do {
    // Older kernels let any signal, a profiler's say, interrupt it: that is no lack of memory.
    result = fallocate(fd_, 0, off_t(start), off_t(offset + size - start));
  } while (result != 0 && errno == EINTR);
  return result == 0;
#else
  return true;
#endif
}

}  // namespace vsr_metrics
