// A region: one mapped block that holds a registry. See include/vsr_metrics_layout.h for its bytes.
//
//   RegionSizes sizes;                       // capacities; pages cost memory only once used
//   Error error;
//   std::shared_ptr<Region> region = Region::Create(sizes, &error);
//
// The mapping lives as long as anything holds the shared_ptr: every ArrayBuffer over it does.
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
  uint32_t entries = 16384;        // families and series together
  uint64_t heap_bytes = 4 << 20;   // names, labels, bounds
  uint64_t scalar_bytes = 0;       // of one lane: counters and combining gauges
  uint64_t histogram_bytes = 0;    // of one lane
  uint64_t shared_bytes = 0;       // gauges that keep the last value
};

class Region {
 public:
  static std::shared_ptr<Region> Create(const RegionSizes& sizes, Error* error);
  ~Region();
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;

  uint8_t* base() const { return base_; }
  uint64_t size() const { return size_; }
  RegionHeader* header() const { return reinterpret_cast<RegionHeader*>(base_); }
  LaneRecord* lane_records() const { return At<LaneRecord>(header()->lane_table_offset); }
  uint32_t* buckets() const { return At<uint32_t>(header()->buckets_offset); }
  Entry* entries() const { return At<Entry>(header()->entries_offset); }
  uint8_t* heap() const { return base_ + header()->heap_offset; }
  uint8_t* shared() const { return base_ + header()->shared_offset; }
  uint8_t* lane(uint32_t index) const {
    return base_ + header()->lanes_offset + index * header()->lane_stride;
  }

  // How many entries may be looked at: reserved ones, whether or not published yet.
  uint32_t EntryCount() const;

  // Makes sure that storing into these bytes cannot fail later.
  bool Reserve(const uint8_t* address, uint64_t size);

 private:
  Region(uint8_t* base, uint64_t size) : base_(base), size_(size) {}
  template <typename T>
  T* At(uint64_t offset) const {
    return reinterpret_cast<T*>(base_ + offset);
  }

  uint8_t* base_;
  uint64_t size_;
};

uint64_t UnixNanoseconds();
double UnixMilliseconds();

}  // namespace vsr_metrics

#endif  // VSR_METRICS_REGION_H_
