// A region: one mapped block that holds a registry. See include/vsr_metrics_layout.h for its bytes.
//
//   RegionSizes sizes;                       // capacities; pages cost memory only once used
//   Error error;
//   std::shared_ptr<Region> region = Region::Create(sizes, &error);      // anonymous memory
//   std::shared_ptr<Region> same = Region::Attach("/dev/shm/replica-0.metrics", &error);
//
// The mapping lives as long as anything holds the shared_ptr: every ArrayBuffer over it does.
// region_file.h makes regions that are files; region_reader.h copies those of others.
#ifndef VSR_METRICS_REGION_H_
#define VSR_METRICS_REGION_H_

#include <cstdint>
#include <memory>
#include <string>

#include "include/vsr_metrics_layout.h"

namespace vsr_metrics {

struct Error {
  std::string code;     // stable, for programs
  std::string message;  // what was given, what is allowed, where
};

struct RegionSizes {
  uint32_t lanes = 32;
  uint32_t processes = 32;
  uint32_t entries = 16384;       // families and series together
  uint64_t heap_bytes = 4 << 20;  // names, labels, bounds
  uint64_t scalar_bytes = 0;      // of one lane: counters, combining gauges, histogram heads
  uint64_t histogram_bytes = 0;   // of one lane: cells
  uint64_t shared_bytes = 0;      // gauges that keep the last value
  uint64_t history_bytes = 0;
};

class Region {
 public:
  // In memory that other threads and processes reach through a descriptor; see share_path().
  static std::shared_ptr<Region> Create(const RegionSizes& sizes, Error* error);
  // In an empty file that is open for reading and writing. Takes the descriptor over.
  static std::shared_ptr<Region> CreateIn(int fd, std::string path, const RegionSizes& sizes,
                                          Error* error);
  // One that exists and is in use by its creator: the same mapping when this process has it
  // already.
  static std::shared_ptr<Region> Attach(const std::string& path, Error* error);
  // Around a private copy that was checked (region_reader.h). Takes the memory over.
  static std::shared_ptr<Region> Adopt(uint8_t* base, uint64_t size);

  ~Region();
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;

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

  int fd() const { return fd_; }
  // Where another thread or process of this user can open the region.
  const std::string& path() const { return path_; }
  std::string share_path() const;
  // Which process record is this process'.
  uint32_t process_slot() const { return process_slot_; }
  // False once the path names another file: the creator has died and somebody made a new region.
  bool IsCurrent() const;

  // How many entries may be looked at: reserved ones, whether or not published yet.
  uint32_t EntryCount() const;

  // Makes sure that storing into these bytes, and reading them, cannot fail later. A full file
  // system would otherwise end the process with SIGBUS in the middle of a record.
  bool Reserve(const uint8_t* address, uint64_t size);

 private:
  Region(uint8_t* base, uint64_t size, int fd, std::string path)
      : base_(base), size_(size), fd_(fd), path_(std::move(path)) {}
  static std::shared_ptr<Region> Map(int fd, uint64_t size, std::string path, Error* error);
  template <typename T>
  T* At(uint64_t offset) const {
    return reinterpret_cast<T*>(base_ + offset);
  }

  uint8_t* base_;
  uint64_t size_;
  int fd_;
  std::string path_;
  uint32_t process_slot_ = kNoIndex;
};

// Sections for these sizes, one after the other in the order of the diagram.
RegionHeader PlanSections(const RegionSizes& sizes);

// Whether the sections lie where PlanSections would put them and inside `file_size` bytes. Says
// what is wrong.
bool CheckSections(const RegionHeader& header, uint64_t file_size, std::string* problem);

uint64_t UnixNanoseconds();
double UnixMilliseconds();

}  // namespace vsr_metrics

#endif  // VSR_METRICS_REGION_H_
