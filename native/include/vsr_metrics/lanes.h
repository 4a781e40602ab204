// Lanes: the part of a region that exactly one thread writes.
//
//   std::shared_ptr<Lane> lane = Lane::Claim(region, &error);   // one compare-and-swap
//   uint8_t* cells = lane->memory();
//
// Everything that writes into a lane holds it: each recorder, each ArrayBuffer over it. It is given
// back when the last holder is gone, or by End(), once nobody can write there any more: only then
// may another thread own it. Its counters and histograms stay and the next owner goes on adding.
//
// A thread that records a great deal between other things may open the lane's journal (journal.h):
// histograms then go through it, and End() and Acknowledge() drain it first.
//
// A lane of a process that died is given back by whoever keeps the history (SweepLanes), by the
// next who needs one, or by the next process in the slot of the dead one.
#ifndef VSR_METRICS_LANES_H_
#define VSR_METRICS_LANES_H_

#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#ifdef __linux__
#include <sys/syscall.h>
#endif

#include "directory.h"
#include "histogram_cells.h"
#include "journal.h"
#include "processes.h"
#include "region.h"

namespace vsr_metrics {

class Lane {
 public:
  static std::shared_ptr<Lane> Claim(std::shared_ptr<Region> region, Error* error);
  ~Lane() { End(); }
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // Gives it back, and the region with it. Nothing of it may be used afterwards.
  void End();
  bool has_ended() const { return region_ == nullptr; }

  uint32_t index() const { return index_; }
  Region& region() const { return *region_; }
  uint8_t* memory() const { return region_->lane(index_); }

  // Prepares storing into the scalars of the series `entry` in this lane. False: no memory.
  bool Bind(uint32_t entry);

  // Lets this thread record histograms through the lane's journal. False: there is no memory.
  bool OpenJournal() {
    if (journal_ != nullptr) return true;
    auto journal = std::make_unique<Journal>(*region_, index_);
    if (!journal->Open()) return false;
    journal_ = std::move(journal);
    return true;
  }
  // Null: there is none, or the lane has ended.
  Journal* journal() const { return journal_.get(); }

  // Says that this thread holds nothing any more of what was removed up to this epoch. Nor does its
  // journal then: another series may get those cells.
  void Acknowledge(uint64_t epoch) {
    if (journal_ != nullptr) journal_->LetGo();
    StoreRelease(&region_->lane_records()[index_].acknowledged, epoch);
  }

  // Makes room for storing into `cell` of the histogram `entry` in this lane and shows readers
  // that it may be non-zero. False: no memory; the value belongs into a spill.
  bool Touch(uint32_t entry, uint32_t cell);

 private:
  Lane(std::shared_ptr<Region> region, uint32_t index)
      : region_(std::move(region)), index_(index) {}

  std::shared_ptr<Region> region_;
  uint32_t index_;
  std::unique_ptr<Journal> journal_;
};

namespace lanes_internal {

constexpr uint32_t kFree = 0;  // the low half of LaneRecord::owner

inline uint32_t ThreadId() {
#ifdef __linux__
  return uint32_t(syscall(SYS_gettid));
#else
  return 0;
#endif
}

inline uint32_t SlotOf(uint64_t owner) { return uint32_t(owner) - 1; }

// The same lane, claimed once more by `process_slot`, or given back when that is kNoIndex.
inline uint64_t NextOwner(uint64_t owner, uint32_t process_slot) {
  if (process_slot == kNoIndex) return owner & ~uint64_t{0xffffffff};
  return (((owner >> 32) + 1) << 32) | (process_slot + 1);
}

}  // namespace lanes_internal

// What a thread that is gone last set must not weigh on the gauges of the living.
inline void UnsetGauges(Region& region, uint32_t lane) {
  const uint32_t count = region.EntryCount();
  for (uint32_t index = 0; index < count; ++index) {
    const Entry& entry = region.entries()[index];
    // One that is being written has no cell yet.
    if (StateOf(entry) == EntryState::kEmpty || entry.type != uint8_t(EntryType::kSeries) ||
        Kind(entry.kind) != Kind::kGauge || Combine(entry.combine) == Combine::kLast) {
      continue;
    }
    if (!region.HasScalars(lane, entry.cell_offset, sizeof(GaugeCell))) continue;
    auto* cell = reinterpret_cast<GaugeCell*>(region.lane(lane) + entry.cell_offset);
    if (LoadRelaxed(&cell->is_set) != 1) continue;
    StoreRelaxed(&cell->is_set, uint64_t{2});
    StoreRelaxed(&cell->value, UnsetValue(entry));
    StoreRelaxed(&cell->sampled_monotonic_milliseconds, 0.0);
  }
}

namespace lanes_internal {

// Claims the lane if it is still owned as `owner` says.
inline bool TakeOver(Region& region, uint32_t index, uint64_t owner) {
  LaneRecord& record = region.lane_records()[index];
  if (!CompareAndSwap(&record.owner, owner, NextOwner(owner, region.process_slot()))) return false;
  UnsetGauges(region, index);
  DrainLeftBehind(region, index);
  StoreRelaxed(&record.thread, ThreadId());
  StoreRelaxed(&record.claimed_unix_nanoseconds, UnixNanoseconds());
  return true;
}

// By whoever owns it. In a child made by fork() nobody does.
inline void GiveBack(Region& region, uint32_t index) {
  if (region.process_slot() == kNoIndex) return;
  UnsetGauges(region, index);
  LaneRecord& record = region.lane_records()[index];
  const uint64_t owner = LoadAcquire(&record.owner);
  CompareAndSwap(&record.owner, owner, NextOwner(owner, kNoIndex));
}

// A free lane, else one whose process is dead.
inline uint32_t ClaimIndex(Region& region) {
  const uint32_t count = region.header()->lane_count;
  for (uint32_t index = kBaselineLane + 1; index < count; ++index) {
    const uint64_t owner = LoadAcquire(&region.lane_records()[index].owner);
    if (uint32_t(owner) == kFree && TakeOver(region, index, owner)) return index;
  }
  for (uint32_t index = kBaselineLane + 1; index < count; ++index) {
    const uint64_t owner = LoadAcquire(&region.lane_records()[index].owner);
    const bool is_dead = uint32_t(owner) != kFree && !IsProcessAlive(region, SlotOf(owner));
    if (is_dead && TakeOver(region, index, owner)) return index;
  }
  return kNoIndex;
}

}  // namespace lanes_internal

// Frees the lanes that a dead process left in the slot that is now this process'; what they hold
// stays. To be done before anything else is: such lanes look like this process' own.
inline void ReleaseLanesOfPredecessor(Region& region) {
  using namespace lanes_internal;
  const uint32_t count = region.header()->lane_count;
  for (uint32_t index = kBaselineLane + 1; index < count; ++index) {
    const uint64_t owner = LoadAcquire(&region.lane_records()[index].owner);
    if (uint32_t(owner) == kFree || SlotOf(owner) != region.process_slot()) continue;
    // Owned first: somebody else may be taking it over as that of a dead process.
    if (TakeOver(region, index, owner)) GiveBack(region, index);
  }
}

// Gives back the lanes of processes that died, and unsets what their gauges still show. By one
// process at a time: the one that has kSamplerLock.
inline void SweepLanes(Region& region) {
  using namespace lanes_internal;
  const uint32_t count = region.LanesInUse();
  for (uint32_t index = kBaselineLane + 1; index < count; ++index) {
    const uint64_t owner = LoadAcquire(&region.lane_records()[index].owner);
    if (uint32_t(owner) == kFree || IsProcessAlive(region, SlotOf(owner))) continue;
    if (TakeOver(region, index, owner)) GiveBack(region, index);
  }
}

inline std::shared_ptr<Lane> Lane::Claim(std::shared_ptr<Region> region, Error* error) {
  const uint32_t index = lanes_internal::ClaimIndex(*region);
  if (index == kNoIndex) {
    *error = {"VSR_METRICS_REGISTRY_FULL",
              "all " + std::to_string(region->header()->lane_count - 1) +
                  " lanes of the registry are in use: a lane is one recording thread; raise the "
                  "option capacity.lanes of createRegistry"};
    return nullptr;
  }
  RegionHeader* header = region->header();
  RaiseTo(&header->lanes_claimed, index + 1);
  // Against AcknowledgedByAll: either this thread sees what was removed, or whoever wants to use it
  // again sees this thread.
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  StoreRelease(&region->lane_records()[index].acknowledged, LoadAcquire(&header->removals));
  StoreRelease(&header->closed, uint32_t{0});
  return std::shared_ptr<Lane>(new Lane(std::move(region), index));
}

inline void Lane::End() {
  if (region_ == nullptr) return;
  if (journal_ != nullptr) journal_->Close();
  journal_ = nullptr;
  lanes_internal::GiveBack(*region_, index_);
  region_ = nullptr;
}

inline bool Lane::Bind(uint32_t index) {
  if (region_ == nullptr || index >= region_->EntryCount()) return false;
  const Entry& entry = region_->entries()[index];
  const FamilyBlob* family = FamilyOf(*region_, entry.family);
  if (family == nullptr) return false;
  const uint64_t scalars = ExtentOf(entry, *family).scalars;
  if (scalars > 0 && !region_->ReserveScalars(index_, entry.cell_offset + scalars)) return false;
  if (Kind(entry.kind) == Kind::kCounter) return true;
  if (Kind(entry.kind) == Kind::kGauge) {
    if (Combine(entry.combine) == Combine::kLast) return true;
    auto* cell = reinterpret_cast<GaugeCell*>(memory() + entry.cell_offset);
    if (LoadRelaxed(&cell->is_set) != 1) {
      StoreRelaxed(&cell->value, UnsetValue(entry));
      StoreRelease(&cell->is_set, uint64_t{1});
    }
    return true;
  }
  auto* head = reinterpret_cast<HistogramHead*>(memory() + entry.cell_offset);
  if (LoadRelaxed(&head->in_use) == 0) {
    StoreRelaxed(&head->minimum, std::numeric_limits<double>::infinity());
    StoreRelaxed(&head->maximum, -std::numeric_limits<double>::infinity());
    StoreRelease(&head->in_use, uint64_t{1});
  }
  return true;
}

inline bool Lane::Touch(uint32_t index, uint32_t cell) {
  return region_ != nullptr && index < region_->EntryCount() &&
         TouchCell(*region_, index_, index, cell);
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_LANES_H_
