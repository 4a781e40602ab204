// Draining the journal of a lane: from the ring (journal_ring.h) into the cells.
//
//   Journal journal(region, lane);
//   if (!journal.Open()) ...                    // no memory
//   uint64_t room = journal.Room(position);     // the writer: drains when the ring is nearly full
//   journal.TryDrain();                         // the background thread
//   journal.Close();                            // with everything in its cells
//   DrainLeftBehind(region, lane);              // of a process that died
//
// Only one thread at a time stores into cells that are recorded through the journal: whoever has
// the mutex, in the process that owns the lane; the new owner, where that one died. Other processes
// read.
//
// A batch goes in four steps, so that a kill at any moment loses and doubles nothing:
//
//   1. all its entries are looked up: cells, their memory
//   2. the words that will change are noted in `undo`
//   3. progress is made busy; every count and every sum is stepped
//   4. progress is made the position behind the batch
//
// Whoever finds it busy puts back what `undo` holds (a reader: takes it instead of the words), and
// the batch is as it was: all in the ring. Extremes are not in it: to lower a minimum twice is to
// lower it once, and the record that did so is there.
#ifndef VSR_METRICS_JOURNAL_H_
#define VSR_METRICS_JOURNAL_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <limits>
#include <mutex>
#include <utility>
#include <vector>

#include "cell_counts.h"
#include "directory.h"
#include "histogram_cells.h"
#include "journal_ring.h"
#include "region.h"
#include "shared_memory.h"

namespace vsr_metrics {

class Journal {
 public:
  Journal(Region& region, uint32_t lane)
      : region_(region),
        lane_(lane),
        lane_memory_(region.lane(lane)),
        header_(region.journal(lane)) {}
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // From now on readers look into the ring. False: there is no memory, or the region has no
  // journals.
  bool Open() {
    if (region_.header()->journals_size < kJournalSize ||
        !region_.Reserve(reinterpret_cast<uint8_t*>(header_), kJournalSize)) {
      return false;
    }
    StoreRelease(&region_.lane_records()[lane_].has_journal, uint32_t{1});
    return true;
  }

  // By the writer, or when it is gone: drains what there is, and readers need not look any more.
  void Close() {
    if (IsGivenUp()) return;
    const Turn turn(this);
    Repair();
    DrainAll();
    ClearRing(header_, position());
    // Who reads half of an entry before and half of one after must find that something changed.
    StoreRelease(&header_->progress, LoadRelaxed(&header_->progress) + kJournalChange);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    StoreRelease(&region_.lane_records()[lane_].has_journal, uint32_t{0});
  }

  // The next position that is to be drained.
  uint64_t position() const { return JournalPosition(LoadAcquire(&header_->progress)); }

  // By the writer: everything that it recorded is in its cells afterwards.
  void Drain() {
    if (IsGivenUp()) return;
    const Turn turn(this);
    DrainAll();
  }

  // By the writer, when it has let go of series: what is drained from now on is of others, also
  // where they have the place of one of those.
  void LetGo() {
    if (IsGivenUp()) return;
    const Turn turn(this);
    DrainAll();
    ++turn_;
  }

  // By another thread of the process: makes way as soon as the writer needs the turn.
  void TryDrain() {
    if (IsGivenUp()) return;
    const std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
    if (!lock.owns_lock()) return;
    while (waiting_.load(std::memory_order_relaxed) == 0 && DrainBatch() > 0) {
    }
  }

  // By the writer: how many entries it may store from `position` on, up to the end of the ring. At
  // least one: drains what is there when that leaves too little.
  uint64_t Room(uint64_t position) {
    const uint64_t to_end = kJournalEntries - position % kJournalEntries;
    if (IsGivenUp()) return to_end;
    if (position - this->position() > kMostWaiting) Drain();
    return std::min(to_end, kJournalEntries - (position - this->position()));
  }

  // By the writer, whose position is `position`: drains what there is and then records one value
  // several times. Takes one entry of the ring. False: the sum would become infinite.
  bool Record(uint64_t position, uint32_t series, double value, uint64_t times) {
    if (IsGivenUp()) return true;
    const Turn turn(this);
    DrainAll();
    StoreRecord(header_, position, 0, 0);
    const double amount = value * double(times);
    const Target* target = Know(series);
    const bool is_finite = target == nullptr || LoadRelaxed(&target->head->sum) + amount <
                                                    std::numeric_limits<double>::infinity();
    Step step = {nullptr, nullptr, amount, times};
    if (is_finite) step.count = Prepare({series, 1, value}, &step.head);
    Apply(&step, step.count == nullptr ? 0 : 1, 1);
    return is_finite;
  }

  // How many values had no memory for their cell since the last time, by series.
  std::vector<std::pair<uint32_t, uint64_t>> TakeSpilled() {
    if (IsGivenUp()) return {};
    const Turn turn(this);
    return std::exchange(spilled_, {});
  }

  // Puts a batch that was not finished back into the ring. By whoever owns the lane now.
  void Repair() {
    const uint64_t progress = LoadAcquire(&header_->progress);
    if ((progress & kJournalBusy) == 0) return;
    const uint32_t count = std::min(LoadRelaxed(&header_->undo_count), kJournalUndos);
    const uint64_t lane_size = region_.header()->lane_stride;
    for (uint32_t i = 0; i < count; ++i) {
      const JournalUndo& undo = header_->undo[i];
      const uint64_t offset = LoadRelaxed(&undo.offset);
      if (offset % 8 != 0 || offset + 8 > lane_size) continue;
      StoreRelaxed(reinterpret_cast<uint64_t*>(region_.lane(lane_) + offset),
                   LoadRelaxed(&undo.before));
    }
    StoreRelease(&header_->progress, progress - kJournalBusy + kJournalChange);
  }

 private:
  static constexpr uint32_t kBatch = kJournalUndos / 2;
  // With more than these in the ring the writer drains: seldom, and then for as long as it takes to
  // drain a full ring.
  static constexpr uint64_t kMostWaiting = kJournalEntries / 4 * 3;

  // A histogram in the lane. What every record needs stands here: the drainer looks at this, at a
  // cell and at a sum, and at nothing else.
  struct alignas(kCacheLine) Target {
    HistogramHead* head = nullptr;
    int64_t* cells;
    double scale;
    uint32_t base_index;
    uint32_t shift;
    // The smallest and the largest value that a cell was stepped for: those between need nothing
    // else, neither memory nor extremes.
    double least;
    double greatest;
    const FamilyBlob* family;
    uint32_t turn = 0;  // this holds in that turn
  };
  static_assert(sizeof(Target) == kCacheLine, "one cache line");

  // One record that is to be applied.
  struct Step {
    HistogramHead* head;
    int64_t* count;
    double amount;
    uint64_t times;
  };

  // The mutex, for the writer: the background thread leaves after its batch.
  class Turn {
   public:
    explicit Turn(Journal* journal) : journal_(journal) {
      journal_->waiting_.fetch_add(1, std::memory_order_relaxed);
      journal_->mutex_.lock();
      journal_->waiting_.fetch_sub(1, std::memory_order_relaxed);
    }
    ~Turn() { journal_->mutex_.unlock(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Journal* journal_;
  };

  // In a child made by fork(): the lane is its parent's, and the mutex may be anybody's.
  bool IsGivenUp() const { return region_.process_slot() == kNoIndex; }

  void DrainAll() {
    while (DrainBatch() > 0) {
    }
    // Entries are stored anew after the progress that says that they may be.
    __atomic_thread_fence(__ATOMIC_RELEASE);
  }

  // How many entries that were. HOT. Costs: bench/handlers.
  uint64_t DrainBatch() {
    const uint64_t start = position();
    Step steps[kBatch];
    uint32_t count = 0;
    uint64_t entries = 0;
    for (JournalRecord record; entries < kBatch; ++entries) {
      if (!LoadRecord(header_, start + entries, &record)) break;
      HistogramHead* head;
      int64_t* const cell = Prepare(record, &head);
      if (cell == nullptr) continue;
      // Cells are spread; waiting for all of a batch at once takes as long as for one.
      __builtin_prefetch(cell, 1);
      steps[count++] = {head, cell, record.value * double(record.times), record.times};
    }
    if (entries > 0) Apply(steps, count, entries);
    return entries;
  }

  // The steps of the next entries.
  void Apply(const Step* steps, uint32_t count, uint64_t entries) {
    // The words of `undo` change after the progress that says that they are not needed any more.
    __atomic_thread_fence(__ATOMIC_RELEASE);
    JournalUndo* undo = header_->undo;
    const uint8_t* const memory = lane_memory_;
    for (const Step* step = steps; step < steps + count; ++step) {
      Note(undo++, memory, step->count);
      Note(undo++, memory, &step->head->sum);
    }
    StoreRelaxed(&header_->undo_count, 2 * count);
    const uint64_t progress = LoadRelaxed(&header_->progress);
    StoreRelease(&header_->progress, progress | kJournalBusy);
    // Cells change after the progress that says that they do.
    __atomic_thread_fence(__ATOMIC_RELEASE);
    for (const Step* step = steps; step < steps + count; ++step) {
      const auto [head, cell, amount, times] = *step;
      StoreRelaxed(cell, AddWrapping(LoadRelaxed(cell), int64_t(times)));
      StoreRelaxed(&head->sum, LoadRelaxed(&head->sum) + amount);
    }
    StoreRelease(&header_->progress, progress + 2 * entries);
  }

  template <typename Word>
  static void Note(JournalUndo* undo, const uint8_t* memory, const Word* word) {
    static_assert(sizeof(Word) == 8, "words");
    StoreRelaxed(&undo->offset, uint64_t(reinterpret_cast<const uint8_t*>(word) - memory));
    StoreRelaxed(&undo->before, LoadRelaxed(reinterpret_cast<const uint64_t*>(word)));
  }

  // The count that a record steps, and the head of its histogram. Null: there is no such histogram.
  __attribute__((always_inline)) int64_t* Prepare(JournalRecord record, HistogramHead** head) {
    if (record.series >= target_count_) return PrepareNew(record, head);
    const Target& target = targets_[record.series];
    if (target.turn != turn_) return PrepareNew(record, head);
    *head = target.head;
    if (!(record.value >= target.least && record.value <= target.greatest)) {
      return PrepareOther(record, &targets_[record.series]);
    }
    const double scaled = record.value * target.scale * (1 - 0x1p-53);
    uint64_t bits;
    memcpy(&bits, &scaled, sizeof bits);
    return &target.cells[(uint32_t(bits >> 32) >> target.shift) - target.base_index];
  }

  // Of a value that none before was like. It becomes an extreme before it counts: whoever reads it
  // finds it among them. That it does so is no harm if a kill ends the batch: it is in the ring.
  __attribute__((noinline)) int64_t* PrepareOther(JournalRecord record, Target* target) {
    const auto [series, times, value] = record;
    HistogramHead* head = target->head;
    const FamilyBlob& family = *target->family;
    if (value < LoadRelaxed(&head->minimum)) StoreRelaxed(&head->minimum, value);
    if (value > LoadRelaxed(&head->maximum)) StoreRelaxed(&head->maximum, value);
    const int64_t cell = CellOfValue(family, value);
    if (cell < 0) return &head->below;
    if (cell >= family.cell_count) return &head->above;
    const bool is_touched =
        cell >= LoadRelaxed(&head->touched_low) && cell < LoadRelaxed(&head->touched_high);
    if (is_touched || TouchCell(region_, lane_, series, uint32_t(cell))) {
      target->least = std::min(target->least, value);
      target->greatest = std::max(target->greatest, value);
      return &target->cells[cell];
    }
    // No memory for the cell: the value still counts in its bound, and in count and sum.
    CountSpilled(series, times);
    return reinterpret_cast<int64_t*>(head + 1) + BoundOfValue(family, value);
  }

  // Of a series that was not recorded in this turn.
  __attribute__((noinline)) int64_t* PrepareNew(JournalRecord record, HistogramHead** head) {
    Target* target = Know(record.series);
    if (target == nullptr) return nullptr;
    *head = target->head;
    return PrepareOther(record, target);
  }

  // Looks the histogram up for this turn. Null: nothing is recorded there through a journal.
  Target* Know(uint32_t series) {
    if (series >= target_count_) {
      const uint32_t count = region_.EntryCount();
      if (series >= count) return nullptr;
      targets_.resize(count);
      target_count_ = count;
    }
    Target& target = targets_[series];
    if (target.turn == turn_) return &target;
    const Entry& entry = region_.entries()[series];
    if (entry.type != uint8_t(EntryType::kSeries) || Kind(entry.kind) != Kind::kHistogram) {
      return nullptr;
    }
    const FamilyBlob* family = FamilyOf(region_, entry.family);
    // Those whose bounds fall inside cells are recorded without a journal.
    if (family == nullptr || family->split_count != 0) return nullptr;
    const uint64_t size = HistogramHeadSize(family->split_count, family->bound_count);
    if (!region_.HasScalars(lane_, entry.cell_offset, size)) return nullptr;
    uint8_t* memory = region_.lane(lane_);
    auto* head = reinterpret_cast<HistogramHead*>(memory + entry.cell_offset);
    if (LoadRelaxed(&head->in_use) == 0) return nullptr;
    target.head = head;
    target.cells = reinterpret_cast<int64_t*>(memory + entry.cells_page * kPageSize);
    target.scale = family->scale;
    target.base_index = uint32_t(family->base_index);
    target.shift = family->shift;
    target.least = std::numeric_limits<double>::infinity();
    target.greatest = -target.least;
    target.family = family;
    target.turn = turn_;
    return &target;
  }

  void CountSpilled(uint32_t series, uint64_t times) {
    const auto known = std::find_if(spilled_.begin(), spilled_.end(),
                                    [series](const auto& each) { return each.first == series; });
    if (known == spilled_.end()) {
      spilled_.emplace_back(series, times);
    } else {
      known->second += times;
    }
  }

  Region& region_;
  const uint32_t lane_;
  const uint8_t* const lane_memory_;
  JournalHeader* const header_;
  std::mutex mutex_;
  std::atomic<uint32_t> waiting_{0};  // callers of Turn
  std::vector<Target> targets_;       // by series
  uint32_t target_count_ = 0;
  uint32_t turn_ = 1;  // how often the writer let go of series, + 1
  std::vector<std::pair<uint32_t, uint64_t>> spilled_;
};

// What the last owner of a lane left in its journal. By whoever owns the lane now.
inline void DrainLeftBehind(Region& region, uint32_t lane) {
  if (region.HasJournal(lane)) Journal(region, lane).Close();
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_JOURNAL_H_
