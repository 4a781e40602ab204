#include "region_create.h"

#include <algorithm>
#include <cstring>
#include <mutex>

#include "history.h"
#include "vsr_metrics/attach.h"
#ifdef __APPLE__
#include <sys/random.h>
#endif

namespace vsr_metrics {
namespace {

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

// At the start of the heap.
bool StoreDefaultLabels(Region& region, const std::string& labels) {
  RegionHeader* header = region.header();
  const uint64_t rounded = (labels.size() + 7) / 8 * 8;
  if (rounded > header->heap_size || !region.Reserve(region.heap(), rounded)) return false;
  memcpy(region.heap(), labels.data(), labels.size());
  header->default_labels_size = uint32_t(labels.size());
  header->heap_used = rounded;
  return true;
}

}  // namespace

std::shared_ptr<Region> CreateRegion(const RegionSizes& sizes, Error* error) {
  const int fd = OpenAnonymousMemory();
  if (fd < 0) {
    *error = {"VSR_METRICS_REGISTRY_FULL",
              std::string("no shared memory for the registry: ") + strerror(errno)};
    return nullptr;
  }
  return CreateRegionIn(fd, "", sizes, error);
}

std::shared_ptr<Region> CreateRegionIn(int fd, std::string path, const RegionSizes& sizes,
                                       Error* error) {
  const RegionHeader plan = PlanSections(sizes);
  const std::string shown = path.empty() ? "memory" : path;
  if (ftruncate(fd, off_t(plan.total_size)) != 0) {
    *error = NoRoom(shown, plan.entries_offset);
    close(fd);
    return nullptr;
  }
  std::shared_ptr<Region> region = Region::Map(fd, plan.total_size, std::move(path), error);
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
  header->lanes_claimed = 1;  // the baseline lane
  if (!StoreDefaultLabels(*region, sizes.default_labels)) {
    *error = NoRoom(shown, plan.entries_offset);
    return nullptr;
  }
  if (ClaimProcessSlot(*region, kCreatorSlot, kCreatorSlot + 1) == kNoIndex) {
    *error = NoProcessSlot(shown, 1);
    return nullptr;
  }
  InitializeHistory(*region);
  StoreRelease(&header->layout_version, kLayoutVersion);
  attach_internal::Mapped& mapped = attach_internal::MappedRegions();
  const std::lock_guard<std::mutex> lock(mapped.mutex);
  attach_internal::Remember(&mapped, region);
  return region;
}

}  // namespace vsr_metrics
