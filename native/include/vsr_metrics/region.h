// A region: one mapped block that holds a registry. See layout.h for its bytes.
//
//   // See attach.h.
//   std::shared_ptr<Region> region = AttachRegion("/dev/shm/replica-0.metrics", &error);
//   Entry* entries = region->entries();
//
// Whoever records holds it. With the last of them the locks, the descriptor and the mapping go.
#ifndef VSR_METRICS_REGION_H_
#define VSR_METRICS_REGION_H_

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "layout.h"
#include "mapping.h"
#include "shared_memory.h"

namespace vsr_metrics {

struct Error {
  std::string code;     // stable, for programs
  std::string message;  // what was given, what is allowed, where
};

inline uint64_t UnixNanoseconds() {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return uint64_t(now.tv_sec) * 1000000000u + uint64_t(now.tv_nsec);
}

inline uint64_t MonotonicNanoseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return uint64_t(now.tv_sec) * 1000000000u + uint64_t(now.tv_nsec);
}

inline double UnixMilliseconds() { return double(UnixNanoseconds() / 1000) / 1000.0; }

inline double MonotonicMilliseconds() { return double(MonotonicNanoseconds() / 1000) / 1000.0; }

// Whether two names or descriptors lead to one file.
inline bool IsSameFile(const struct stat& one, const struct stat& other) {
  return one.st_ino == other.st_ino && one.st_dev == other.st_dev;
}

class Region {
 public:
  // Maps a file that is open for reading and writing. Takes the descriptor over, also when it
  // fails. `path` is empty for memory that has no name.
  static std::shared_ptr<Region> Map(int fd, uint64_t size, std::string path, Error* error) {
    std::shared_ptr<Mapping> mapping = Mapping::Map(fd, 0, size);
    if (mapping == nullptr) {
      *error = CannotMap(size);
      close(fd);
      return nullptr;
    }
    return std::shared_ptr<Region>(new Region(std::move(mapping), fd, std::move(path)));
  }

  // Around memory of this process alone: a copy that was checked. Takes the memory over.
  static std::shared_ptr<Region> Adopt(uint8_t* base, uint64_t size) {
    return std::shared_ptr<Region>(new Region(Mapping::Adopt(base, size), -1, ""));
  }

  static Error CannotMap(uint64_t size) {
    const bool is_locked = errno == EAGAIN;
    return {"VSR_METRICS_REGISTRY_FULL",
            "cannot map " + std::to_string(size) +
                " bytes of address space for the registry: " + strerror(errno) +
                (is_locked ? " (mlockall is in force: raise RLIMIT_MEMLOCK)" : "") +
                "; lower the capacity options (lanes, series, histograms)"};
  }

  // The process slot's lock goes with the descriptor.
  ~Region() {
    if (fd_ >= 0) close(fd_);
  }
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;

  // A part of it once more, at addresses of its own: for whoever may go on storing there when it no
  // longer may have the region. Null when there is no address space.
  std::shared_ptr<Mapping> MapPart(const void* address, uint64_t size) const {
    return Mapping::Map(fd_, uint64_t(static_cast<const uint8_t*>(address) - base_), size);
  }

  uint8_t* base() const { return base_; }
  uint64_t size() const { return size_; }
  RegionHeader* header() const { return reinterpret_cast<RegionHeader*>(base_); }
  LaneRecord* lane_records() const { return At<LaneRecord>(header()->lane_table_offset); }
  ProcessRecord* processes() const { return At<ProcessRecord>(header()->process_table_offset); }
  uint8_t* history() const { return base_ + header()->history_offset; }
  uint32_t* buckets() const { return At<uint32_t>(header()->buckets_offset); }
  Entry* entries() const { return At<Entry>(header()->entries_offset); }
  uint8_t* heap() const { return base_ + header()->heap_offset; }
  uint8_t* shared() const { return base_ + header()->shared_offset; }
  uint8_t* lane(uint32_t index) const {
    return base_ + header()->lanes_offset + index * header()->lane_stride;
  }

  ExemplarSlot* exemplars(uint32_t lane) const {
    return At<ExemplarSlot>(header()->exemplars_offset + lane * header()->exemplars_size);
  }

  // Whether the lane's cells are to be read together with its journal.
  bool HasJournal(uint32_t lane) const {
    return header()->journals_size >= kJournalSize &&
           LoadAcquire(&lane_records()[lane].has_journal) != 0;
  }
  JournalHeader* journal(uint32_t lane) const {
    return At<JournalHeader>(header()->journals_offset + lane * header()->journals_size);
  }

  int fd() const { return fd_; }
  // Where another thread or process of this user can open the region.
  const std::string& path() const { return path_; }
  std::string share_path() const {
    if (!path_.empty()) return path_;
#ifdef __linux__
    return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(fd_);
#else
    return "/dev/fd/" + std::to_string(fd_);
#endif
  }

  // Which process record is this process'. kNoIndex: none; the region belongs to the parent of this
  // process, or is a copy.
  uint32_t process_slot() const { return process_slot_; }
  void set_process_slot(uint32_t slot) { process_slot_ = slot; }

  // The word of the directory's lock with which somebody keeps it who does not go on.
  bool is_known_stuck(uint64_t word) const { return LoadRelaxed(&known_stuck_) == word; }
  void set_known_stuck(uint64_t word) { StoreRelaxed(&known_stuck_, word); }

  // False once the path names another file: the creator has died and somebody made a new region.
  bool IsCurrent() const {
    if (path_.empty()) return true;
    struct stat mine;
    struct stat there;
    if (fstat(fd_, &mine) != 0 || stat(path_.c_str(), &there) != 0) return true;
    return IsSameFile(mine, there);
  }

  // How many entries may be looked at: reserved ones, whether or not published yet.
  uint32_t EntryCount() const {
    const uint64_t used = LoadAcquire(&header()->entries_used);
    return used < header()->entry_capacity ? uint32_t(used) : header()->entry_capacity;
  }

  // How many bytes of the heap hold anything.
  uint64_t HeapUsed() const {
    const uint64_t used = LoadAcquire(&header()->heap_used);
    return used < header()->heap_size ? used : header()->heap_size;
  }

  // How many lanes were ever claimed, the baseline among them.
  uint32_t LanesInUse() const {
    const uint32_t claimed = LoadAcquire(&header()->lanes_claimed);
    return claimed < header()->lane_count ? claimed : header()->lane_count;
  }

  // Whether these scalars of a lane have memory: nobody may load or store others, as on a full file
  // system not even a load of them would succeed.
  bool HasScalars(uint32_t lane, uint64_t offset, uint64_t size) const {
    const uint64_t reserved = LoadAcquire(&lane_records()[lane].scalars_reserved);
    return offset + size <= reserved && reserved <= header()->scalars_size;
  }

  // Makes sure that the lane has its first `end` bytes of scalars. False: no memory. Memory comes
  // in pages, so that most calls find it there.
  bool ReserveScalars(uint32_t lane_index, uint64_t end) {
    uint64_t* reserved = &lane_records()[lane_index].scalars_reserved;
    const uint64_t before = LoadAcquire(reserved);
    if (end <= before) return true;
    if (end > header()->scalars_size) return false;
    const uint64_t after = (end + kPageSize - 1) / kPageSize * kPageSize;
    if (!Reserve(lane(lane_index) + before, after - before)) return false;
    RaiseTo(reserved, after);
    return true;
  }

  // Makes sure that storing into these bytes, and reading them, cannot fail later. A full file
  // system would otherwise end the process with SIGBUS in the middle of a record.
  bool Reserve(const uint8_t* address, uint64_t size) {
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

 private:
  Region(std::shared_ptr<Mapping> mapping, int fd, std::string path)
      : mapping_(std::move(mapping)),
        base_(mapping_->bytes()),
        size_(mapping_->size()),
        fd_(fd),
        path_(std::move(path)) {}
  template <typename T>
  T* At(uint64_t offset) const {
    return reinterpret_cast<T*>(base_ + offset);
  }

  // The child shares its parent's locks for as long as it has this descriptor.
  void GiveUpInChild() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
    process_slot_ = kNoIndex;
  }

  std::shared_ptr<Mapping> mapping_;
  uint8_t* base_;
  uint64_t size_;
  int fd_;
  std::string path_;
  uint32_t process_slot_ = kNoIndex;
  uint64_t known_stuck_ = 0;
  ForkedChild in_child_{[](void* self) { static_cast<Region*>(self)->GiveUpInChild(); }, this};
};

}  // namespace vsr_metrics

#endif  // VSR_METRICS_REGION_H_
