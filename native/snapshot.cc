#include "snapshot.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "entry_version.h"
#include "merge.h"
#include "vsr_metrics/directory.h"
#include "vsr_metrics/shared_memory.h"

namespace vsr_metrics {
namespace {

// Walks cells and bounds together once: the cumulative counts, then the sparse cells.
void AppendHistogram(const HistogramTotal& total, const FamilyView& view, Frame* frame) {
  const FamilyBlob& family = view.blob;
  const double nothing = std::numeric_limits<double>::quiet_NaN();
  int64_t sum_of_cells = total.below;
  int64_t spilled = 0;
  uint32_t cell = 0;
  uint32_t split = 0;
  int64_t previous = 0;
  const auto emit = [frame](int64_t index, int64_t count) {
    if (count == 0) return;
    frame->cell_index.push_back(int32_t(index));
    frame->cell_count.push_back(double(count));
  };

  const auto count_up_to = [&](uint32_t end) {
    total.cells.ForEach(cell, end, [&](uint32_t index, int64_t count) {
      sum_of_cells = AddWrapping(sum_of_cells, count);
      emit(index, count);
    });
    cell = std::max(cell, end);
  };

  emit(-1, total.below);
  for (uint32_t i = 0; i < family.bound_count; ++i) {
    const uint32_t bound = view.BoundCellAt(i);
    const uint32_t boundary = std::min(bound & ~kBoundSplitFlag, family.cell_count);
    count_up_to(boundary);
    int64_t within = sum_of_cells;
    if ((bound & kBoundSplitFlag) != 0 && split < family.split_count) {
      const int64_t whole = boundary < family.cell_count ? total.cells.At(boundary) : 0;
      // Clamped: what is recorded meanwhile may show in the split and not yet in the cell.
      within = AddWrapping(
          within, std::clamp<int64_t>(total.splits[split], 0, std::max<int64_t>(whole, 0)));
      ++split;
    }
    spilled = AddWrapping(spilled, total.spills[i]);
    emit(std::max<int64_t>(boundary, 1) - 1, total.spills[i]);
    previous = std::max(previous, AddWrapping(within, spilled));
    frame->values.push_back(double(previous));
  }
  count_up_to(family.cell_count);
  const int64_t beyond = AddWrapping(total.spills[family.bound_count], total.above);
  emit(family.cell_count, beyond);
  const int64_t all = AddWrapping(AddWrapping(sum_of_cells, spilled), beyond);
  const int64_t count = std::max(previous, all);
  frame->values.push_back(double(count));
  frame->values.push_back(count == 0 ? 0 : total.sum);
  frame->values.push_back(count == 0 ? nothing : total.minimum);
  frame->values.push_back(count == 0 ? nothing : total.maximum);
}

// When that was, as of a frame; 0 stays 0.
double TimeOfDay(const Frame& frame, double monotonic_milliseconds) {
  if (monotonic_milliseconds == 0) return 0;
  return frame.taken_unix_milliseconds -
         (frame.taken_monotonic_milliseconds - monotonic_milliseconds);
}

// What one series after the other uses.
struct Scratch {
  explicit Scratch(const Region& region) : journalled(region) {}
  HistogramTotal total;
  JournalledLanes journalled;
};

// The numbers of one series. False: its family makes no sense.
bool AppendSeries(const Region& region, const Entry& entry, Scratch* scratch, Frame* frame) {
  switch (Kind(entry.kind)) {
    case Kind::kCounter: {
      const CounterTotal total = ReadCounter(region, entry);
      frame->values.push_back(double(total.ones) + total.amounts);
      return true;
    }
    case Kind::kGauge: {
      const GaugeTotal total = ReadGauge(region, entry);
      frame->values.push_back(total.value);
      frame->values.push_back(TimeOfDay(*frame, total.sampled_monotonic_milliseconds));
      return true;
    }
    case Kind::kHistogram: {
      FamilyView family;
      if (!ViewFamily(region, region.entries()[entry.family], &family)) return false;
      ReadHistogram(region, entry, family.blob, &scratch->journalled, &scratch->total);
      AppendHistogram(scratch->total, family, frame);
      return true;
    }
  }
  return false;
}

void AppendRow(const Region& region, uint32_t index, Scope scope, Scratch* scratch, Frame* frame) {
  const Entry& entry = region.entries()[index];
  const EntryVersion version = VersionOf(entry);
  const size_t values = frame->values.size();
  const size_t cells = frame->cell_index.size();
  frame->states[index] = uint8_t(version.state);
  frame->generations[index] = version.generation;
  frame->offsets[index] = uint32_t(values);
  frame->cell_start[index] = uint32_t(cells);
  if (version.state != EntryState::kLive) return;
  frame->created_unix_milliseconds[index] = LoadRelaxed(&entry.created_unix_milliseconds);
  if (entry.type != uint8_t(EntryType::kSeries)) return;
  if (scope == Scope::kGauges && Kind(entry.kind) != Kind::kGauge) return;
  if (AppendSeries(region, entry, scratch, frame) && IsStill(entry, version)) return;
  // Removed meanwhile: what was read may be partly of another series.
  frame->states[index] = uint8_t(EntryState::kRemoved);
  frame->values.resize(values);
  frame->cell_index.resize(cells);
  frame->cell_count.resize(cells);
}

}  // namespace

Frame TakeSnapshot(const Region& region, Scope scope) {
  Frame frame;
  frame.taken_unix_milliseconds = UnixMilliseconds();
  frame.taken_monotonic_milliseconds = MonotonicMilliseconds();
  frame.layout_changes = LoadAcquire(&region.header()->layout_changes);
  const uint32_t count = region.EntryCount();
  frame.states.resize(count);
  frame.generations.resize(count);
  frame.created_unix_milliseconds.resize(count);
  frame.offsets.resize(count);
  frame.cell_start.resize(count + 1);
  frame.values.reserve(2 * count);
  Scratch scratch(region);
  for (uint32_t index = 0; index < count; ++index) {
    AppendRow(region, index, scope, &scratch, &frame);
  }
  frame.cell_start[count] = uint32_t(frame.cell_index.size());
  if (scope == Scope::kAll)
    frame.exemplars = ReadExemplars(region, frame.states, frame.generations);
  return frame;
}

}  // namespace vsr_metrics
