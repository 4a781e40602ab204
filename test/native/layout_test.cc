// The bytes of a region: sections one after the other, on pages, found from the header alone.

#include "vsr_metrics/layout.h"

#include <cstring>
#include <random>
#include <set>
#include <type_traits>
#include <vector>

#include "check.h"
#include "vsr_metrics/sections.h"

using namespace vsr_metrics;

namespace {

// What is stored in files has no pointers, no padding that a compiler chooses, no constructors.
template <typename Stored>
constexpr bool kIsPlain = std::is_standard_layout_v<Stored>&& std::is_trivially_copyable_v<Stored>;
static_assert(kIsPlain<RegionHeader> && kIsPlain<LaneRecord> && kIsPlain<ProcessRecord>);
static_assert(kIsPlain<HistoryRing> && kIsPlain<HistoryRecord>);
static_assert(kIsPlain<HistorySeries>);
static_assert(kIsPlain<Entry> && kIsPlain<FamilyBlob>);
static_assert(kIsPlain<CounterCell> && kIsPlain<GaugeCell> && kIsPlain<HistogramHead>);
static_assert(kIsPlain<ExemplarSlot>);

struct Section {
  const char* name;
  uint64_t offset;
  uint64_t size;
};

// All that follows the header, in the order of the diagram.
std::vector<Section> SectionsOf(const RegionHeader& header) {
  std::vector<Section> sections = {
      {"lane records", header.lane_table_offset, sizeof(LaneRecord) * header.lane_count},
      {"processes", header.process_table_offset, sizeof(ProcessRecord) * header.process_count},
      {"hash buckets", header.buckets_offset, sizeof(uint32_t) * header.bucket_count},
      {"entries", header.entries_offset, sizeof(Entry) * header.entry_capacity},
      {"heap", header.heap_offset, header.heap_size},
      {"shared cells", header.shared_offset, header.shared_size},
      {"history", header.history_offset, header.history_size},
      {"exemplars", header.exemplars_offset, header.exemplars_size * header.lane_count},
      {"journals", header.journals_offset, header.journals_size * header.lane_count},
  };
  for (uint32_t lane = 0; lane < header.lane_count; ++lane) {
    sections.push_back(
        {"lane", header.lanes_offset + lane * header.lane_stride, header.lane_stride});
  }
  return sections;
}

RegionSizes RandomSizes(std::mt19937_64& random) {
  const auto up_to = [&random](uint64_t most) { return random() % (most + 1); };
  RegionSizes sizes;
  sizes.lanes = uint32_t(up_to(300));
  sizes.processes = uint32_t(up_to(300));
  sizes.entries = uint32_t(up_to(1) == 0 ? up_to(100) : up_to(1 << 20));
  sizes.heap_bytes = up_to(uint64_t{1} << up_to(30));
  sizes.scalar_bytes = up_to(uint64_t{1} << up_to(30));
  sizes.histogram_bytes = up_to(uint64_t{1} << up_to(33));
  sizes.shared_bytes = up_to(uint64_t{1} << up_to(30));
  sizes.history_bytes = up_to(uint64_t{1} << up_to(30));
  sizes.exemplar_bytes = up_to(uint64_t{1} << up_to(24));
  sizes.journal_bytes = up_to(1) * kJournalSize;
  return sizes;
}

void TestCursors() {
  Behaviour cursors("header: every cursor that moves has a cache line to itself");
  const std::set<size_t> offsets = {
      offsetof(RegionHeader, entries_used),    offsetof(RegionHeader, heap_used),
      offsetof(RegionHeader, shared_used),     offsetof(RegionHeader, scalars_used),
      offsetof(RegionHeader, histograms_used), offsetof(RegionHeader, layout_changes),
      offsetof(RegionHeader, lanes_claimed),   offsetof(RegionHeader, directory_lock),
      offsetof(RegionHeader, removals)};
  std::set<size_t> lines;
  for (const size_t offset : offsets) lines.insert(offset / kCacheLine);
  cursors.Equal(lines.size(), size_t{9}, "cache lines");
  cursors.Expect(*lines.begin() > offsetof(RegionHeader, journals_size) / kCacheLine,
                 "a cursor shares its line with what never changes");
}

void TestSections() {
  Behaviour overlap("sections: in order, on pages, without overlap or gap");
  Behaviour room("sections: as large as what was asked for");
  std::mt19937_64 random(1);
  for (int round = 0; round < 500; ++round) {
    const RegionSizes sizes = RandomSizes(random);
    const RegionHeader plan = PlanSections(sizes);
    uint64_t end = sizeof(RegionHeader);
    for (const Section& section : SectionsOf(plan)) {
      overlap.Equal(section.offset % kPageSize, 0u, std::string(section.name) + " % page");
      overlap.Expect(section.offset >= end, std::string(section.name) + " overlaps");
      overlap.Expect(section.offset - end < kPageSize, std::string(section.name) + ": gap");
      end = section.offset + section.size;
    }
    overlap.Expect(plan.total_size >= end && plan.total_size - end < kPageSize, "total size");

    room.Equal(plan.lane_count, sizes.lanes + 1, "lanes with the baseline");
    room.Equal(plan.process_count, sizes.processes, "processes");
    room.Equal(plan.entry_capacity, sizes.entries, "entries");
    room.Expect(plan.heap_size >= sizes.heap_bytes, "heap");
    room.Expect(plan.shared_size >= sizes.shared_bytes, "shared");
    room.Expect(plan.scalars_size >= sizes.scalar_bytes, "scalars");
    room.Expect(plan.lane_stride - plan.scalars_size >= sizes.histogram_bytes, "histograms");
    room.Expect(plan.history_size >= sizes.history_bytes, "history");
    room.Expect(plan.exemplars_size >= sizes.exemplar_bytes, "exemplars");
    room.Equal(plan.journals_size, sizes.journal_bytes, "journals");
    room.Expect(plan.bucket_count >= plan.entry_capacity, "a bucket for each entry");
    room.Equal(plan.bucket_count & (plan.bucket_count - 1), 0u, "bucket count: power of two");
  }
}

void TestLargest() {
  Behaviour largest("sections: the largest registry there is can be read again");
  RegionSizes sizes;
  sizes.lanes = 4096;
  sizes.processes = 4096;
  sizes.entries = (1 << 24) + 4096;
  sizes.heap_bytes = uint64_t{256} * sizes.entries;
  sizes.scalar_bytes = uint64_t{32} * sizes.entries + (uint64_t{1024} << 20);
  sizes.histogram_bytes = uint64_t{512 << 10} << 15;  // 32,768 histograms of the finest kind
  sizes.shared_bytes = uint64_t{64} * sizes.entries;
  sizes.history_bytes = uint64_t{1} << 32;
  sizes.exemplar_bytes = uint64_t{2 * sizeof(ExemplarSlot)} << 20;
  RegionHeader plan = PlanSections(sizes);
  plan.layout_version = kLayoutVersion;
  std::string problem;
  largest.Expect(CheckSections(plan, plan.total_size, &problem), problem);
  largest.Expect(plan.lanes_offset + plan.lane_count * plan.lane_stride == plan.total_size,
                 "a sum that overflows");
}

void TestReadableFromHeader() {
  Behaviour accepted("header alone: what was planned is accepted, and one byte less is not");
  std::mt19937_64 random(2);
  for (int round = 0; round < 500; ++round) {
    RegionHeader plan = PlanSections(RandomSizes(random));
    plan.layout_version = kLayoutVersion;
    std::string problem = "untouched";
    accepted.Expect(CheckSections(plan, plan.total_size, &problem), problem);
    accepted.Equal(problem, "", "what is wrong with a good header");
    accepted.Expect(CheckSections(plan, plan.total_size + 1, &problem), "a longer file");
    accepted.Expect(!CheckSections(plan, plan.total_size - 1, &problem), "a shorter file");
    accepted.Expect(problem.find("truncated") != std::string::npos, problem);
  }
}

void TestForeignHeaders() {
  RegionSizes sizes;
  sizes.scalar_bytes = 100000;
  sizes.histogram_bytes = 1 << 20;
  RegionHeader plan = PlanSections(sizes);
  plan.layout_version = kLayoutVersion;
  const uint64_t size = plan.total_size;

  Behaviour named("header alone: what makes a file unreadable is said");
  const auto problem_of = [&plan, size](auto change) {
    RegionHeader changed = plan;
    change(&changed);
    std::string problem;
    return CheckSections(changed, size, &problem) ? "accepted" : problem;
  };
  const auto expect = [&](const std::string& problem, const char* part) {
    named.Expect(problem.find(part) != std::string::npos, problem);
  };
  expect(problem_of([](RegionHeader* header) { header->magic[3] ^= 1; }), "not a vsr-metrics");
  expect(problem_of([](RegionHeader* header) { header->byte_order = 0x04030201; }), "byte order");
  expect(problem_of([](RegionHeader* header) { header->layout_version = 0; }), "not finished");
  expect(problem_of([](RegionHeader* header) { ++header->layout_version; }), "version 5");

  // Any other value in any field that says where something lies. Only where a lane's scalars end is
  // free: the cells follow, and every entry is held against both.
  Behaviour damaged("header alone: no single field can be another and be accepted");
  const size_t fields[] = {offsetof(RegionHeader, total_size),
                           offsetof(RegionHeader, lane_table_offset),
                           offsetof(RegionHeader, process_table_offset),
                           offsetof(RegionHeader, buckets_offset),
                           offsetof(RegionHeader, entries_offset),
                           offsetof(RegionHeader, heap_offset),
                           offsetof(RegionHeader, heap_size),
                           offsetof(RegionHeader, shared_offset),
                           offsetof(RegionHeader, shared_size),
                           offsetof(RegionHeader, history_offset),
                           offsetof(RegionHeader, history_size),
                           offsetof(RegionHeader, exemplars_offset),
                           offsetof(RegionHeader, exemplars_size),
                           offsetof(RegionHeader, lanes_offset),
                           offsetof(RegionHeader, lane_stride)};
  for (const size_t field : fields) {
    uint64_t good;
    memcpy(&good, reinterpret_cast<const uint8_t*>(&plan) + field, sizeof good);
    for (const uint64_t other : {uint64_t{0}, uint64_t{1}, uint64_t{4096}, uint64_t{1} << 46,
                                 ~uint64_t{0}, good + 1, good - 1, good + 4096, good * 2}) {
      if (other == good) continue;
      const std::string problem = problem_of([field, other](RegionHeader* header) {
        memcpy(reinterpret_cast<uint8_t*>(header) + field, &other, sizeof other);
      });
      damaged.Expect(problem != "accepted",
                     "at " + std::to_string(field) + ": " + std::to_string(other));
    }
  }
  for (const uint32_t count : {0u, 512u, 1u << 24, 1u << 31, ~0u}) {
    const std::string problems[] = {
        problem_of([count](RegionHeader* header) { header->bucket_count = count; }),
        problem_of([count](RegionHeader* header) { header->lane_count = count; }),
        problem_of([count](RegionHeader* header) { header->entry_capacity = count; }),
    };
    for (const std::string& problem : problems) {
      damaged.Expect(problem != "accepted", "a count of " + std::to_string(count));
    }
  }
}

void TestCellSizes() {
  Behaviour heads("cells: heads hold their splits and spills, on cache lines of their own");
  for (uint32_t splits = 0; splits < 40; ++splits) {
    for (uint32_t bounds = splits; bounds < 60; ++bounds) {
      const uint64_t size = HistogramHeadSize(splits, bounds);
      const uint64_t needed = sizeof(HistogramHead) + 8 * (splits + bounds + 1);
      heads.Expect(size >= needed && size < needed + kCacheLine && size % kCacheLine == 0,
                   std::to_string(size) + " for " + std::to_string(needed));
    }
  }
  heads.Expect(HistogramHeadSize(~0u, ~0u) > 16ull * ~0u, "sizes of 32 bits overflow");

  Behaviour cells("cells: those of a histogram are whole pages");
  cells.Equal(HistogramCellsSize(1), kPageSize, "one cell");
  cells.Equal(HistogramCellsSize(512), kPageSize, "a page of cells");
  cells.Equal(HistogramCellsSize(513), 2 * kPageSize, "one cell more");
  cells.Expect(HistogramCellsSize(~0u) >= 8ull * ~0u, "sizes of 32 bits overflow");
}

}  // namespace

int main() {
  TestCursors();
  TestSections();
  TestLargest();
  TestReadableFromHeader();
  TestForeignHeaders();
  TestCellSizes();
  return FailedBehaviours() == 0 ? 0 : 1;
}
