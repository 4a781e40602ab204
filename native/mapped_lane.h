// A lane with memory that JavaScript may hold for longer than it may have the lane.
//
//   auto lane = std::make_shared<MappedLane>(Lane::Claim(region, &error));
//   std::shared_ptr<Mapping> memory = lane->Memory();   // at addresses of its own
//   lane->End();                                        // from now on that is memory of nobody
//
// Without End() the lane is given back when the last holder of this object is gone, which is when
// nothing can store there any more.
#ifndef VSR_METRICS_MAPPED_LANE_H_
#define VSR_METRICS_MAPPED_LANE_H_

#include <memory>
#include <utility>

#include "sampler.h"
#include "vsr_metrics/lanes.h"

namespace vsr_metrics {

class MappedLane {
 public:
  explicit MappedLane(std::shared_ptr<Lane> lane)
      : lane_(std::move(lane)),
        scalars_size_(lane_->region().header()->scalars_size),
        exemplars_size_(lane_->region().header()->exemplars_size) {}
  ~MappedLane() { LeaveJournal(); }
  MappedLane(const MappedLane&) = delete;
  MappedLane& operator=(const MappedLane&) = delete;

  uint64_t scalars_size() const { return scalars_size_; }
  uint64_t exemplars_size() const { return exemplars_size_; }

  Lane& lane() const { return *lane_; }

  // Null when there is no address space, or the lane has ended.
  const std::shared_ptr<Mapping>& Memory() {
    if (memory_ == nullptr && !lane_->has_ended()) {
      const Region& region = lane_->region();
      memory_ = region.MapPart(lane_->memory(), region.header()->lane_stride);
    }
    return memory_;
  }

  bool HasExemplars() const {
    return !lane_->has_ended() && exemplars_size_ >= sizeof(ExemplarSlot);
  }

  const std::shared_ptr<Mapping>& Exemplars() {
    if (exemplars_ == nullptr && HasExemplars()) {
      const Region& region = lane_->region();
      exemplars_ = region.MapPart(region.exemplars(lane_->index()), exemplars_size_);
    }
    return exemplars_;
  }

  // The ring of the lane's journal, which is open from now on: the background thread drains it.
  // Null: there is no memory, or the lane has ended.
  const std::shared_ptr<Mapping>& Ring() {
    if (ring_ == nullptr && !lane_->has_ended() && lane_->OpenJournal()) {
      const Region& region = lane_->region();
      ring_ = region.MapPart(RingOf(region.journal(lane_->index())),
                             sizeof(JournalEntry) * kJournalEntries);
      draining_ = Sampler::Instance().Add(
          kDrainPeriod, [journal = lane_->journal()](uint64_t) { journal->TryDrain(); });
    }
    return ring_;
  }

  void End() {
    LeaveJournal();
    if (ring_ != nullptr) ring_->Blank();
    if (memory_ != nullptr) memory_->Blank();
    if (exemplars_ != nullptr) exemplars_->Blank();
    lane_->End();
  }

 private:
  // What is in a ring is seen by every reader; draining it in time only saves its writer the work.
  static constexpr uint64_t kDrainPeriod = 1000000000;

  // Afterwards the background thread does not touch the journal any more.
  void LeaveJournal() {
    if (draining_ != 0) Sampler::Instance().Remove(std::exchange(draining_, 0));
  }

  std::shared_ptr<Lane> lane_;
  uint64_t scalars_size_;
  uint64_t exemplars_size_;
  std::shared_ptr<Mapping> memory_;
  std::shared_ptr<Mapping> exemplars_;
  std::shared_ptr<Mapping> ring_;
  Sampler::TaskId draining_ = 0;  // 0: nobody drains
};

}  // namespace vsr_metrics

#endif  // VSR_METRICS_MAPPED_LANE_H_
