// Attaching to a region that another thread or process of this user made.
#ifndef VSR_METRICS_ATTACH_H_
#define VSR_METRICS_ATTACH_H_

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "directory_lock.h"
#include "entry_check.h"
#include "hidden.h"
#include "lanes.h"
#include "processes.h"
#include "region.h"
#include "sections.h"

namespace vsr_metrics {
namespace attach_internal {

// Regions that this library has mapped, so that all threads share one mapping and one process slot.
// Only a shortcut: another library of the process has its own and works as another process would.
struct Mapped {
  std::mutex mutex;
  std::map<uint64_t, std::weak_ptr<Region>> by_id;
};

VSR_METRICS_HIDDEN inline Mapped& MappedRegions() {
  static Mapped* const mapped = new Mapped();
  return *mapped;
}

inline void Remember(Mapped* mapped, const std::shared_ptr<Region>& region) {
  for (auto entry = mapped->by_id.begin(); entry != mapped->by_id.end();) {
    entry = entry->second.expired() ? mapped->by_id.erase(entry) : std::next(entry);
  }
  mapped->by_id[region->header()->region_id] = region;
}

// The region mapped from the file of this status. Not by its id alone: files can be copied.
inline std::shared_ptr<Region> FindMapped(const Mapped& mapped, uint64_t region_id,
                                          const struct stat& status) {
  const auto found = mapped.by_id.find(region_id);
  if (found == mapped.by_id.end()) return nullptr;
  std::shared_ptr<Region> region = found->second.lock();
  struct stat known;
  const bool is_same =
      region != nullptr && fstat(region->fd(), &known) == 0 && IsSameFile(known, status);
  return is_same ? region : nullptr;
}

inline bool IsSound(const Region& region, uint32_t index) {
  const Entry& entry = region.entries()[index];
  if (StateOf(entry) == EntryState::kEmpty) return true;
  if (StateOf(entry) > EntryState::kDormant) return false;
  return entry.type == uint8_t(EntryType::kFamily) ? IsSoundFamily(region, entry)
                                                   : IsSoundSeries(region, entry, index);
}

// Whether all that entries say is theirs lies inside the region. Says which does not.
inline bool CheckEntries(const Region& region, std::string* problem) {
  // One that gets another key between two loads is looked at again: as it was and as it will be, it
  // is sound.
  constexpr int kLooks = 100;
  const uint32_t count = region.EntryCount();
  for (uint32_t index = 0; index < count; ++index) {
    int looks = 0;
    while (!IsSound(region, index)) {
      if (++looks < kLooks) continue;
      *problem = "is damaged: entry " + std::to_string(index) + " of its directory makes no sense";
      return false;
    }
  }
  return true;
}

}  // namespace attach_internal

// The region in the file `path`, which may also be /proc/PID/fd/N. The same mapping when this
// library has it already.
inline std::shared_ptr<Region> AttachRegion(const std::string& path, Error* error) {
  using namespace attach_internal;
  const std::string code = "VSR_METRICS_REGION_UNREADABLE";
  // Through /proc/PID/fd the name is a link by nature; a file of that name must not be one.
  const bool is_descriptor = path.rfind("/proc/", 0) == 0 || path.rfind("/dev/fd/", 0) == 0;
  // O_NONBLOCK: opening a pipe must not wait for somebody else.
  const int flags = O_RDWR | O_CLOEXEC | O_NONBLOCK | (is_descriptor ? 0 : O_NOFOLLOW);
  const int fd = open(path.c_str(), flags);
  struct stat status;
  if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    *error = {code, path + " cannot be opened as a region: " +
                        (fd < 0 ? strerror(errno) : "it is no regular file")};
    if (fd >= 0) close(fd);
    return nullptr;
  }
  // Whoever attaches believes what the file says, and writes into it.
  if (status.st_uid != geteuid()) {
    *error = {code, path + " belongs to user " + std::to_string(status.st_uid) +
                        "; only that user's programs attach to it (others may read it)"};
    close(fd);
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
  Mapped& mapped = MappedRegions();
  const std::lock_guard<std::mutex> lock(mapped.mutex);
  if (std::shared_ptr<Region> known = FindMapped(mapped, header.region_id, status)) {
    close(fd);
    return known;
  }
  std::shared_ptr<Region> region =
      Region::Map(fd, header.total_size, is_descriptor ? "" : path, error);
  if (region == nullptr) return nullptr;
  if (!CheckEntries(*region, &problem)) {
    *error = {code, path + " " + problem};
    return nullptr;
  }
  if (ClaimProcessSlot(*region, kCreatorSlot + 1, header.process_count) == kNoIndex) {
    *error = NoProcessSlot(path, header.process_count);
    return nullptr;
  }
  ReleaseDirectoryOfPredecessor(*region);
  ReleaseLanesOfPredecessor(*region);
  Remember(&mapped, region);
  return region;
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_ATTACH_H_
