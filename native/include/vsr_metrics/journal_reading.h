// What is in the journals of lanes and not in their cells yet, as a reader needs it.
//
//   JournalReading journals(region);                     // for one snapshot
//   const JournalContents* journal = journals.Of(lane);  // null: something was drained meanwhile
//   ... read cells, with journal->Before() ...
//   if (!journals.IsCurrent(lane)) ...                   // drained meanwhile: once more
//   journal->ForEach(series, [](double value, uint32_t times) { ... });
//
// While `progress` stays what it is, cells and ring together hold each record once. So a reader
// reads it, then what it wants, then compares. It never waits for a drainer that was killed or
// stopped in the middle of a batch: it takes what the words were before the batch, whose records it
// finds in the ring.
#ifndef VSR_METRICS_JOURNAL_READING_H_
#define VSR_METRICS_JOURNAL_READING_H_

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "journal_ring.h"
#include "region.h"
#include "shared_memory.h"

namespace vsr_metrics {

class JournalContents {
 public:
  // False: something was drained meanwhile, and this is worth nothing.
  bool Load(const JournalHeader* journal, uint32_t series_count) {
    progress_ = LoadAcquire(&journal->progress);
    LoadUndo(journal);
    LoadRecords(journal);
    Link(series_count);
    return IsCurrent(journal);
  }

  // To be asked after what it is compared with was read.
  bool IsCurrent(const JournalHeader* journal) const {
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return LoadRelaxed(&journal->progress) == progress_;
  }
  uint64_t progress() const { return progress_; }

  // Words that a batch under way may have changed, by where they are in the lane, each once.
  const std::vector<JournalUndo>& undo() const { return undo_; }

  // The word at `offset` of the lane, which is `now`, as it was before the batch under way.
  uint64_t Before(uint64_t offset, uint64_t now) const {
    const auto found = FirstFrom(offset);
    return found != undo_.end() && found->offset == offset ? found->before : now;
  }
  std::vector<JournalUndo>::const_iterator FirstFrom(uint64_t offset) const {
    return std::lower_bound(
        undo_.begin(), undo_.end(), offset,
        [](const JournalUndo& undo, uint64_t wanted) { return undo.offset < wanted; });
  }

  // Calls `visit(value, times)` for what was recorded of the series, in that order.
  template <typename Visit>
  void ForEach(uint32_t series, const Visit& visit) const {
    if (series >= first_.size()) return;
    for (uint32_t link = first_[series]; link != 0; link = next_[link - 1]) {
      visit(records_[link - 1].value, records_[link - 1].times);
    }
  }

 private:
  void LoadUndo(const JournalHeader* journal) {
    undo_.clear();
    if ((progress_ & kJournalBusy) == 0) return;
    const uint32_t count = std::min(LoadRelaxed(&journal->undo_count), kJournalUndos);
    for (uint32_t i = 0; i < count; ++i) {
      undo_.push_back(
          {LoadRelaxed(&journal->undo[i].offset), LoadRelaxed(&journal->undo[i].before)});
    }
    const auto is_before = [](const JournalUndo& one, const JournalUndo& other) {
      return one.offset < other.offset;
    };
    const auto is_same = [](const JournalUndo& one, const JournalUndo& other) {
      return one.offset == other.offset;
    };
    std::sort(undo_.begin(), undo_.end(), is_before);
    undo_.erase(std::unique(undo_.begin(), undo_.end(), is_same), undo_.end());
  }

  void LoadRecords(const JournalHeader* journal) {
    records_.clear();
    const uint64_t start = JournalPosition(progress_);
    JournalRecord record;
    while (records_.size() < kJournalEntries &&
           LoadRecord(journal, start + records_.size(), &record)) {
      // A file may hold anything.
      if (!(record.value < std::numeric_limits<double>::infinity())) record.series = kNoIndex;
      records_.push_back(record);
    }
  }

  // A list for each series, so that asking for one costs what there is of it.
  void Link(uint32_t series_count) {
    first_.assign(series_count, 0);
    next_.resize(records_.size());
    for (uint32_t link = uint32_t(records_.size()); link > 0; --link) {
      const uint32_t series = records_[link - 1].series;
      if (series >= series_count) continue;
      next_[link - 1] = first_[series];
      first_[series] = link;
    }
  }

  uint64_t progress_ = 0;
  std::vector<JournalUndo> undo_;
  std::vector<JournalRecord> records_;
  // Links: index of a record + 1, 0 at the end.
  std::vector<uint32_t> first_;
  std::vector<uint32_t> next_;
};

class JournalReading {
 public:
  explicit JournalReading(const Region& region) : region_(region) {}

  // What the lane's journal holds; what was loaded before, when nothing was drained since. Null:
  // something was while it was loaded.
  const JournalContents* Of(uint32_t lane) {
    if (lane >= lanes_.size()) lanes_.resize(lane + 1);
    Lane& known = lanes_[lane];
    if (known.is_loaded && IsCurrent(lane)) return &known.contents;
    known.is_loaded = known.contents.Load(region_.journal(lane), region_.EntryCount());
    return known.is_loaded ? &known.contents : nullptr;
  }

  bool IsCurrent(uint32_t lane) const {
    return lanes_[lane].contents.IsCurrent(region_.journal(lane));
  }

 private:
  struct Lane {
    bool is_loaded = false;
    JournalContents contents;
  };

  const Region& region_;
  std::vector<Lane> lanes_;
};

}  // namespace vsr_metrics

#endif  // VSR_METRICS_JOURNAL_READING_H_
