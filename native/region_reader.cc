#include "region_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "vsr_metrics/directory.h"
#include "vsr_metrics/exemplars.h"
#include "vsr_metrics/file_lock.h"
#include "vsr_metrics/sections.h"

namespace vsr_metrics {
namespace {

const char* const kUnreadable = "VSR_METRICS_REGION_UNREADABLE";

// A file may claim to hold any amount; nobody waits for more than this to be read.
constexpr uint64_t kMostBytesRead = 512u << 20;

// Copies parts of a file to the same offsets of a block of memory, up to a total.
class Copier {
 public:
  Copier(int fd, uint8_t* base) : fd_(fd), base_(base) {}

  // Bytes behind the end of the file stay zero: it may shrink while this runs.
  bool Copy(uint64_t offset, uint64_t size) {
    if (size > budget_) return false;
    budget_ -= size;
    while (size > 0) {
      const ssize_t got = pread(fd_, base_ + offset, size, off_t(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return got == 0;
      offset += uint64_t(got);
      size -= uint64_t(got);
    }
    return true;
  }

 private:
  int fd_;
  uint8_t* base_;
  uint64_t budget_ = kMostBytesRead;
};

// Everything but the cells of histograms.
bool CopySections(const Region& region, Copier* copier) {
  const RegionHeader& header = *region.header();
  const uint64_t entries = std::min<uint64_t>(header.entries_used, header.entry_capacity);
  if (!copier->Copy(header.lane_table_offset, header.buckets_offset - header.lane_table_offset) ||
      !copier->Copy(header.history_offset, header.history_size) ||
      !copier->Copy(header.entries_offset, entries * sizeof(Entry)) ||
      !copier->Copy(header.heap_offset, std::min(header.heap_used, header.heap_size)) ||
      !copier->Copy(header.shared_offset, std::min(header.shared_used, header.shared_size))) {
    return false;
  }
  const uint32_t lanes = std::min(header.lanes_claimed, header.lane_count);
  for (uint32_t lane = 0; lane < lanes; ++lane) {
    const uint64_t offset = header.lanes_offset + lane * header.lane_stride;
    const uint64_t exemplars = header.exemplars_offset + lane * header.exemplars_size;
    if (!copier->Copy(offset, std::min({header.scalars_used, header.scalars_size,
                                        region.lane_records()[lane].scalars_reserved})) ||
        !copier->Copy(exemplars, ExemplarsInUse(region, lane) * sizeof(ExemplarSlot))) {
      return false;
    }
  }
  return true;
}

// The touched cells of every histogram in every lane. The directory has been checked.
bool CopyCells(const Region& region, Copier* copier) {
  const uint32_t count = region.EntryCount();
  for (uint32_t index = 0; index < count; ++index) {
    const Entry& entry = region.entries()[index];
    if (entry.type != uint8_t(EntryType::kSeries) || Kind(entry.kind) != Kind::kHistogram ||
        EntryState(entry.state) != EntryState::kLive) {
      continue;
    }
    const FamilyBlob* family = FamilyOf(region, entry.family);
    for (uint32_t lane = 0; lane < region.header()->lanes_claimed; ++lane) {
      if (!region.HasScalars(lane, entry.cell_offset, ExtentOf(entry, *family).scalars)) continue;
      const uint8_t* memory = region.lane(lane);
      const auto* head = reinterpret_cast<const HistogramHead*>(memory + entry.cell_offset);
      if (head->in_use == 0) continue;
      const uint32_t high = std::min(head->touched_high, family->cell_count);
      const uint32_t low = std::min(head->touched_low, high);
      const uint8_t* cells = memory + entry.cells_page * kPageSize;
      if (!copier->Copy(uint64_t(cells - region.base()) + 8ull * low, 8ull * (high - low))) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace

RegionReader::~RegionReader() {
  if (fd_ >= 0) close(fd_);
}

bool RegionReader::Open(const std::string& path, Error* error) {
  const bool is_descriptor = path.rfind("/proc/", 0) == 0 || path.rfind("/dev/fd/", 0) == 0;
  // O_NONBLOCK: opening a pipe must not wait for a writer.
  const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (is_descriptor ? 0 : O_NOFOLLOW);
  const int fd = open(path.c_str(), flags);
  struct stat status;
  if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    *error = {kUnreadable,
              path + " cannot be read: " + (fd < 0 ? strerror(errno) : "it is no regular file")};
    if (fd >= 0) close(fd);
    return false;
  }
  if (fd_ >= 0) close(fd_);
  fd_ = fd;
  path_ = path;
  return true;
}

void RegionReader::Follow() {
  struct stat mine;
  struct stat there;
  if (fstat(fd_, &mine) != 0 || stat(path_.c_str(), &there) != 0) return;
  if (IsSameFile(mine, there)) return;
  Error ignored;  // the old file can still be read
  Open(path_, &ignored);
}

std::shared_ptr<Region> RegionReader::Copy(Error* error) {
  RegionHeader header;
  memset(&header, 0, sizeof header);
  struct stat status;
  std::string problem;
  if (fstat(fd_, &status) != 0 || pread(fd_, &header, sizeof header, 0) < 0) {
    *error = {kUnreadable, path_ + " cannot be read: " + strerror(errno)};
    return nullptr;
  }
  if (!CheckSections(header, uint64_t(status.st_size), &problem)) {
    *error = {kUnreadable, path_ + " " + problem};
    return nullptr;
  }
  void* memory = mmap(nullptr, header.total_size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    *error = {kUnreadable, path_ + " is too large for this process: " +
                               std::to_string(header.total_size) + " bytes of address space"};
    return nullptr;
  }
#ifdef MADV_NOHUGEPAGE
  madvise(memory, header.total_size, MADV_NOHUGEPAGE);
#endif
  std::shared_ptr<Region> region = Region::Adopt(static_cast<uint8_t*>(memory), header.total_size);
  // The header that was checked, not the one that is in the file by now.
  memcpy(region->base(), &header, sizeof header);
  Copier copier(fd_, region->base());
  bool copied = CopySections(*region, &copier);
  if (copied && !CheckRegion(*region, &problem)) {
    *error = {kUnreadable, path_ + " " + problem};
    return nullptr;
  }
  copied = copied && CopyCells(*region, &copier);
  if (copied) return region;
  *error = {kUnreadable, path_ + " holds more than " + std::to_string(kMostBytesRead >> 20) +
                             " MB, or cannot be read: " + strerror(errno)};
  return nullptr;
}

std::vector<AttachedProcess> RegionReader::Processes(const Region& copy) const {
  std::vector<AttachedProcess> attached;
  for (uint32_t slot = 0; slot < copy.header()->process_count; ++slot) {
    const ProcessRecord& process = copy.processes()[slot];
    if (process.pid == 0) continue;
    attached.push_back({slot, process.pid, IsLockedByOther(fd_, kProcessLocks + slot),
                        process.attached_unix_nanoseconds, process.heartbeat_monotonic_nanoseconds,
                        process.loop_monotonic_nanoseconds});
  }
  return attached;
}

}  // namespace vsr_metrics
