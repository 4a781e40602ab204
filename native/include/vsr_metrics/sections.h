// Where the sections of a region lie, and whether a header of unknown origin says so too.
#ifndef VSR_METRICS_SECTIONS_H_
#define VSR_METRICS_SECTIONS_H_

#include <cstdint>
#include <cstring>
#include <string>

#include "layout.h"

namespace vsr_metrics {

struct RegionSizes {
  uint32_t lanes = 32;
  uint32_t processes = 32;
  uint32_t entries = 16384;       // families and series together
  uint64_t heap_bytes = 4 << 20;  // names, labels, bounds
  uint64_t scalar_bytes = 0;      // of one lane: counters, combining gauges, histogram heads
  uint64_t histogram_bytes = 0;   // of one lane: cells
  uint64_t shared_bytes = 0;      // gauges that keep the last value
  uint64_t history_bytes = 0;
  uint64_t exemplar_bytes = 0;            // of one lane
  uint64_t journal_bytes = kJournalSize;  // of one lane
  std::string default_labels = "{}";      // of every series, as JSON
};

namespace sections_internal {

inline uint64_t RoundUp(uint64_t value, uint64_t unit) { return (value + unit - 1) / unit * unit; }

inline uint32_t PowerOfTwoAtLeast(uint32_t value) {
  uint32_t power = 1024;
  while (power < value) power *= 2;
  return power;
}

// What a header may claim at most; far above what anybody uses, low enough that no sum overflows.
constexpr uint64_t kMostLanes = 1 << 13;
constexpr uint64_t kMostEntries = 1 << 25;
constexpr uint64_t kMostBytes = uint64_t{1} << 46;

}  // namespace sections_internal

// Sections for these sizes, one after the other in the order of the diagram in layout.h.
inline RegionHeader PlanSections(const RegionSizes& sizes) {
  using namespace sections_internal;
  RegionHeader plan;
  memset(&plan, 0, sizeof plan);
  memcpy(plan.magic, kMagic, sizeof kMagic);
  plan.byte_order = kByteOrderMark;
  plan.lane_count = sizes.lanes + 1;
  plan.process_count = sizes.processes;
  plan.entry_capacity = sizes.entries;
  plan.bucket_count = PowerOfTwoAtLeast(sizes.entries);

  uint64_t end = sizeof(RegionHeader);
  const auto place = [&end](uint64_t size) {
    const uint64_t offset = end;
    end += RoundUp(size, kPageSize);
    return offset;
  };
  plan.lane_table_offset = place(sizeof(LaneRecord) * uint64_t{plan.lane_count});
  plan.process_table_offset = place(sizeof(ProcessRecord) * uint64_t{plan.process_count});
  plan.buckets_offset = place(sizeof(uint32_t) * uint64_t{plan.bucket_count});
  plan.entries_offset = place(sizeof(Entry) * uint64_t{plan.entry_capacity});
  plan.heap_size = RoundUp(sizes.heap_bytes, kPageSize);
  plan.heap_offset = place(plan.heap_size);
  plan.shared_size = RoundUp(sizes.shared_bytes, kPageSize);
  plan.shared_offset = place(plan.shared_size);
  plan.history_size = RoundUp(sizes.history_bytes, kPageSize);
  plan.history_offset = place(plan.history_size);
  plan.exemplars_size = RoundUp(sizes.exemplar_bytes, kPageSize);
  plan.exemplars_offset = place(plan.exemplars_size * plan.lane_count);
  plan.journals_size = RoundUp(sizes.journal_bytes, kPageSize);
  plan.journals_offset = place(plan.journals_size * plan.lane_count);
  plan.scalars_size = RoundUp(sizes.scalar_bytes, kPageSize);
  plan.lane_stride = plan.scalars_size + RoundUp(sizes.histogram_bytes, kPageSize);
  plan.lanes_offset = place(plan.lane_stride * plan.lane_count);
  plan.total_size = end;
  return plan;
}

// Whether the sections lie where PlanSections would put them and inside `file_size` bytes. Says
// what is wrong.
inline bool CheckSections(const RegionHeader& header, uint64_t file_size, std::string* problem) {
  using namespace sections_internal;
  if (memcmp(header.magic, kMagic, sizeof kMagic) != 0) {
    *problem = "is not a vsr-metrics region";
    return false;
  }
  if (header.byte_order != kByteOrderMark) {
    *problem = "was written on a machine with another byte order";
    return false;
  }
  if (header.layout_version == 0) {
    *problem = "is not finished: its creator died while making it, or is making it now";
    return false;
  }
  if (header.layout_version != kLayoutVersion) {
    *problem = "has layout version " + std::to_string(header.layout_version) +
               "; this vsr-metrics has layout version " + std::to_string(kLayoutVersion);
    return false;
  }
  *problem = "is damaged: its sections do not lie where its sizes put them";
  if (header.lane_count < 1 || header.lane_count > kMostLanes ||
      header.process_count > kMostLanes || header.entry_capacity > kMostEntries ||
      header.heap_size > kMostBytes || header.shared_size > kMostBytes ||
      header.history_size > kMostBytes || header.exemplars_size > kMostBytes ||
      header.lane_stride > kMostBytes ||
      (header.journals_size != 0 && header.journals_size != kJournalSize) ||
      header.scalars_size > header.lane_stride) {
    return false;
  }
  RegionSizes sizes;
  sizes.lanes = header.lane_count - 1;
  sizes.processes = header.process_count;
  sizes.entries = header.entry_capacity;
  sizes.heap_bytes = header.heap_size;
  sizes.scalar_bytes = header.scalars_size;
  sizes.histogram_bytes = header.lane_stride - header.scalars_size;
  sizes.shared_bytes = header.shared_size;
  sizes.history_bytes = header.history_size;
  sizes.exemplar_bytes = header.exemplars_size;
  sizes.journal_bytes = header.journals_size;
  const RegionHeader plan = PlanSections(sizes);
  const bool agrees =
      plan.lane_table_offset == header.lane_table_offset &&
      plan.process_table_offset == header.process_table_offset &&
      plan.history_offset == header.history_offset && plan.history_size == header.history_size &&
      plan.buckets_offset == header.buckets_offset && plan.bucket_count == header.bucket_count &&
      plan.entries_offset == header.entries_offset && plan.heap_offset == header.heap_offset &&
      plan.heap_size == header.heap_size && plan.shared_offset == header.shared_offset &&
      plan.shared_size == header.shared_size && plan.scalars_size == header.scalars_size &&
      plan.exemplars_offset == header.exemplars_offset &&
      plan.exemplars_size == header.exemplars_size &&
      plan.journals_offset == header.journals_offset &&
      plan.journals_size == header.journals_size && plan.lane_stride == header.lane_stride &&
      plan.lanes_offset == header.lanes_offset && plan.total_size == header.total_size;
  if (!agrees) return false;
  if (file_size < header.total_size) {
    *problem = "is truncated: " + std::to_string(file_size) + " of " +
               std::to_string(header.total_size) + " bytes";
    return false;
  }
  problem->clear();
  return true;
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_SECTIONS_H_
