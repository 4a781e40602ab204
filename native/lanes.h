// Lanes: the part of a region that exactly one thread writes.
//
//   std::shared_ptr<Lane> lane = Lane::Claim(region, &error);   // one compare-and-swap
//   Cells* cells = lane->memory();
//
// Every ArrayBuffer over a lane holds it. The lane is given back when the last holder is gone,
// which is when its thread's environment is gone or nothing can write through it any more: only
// then may another thread own it. Its counters and histograms stay and the next owner goes on
// adding.
#ifndef VSR_METRICS_LANES_H_
#define VSR_METRICS_LANES_H_

#include <memory>

#include "region.h"

namespace vsr_metrics {

class Lane {
 public:
  static std::shared_ptr<Lane> Claim(std::shared_ptr<Region> region, Error* error);
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  uint32_t index() const { return index_; }
  Region& region() const { return *region_; }
  uint8_t* memory() const { return region_->lane(index_); }

  // Prepares storing into the scalars of the series `entry` in this lane. False: no memory.
  bool Bind(uint32_t entry);

  // Makes room for storing into `cell` of the histogram `entry` in this lane and shows readers
  // that it may be non-zero. False: no memory; the value belongs into a spill.
  bool Touch(uint32_t entry, uint32_t cell);

 private:
  Lane(std::shared_ptr<Region> region, uint32_t index)
      : region_(std::move(region)), index_(index) {}

  std::shared_ptr<Region> region_;
  uint32_t index_;
};

// Frees the lanes of a process that is gone; what they hold stays.
void ReleaseLanesOf(Region& region, uint32_t process_slot);

// Makes sure that these scalars may be read and stored in every lane that was ever claimed. A
// snapshot reads them all, so none may lie where memory is missing.
bool ReserveScalars(Region& region, uint64_t offset, uint64_t size);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_LANES_H_
