#include "journal_copy.h"

#include <algorithm>
#include <cstring>

#include "vsr_metrics/cell_counts.h"
#include "vsr_metrics/directory.h"
#include "vsr_metrics/histogram_cells.h"

namespace vsr_metrics {
namespace {

// Makes the cell one of those that readers look at. What lies between is cleared: it was not
// copied.
void Widen(HistogramHead* head, int64_t* cells, const FamilyBlob& family, uint32_t cell) {
  const uint32_t high = std::min(head->touched_high, family.cell_count);
  const uint32_t low = std::min(head->touched_low, high);
  if (cell >= low && cell < high) return;
  const uint32_t new_low = low < high ? std::min(low, cell) : cell;
  const uint32_t new_high = std::max(low < high ? high : 0, cell + 1);
  if (low < high) {
    std::fill(cells + new_low, cells + low, 0);
    std::fill(cells + high, cells + new_high, 0);
  } else {
    cells[cell] = 0;
  }
  head->touched_low = new_low;
  head->touched_high = new_high;
}

}  // namespace

bool JournalCopy::CopyHistogram(uint32_t lane, uint32_t index, const FamilyBlob& family) {
  const Entry& entry = copy_.entries()[index];
  Lane& known = lanes_[lane];
  for (;;) {
    if (attempts_left_ > 0) --attempts_left_;
    bool is_current = known.is_loaded;
    if (!known.is_loaded && !Load(lane, &is_current)) return false;
    if (!CopyOnce(lane, entry, family)) return false;
    uint64_t progress;
    if (!LoadProgress(lane, &progress)) return false;
    known.is_loaded = is_current && progress == known.contents.progress();
    if (known.is_loaded || attempts_left_ == 0) break;
  }
  Apply(lane, index, family);
  return true;
}

void JournalCopy::Finish() {
  for (uint32_t lane = 0; lane < copy_.header()->lane_count; ++lane) {
    copy_.lane_records()[lane].has_journal = 0;
  }
}

bool JournalCopy::Load(uint32_t lane, bool* is_current) {
  JournalHeader* journal = copy_.journal(lane);
  // Progress before the rest: read on its own, and compared once more.
  uint64_t progress;
  if (!LoadProgress(lane, &progress) || !CopyTo(journal, kJournalSize)) return false;
  *is_current = journal->progress == progress;
  journal->progress = progress;
  lanes_[lane].contents.Load(journal, copy_.EntryCount());
  return true;
}

bool JournalCopy::LoadProgress(uint32_t lane, uint64_t* progress) {
  const uint64_t offset = uint64_t(reinterpret_cast<uint8_t*>(copy_.journal(lane)) - copy_.base());
  return file_.Read(offset, sizeof *progress, reinterpret_cast<uint8_t*>(progress));
}

bool JournalCopy::CopyOnce(uint32_t lane, const Entry& entry, const FamilyBlob& family) {
  const uint8_t* memory = copy_.lane(lane);
  const auto* head = reinterpret_cast<const HistogramHead*>(memory + entry.cell_offset);
  if (!CopyTo(head, HistogramHeadSize(family.split_count, family.bound_count))) return false;
  if (head->in_use == 0) return true;
  const uint32_t high = std::min(head->touched_high, family.cell_count);
  const uint32_t low = std::min(head->touched_low, high);
  return CopyTo(memory + entry.cells_page * kPageSize + 8ull * low, 8ull * (high - low));
}

// Puts a batch under way back, and adds what the ring holds.
void JournalCopy::Apply(uint32_t lane, uint32_t index, const FamilyBlob& family) {
  const Entry& entry = copy_.entries()[index];
  uint8_t* memory = copy_.lane(lane);
  auto* head = reinterpret_cast<HistogramHead*>(memory + entry.cell_offset);
  if (head->in_use == 0) return;
  auto* cells = reinterpret_cast<int64_t*>(memory + entry.cells_page * kPageSize);
  const uint64_t head_end =
      entry.cell_offset + HistogramHeadSize(family.split_count, family.bound_count);
  const uint64_t cells_start = entry.cells_page * kPageSize;
  const uint32_t high = std::min(head->touched_high, family.cell_count);
  const uint32_t low = std::min(head->touched_low, high);
  for (const JournalUndo& undo : lanes_[lane].contents.undo()) {
    const auto is_within = [&undo](uint64_t start, uint64_t end) {
      return undo.offset >= start && undo.offset < end;
    };
    if (undo.offset % 8 != 0 ||
        !(is_within(entry.cell_offset + offsetof(HistogramHead, sum), head_end) ||
          is_within(cells_start + 8ull * low, cells_start + 8ull * high))) {
      continue;
    }
    memcpy(memory + undo.offset, &undo.before, sizeof undo.before);
  }
  lanes_[lane].contents.ForEach(index, [&](double value, uint32_t times) {
    const int64_t cell = CellOfValue(family, value);
    int64_t* count;
    if (cell < 0) {
      count = &head->below;
    } else if (cell >= family.cell_count) {
      count = &head->above;
    } else {
      Widen(head, cells, family, uint32_t(cell));
      count = &cells[cell];
    }
    *count = AddWrapping(*count, times);
    head->sum += value * double(times);
    head->minimum = std::min(head->minimum, value);
    head->maximum = std::max(head->maximum, value);
  });
}

}  // namespace vsr_metrics
