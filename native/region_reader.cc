#include "region_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "file_copy.h"
#include "journal_copy.h"
#include "older_layout.h"
#include "vsr_metrics/directory.h"
#include "vsr_metrics/exemplars.h"
#include "vsr_metrics/file_lock.h"
#include "vsr_metrics/lanes.h"
#include "vsr_metrics/sections.h"

namespace vsr_metrics {
namespace {

// Opens what may be a region. -1 and a problem: it cannot be read, or is no regular file.
int OpenToRead(const std::string& path, std::string* problem) {
  const bool is_descriptor = path.rfind("/proc/", 0) == 0 || path.rfind("/dev/fd/", 0) == 0;
  // O_NONBLOCK: opening a pipe must not wait for a writer.
  const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (is_descriptor ? 0 : O_NOFOLLOW);
  const int fd = open(path.c_str(), flags);
  struct stat status;
  if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) return fd;
  *problem = std::string("cannot be read: ") + (fd < 0 ? strerror(errno) : "it is no regular file");
  if (fd >= 0) close(fd);
  return -1;
}

// Parts of a file at the same offsets of a copy.
class SectionCopy {
 public:
  SectionCopy(FileCopy* file, const Region& copy) : file_(file), copy_(copy) {}
  bool operator()(uint64_t offset, uint64_t size) const {
    return file_->Read(offset, size, copy_.base() + offset);
  }

 private:
  FileCopy* file_;
  const Region& copy_;
};

bool CopyTables(const Region& region, const SectionCopy& copy) {
  const RegionHeader& header = *region.header();
  return copy(header.lane_table_offset, header.buckets_offset - header.lane_table_offset);
}

// Everything but the tables, the history and the cells of histograms.
bool CopySections(const Region& region, const SectionCopy& copy) {
  const RegionHeader& header = *region.header();
  const uint64_t entries = std::min<uint64_t>(header.entries_used, header.entry_capacity);
  if (!copy(header.entries_offset, entries * sizeof(Entry)) ||
      !copy(header.heap_offset, std::min(header.heap_used, header.heap_size)) ||
      !copy(header.shared_offset, std::min(header.shared_used, header.shared_size))) {
    return false;
  }
  const uint32_t lanes = std::min(header.lanes_claimed, header.lane_count);
  for (uint32_t lane = 0; lane < lanes; ++lane) {
    const uint64_t scalars = std::min(
        {header.scalars_used, header.scalars_size, region.lane_records()[lane].scalars_reserved});
    if (!copy(header.lanes_offset + lane * header.lane_stride, scalars) ||
        !copy(header.exemplars_offset + lane * header.exemplars_size,
              ExemplarsInUse(region, lane) * sizeof(ExemplarSlot))) {
      return false;
    }
  }
  return true;
}

// The touched cells of every histogram in every lane. The directory has been checked.
bool CopyCells(const Region& region, const SectionCopy& copy, JournalCopy* journals) {
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
      if (region.HasJournal(lane)) {
        if (!journals->CopyHistogram(lane, index, *family)) return false;
        continue;
      }
      const uint32_t high = std::min(head->touched_high, family->cell_count);
      const uint32_t low = std::min(head->touched_low, high);
      const uint8_t* cells = memory + entry.cells_page * kPageSize;
      if (!copy(uint64_t(cells - region.base()) + 8ull * low, 8ull * (high - low))) return false;
    }
  }
  return true;
}

// The history of a file.
class FileHistory : public HistorySource {
 public:
  FileHistory(FileCopy* file, const Region& copy, bool is_older)
      : file_(file), copy_(copy), is_older_(is_older) {}
  const HistoryFormat& format() const override {
    return is_older_ ? kOlderHistoryFormat : kHistoryFormat;
  }
  uint64_t section_size() const override { return copy_.header()->history_size; }
  uint32_t entry_count() const override { return copy_.EntryCount(); }
  bool ReadRings(HistoryRing rings[kHistoryRings]) const override {
    return Read(0, sizeof(HistoryRing) * kHistoryRings, reinterpret_cast<uint8_t*>(rings));
  }
  bool Read(uint64_t offset, uint64_t size, uint8_t* to) const override {
    return file_->Read(copy_.header()->history_offset + offset, size, to);
  }

 private:
  FileCopy* file_;
  const Region& copy_;
  bool is_older_;
};

uint64_t AgeOf(uint64_t monotonic_nanoseconds, uint64_t now) {
  return now - std::min(monotonic_nanoseconds, now);
}

}  // namespace

RegionReader::~RegionReader() { Close(); }

void RegionReader::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
  copy_ = nullptr;
  processes_.clear();
  history_.Clear();
}

Error RegionReader::Unreadable(const std::string& problem) const {
  return {"VSR_METRICS_REGION_UNREADABLE", path_ + " " + problem};
}

bool RegionReader::Open(const std::string& path, Error* error) {
  std::string problem;
  const int fd = OpenToRead(path, &problem);
  if (fd < 0) {
    *error = {"VSR_METRICS_REGION_UNREADABLE", path + " " + problem};
    return false;
  }
  Close();
  fd_ = fd;
  path_ = path;
  return true;
}

// Opens the path anew when another file has taken its place.
void RegionReader::Follow() {
  struct stat mine;
  struct stat there;
  if (fstat(fd_, &mine) != 0 || stat(path_.c_str(), &there) != 0) return;
  if (IsSameFile(mine, there)) return;
  Error ignored;  // the old file can still be read
  Open(path_, &ignored);
}

const Region* RegionReader::Refresh(Error* error) {
  Follow();
  RegionHeader header;
  if (!ReadHeader(&header, error) || !Copy(header, error)) {
    copy_ = nullptr;
    processes_.clear();
    return nullptr;
  }
  LookAtProcesses();
  UnsetGaugesOfTheDead();
  return copy_.get();
}

bool RegionReader::ReadHeader(RegionHeader* header, Error* error) {
  uint8_t bytes[sizeof(RegionHeader)] = {};
  struct stat status;
  if (fstat(fd_, &status) != 0 || pread(fd_, bytes, sizeof bytes, 0) < 0) {
    *error = Unreadable(std::string("cannot be read: ") + strerror(errno));
    return false;
  }
  memcpy(header, bytes, sizeof bytes);
  is_older_ = header->layout_version == kOlderLayoutVersion;
  if (is_older_) *header = FromOlderHeader(bytes);
  if (header->layout_version == kLayoutVersionWithoutJournals) *header = WithoutJournals(*header);
  std::string problem;
  if (CheckSections(*header, uint64_t(status.st_size), &problem)) return true;
  *error = Unreadable(problem);
  return false;
}

bool RegionReader::Copy(const RegionHeader& header, Error* error) {
  const bool is_same = copy_ != nullptr && copy_->size() == header.total_size &&
                       copy_->header()->region_id == header.region_id;
  if (!is_same) {
    PrivateMemory memory(header.total_size);
    if (memory.bytes() == nullptr) {
      *error = Unreadable("is too large for this process: " + std::to_string(header.total_size) +
                          " bytes of address space");
      return false;
    }
    copy_ = Region::Adopt(memory.Release(), header.total_size);
  }
  Region& region = *copy_;
  // The header that was checked, not the one that is in the file by now.
  memcpy(region.base(), &header, sizeof header);
  FileCopy file(fd_);
  const SectionCopy copy(&file, region);
  std::string problem;
  bool copied = CopyTables(region, copy);
  if (copied && is_older_) ConvertOlderTables(region);
  copied = copied && CopySections(region, copy);
  if (copied && is_older_) ConvertOlderEntries(region);
  if (copied && !CheckRegion(region, &problem)) {
    *error = Unreadable(problem);
    return false;
  }
  JournalCopy journals(fd_, region);
  copied = copied && CopyCells(region, copy, &journals);
  journals.Finish();
  if (copied && is_older_) ConvertOlderCells(region);
  if (!copied) {
    *error = Unreadable(journals.problem().empty() ? file.problem() : journals.problem());
  }
  return copied;
}

void RegionReader::LookAtProcesses() {
  processes_.clear();
  const uint64_t now = MonotonicNanoseconds();
  for (uint32_t slot = 0; slot < copy_->header()->process_count; ++slot) {
    const ProcessRecord& process = copy_->processes()[slot];
    if (process.pid == 0) continue;
    processes_.push_back(
        {slot, process.pid, IsLockedByOther(fd_, kProcessLocks + slot),
         process.attached_unix_nanoseconds, AgeOf(process.heartbeat_monotonic_nanoseconds, now),
         process.loop_monotonic_nanoseconds != 0, AgeOf(process.loop_monotonic_nanoseconds, now)});
  }
}

// What a dead process set in gauges that combine says nothing of how things are. When nobody is
// left it is all that is known.
void RegionReader::UnsetGaugesOfTheDead() {
  const auto is_alive = [](const AttachedProcess& process) { return process.is_alive; };
  if (std::none_of(processes_.begin(), processes_.end(), is_alive)) return;
  for (uint32_t lane = kBaselineLane + 1; lane < copy_->LanesInUse(); ++lane) {
    const uint32_t owner = uint32_t(copy_->lane_records()[lane].owner);
    if (owner == 0) continue;
    const auto found =
        std::find_if(processes_.begin(), processes_.end(),
                     [owner](const AttachedProcess& process) { return process.slot == owner - 1; });
    if (found == processes_.end() || !found->is_alive) UnsetGauges(*copy_, lane);
  }
}

bool RegionReader::ReadHistory(const HistoryKey& key, double from, double to,
                               SeriesHistory* history, Error* error) {
  FileCopy file(fd_);
  if (!history_.Update(FileHistory(&file, *copy_, is_older_))) {
    *error = Unreadable(file.problem());
    return false;
  }
  *history = history_.Find(key, from, to);
  return true;
}

bool IsRegionInUse(const std::string& path) {
  std::string ignored;
  const int fd = OpenToRead(path, &ignored);
  if (fd < 0) return false;
  const bool in_use = IsAnyLockedByOther(fd, kProcessLocks);
  close(fd);
  return in_use;
}

}  // namespace vsr_metrics
