#include "older_layout.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "vsr_metrics/exemplars.h"

namespace vsr_metrics {
namespace layout_2 {

struct RegionHeader {
  uint8_t magic[8];
  uint32_t layout_version;
  uint32_t byte_order;
  uint64_t total_size;
  uint64_t region_id;
  uint64_t created_unix_nanoseconds;
  uint64_t lane_table_offset;
  uint64_t buckets_offset;
  uint64_t entries_offset;
  uint64_t heap_offset;
  uint64_t heap_size;
  uint64_t shared_offset;
  uint64_t shared_size;
  uint64_t lanes_offset;
  uint64_t lane_stride;
  uint64_t scalars_size;
  uint32_t lane_count;
  uint32_t bucket_count;
  uint32_t entry_capacity;
  uint8_t clock[28];
  uint64_t process_table_offset;
  uint64_t history_offset;
  uint64_t history_size;
  uint32_t process_count;
  uint32_t closed;
  uint64_t exemplars_offset;
  uint64_t exemplars_size;
  alignas(512) uint8_t padding[3072];
  alignas(64) uint64_t entries_used;
  alignas(64) uint64_t heap_used;
  alignas(64) uint64_t shared_used;
  alignas(64) uint64_t scalars_used;
  alignas(64) uint64_t histograms_used;
  alignas(64) uint64_t layout_changes;
  alignas(64) uint32_t lanes_claimed;
  uint32_t baseline_used;
};
static_assert(sizeof(RegionHeader) == kPageSize, "layout 2");
static_assert(offsetof(RegionHeader, process_table_offset) == 160, "layout 2");
static_assert(offsetof(RegionHeader, exemplars_size) == 200, "layout 2");
static_assert(offsetof(RegionHeader, entries_used) == 3584, "layout 2");
static_assert(offsetof(RegionHeader, baseline_used) == 3972, "layout 2");

struct LaneRecord {
  uint64_t owner;
  uint32_t thread;
  uint32_t padding_thread;
  uint64_t claimed_unix_nanoseconds;
  uint32_t exemplars_used;
  uint8_t padding[36];
};
static_assert(sizeof(LaneRecord) == sizeof(vsr_metrics::LaneRecord), "converted in place");

struct ProcessRecord {
  uint32_t pid;
  uint32_t padding_pid;
  uint64_t attached_unix_nanoseconds;
  uint64_t heartbeat_unix_nanoseconds;
  uint64_t loop_unix_nanoseconds;
  uint8_t padding[32];
};
static_assert(sizeof(ProcessRecord) == sizeof(vsr_metrics::ProcessRecord), "converted in place");

struct Entry {
  uint32_t state;  // in the low byte
  uint32_t type;
  uint32_t hash;
  uint32_t next;
  uint64_t blob_offset;
  uint32_t blob_size;
  uint32_t family;
  uint64_t cell_offset;
  uint8_t kind;
  uint8_t combine;
  uint16_t key_offset;
  uint32_t live_series;
  double created_unix_milliseconds;
  uint32_t cells_page;
  uint32_t overflow_entry;
};
static_assert(sizeof(Entry) == sizeof(vsr_metrics::Entry), "converted in place");
// A series that was being made, or made live again.
constexpr uint32_t kStarting = 4;

// Where the part ends that a checksum is made of.
constexpr size_t kExemplarEnd = 36;

struct HistoryRecord {
  uint32_t magic;
  uint32_t size;
  double taken_unix_milliseconds;
  uint32_t series_count;
  uint32_t checksum;
};
static_assert(sizeof(HistoryRecord) == 24, "layout 2");

struct HistorySeries {
  uint32_t entry;
  uint32_t width;
};

}  // namespace layout_2

namespace {

// Entries had one series all their life; where this layout begins to count those of an entry.
constexpr uint32_t kOnlyGeneration = 1;

template <typename To, typename From>
void ConvertInPlace(uint8_t* at, To (*convert)(const From&)) {
  static_assert(sizeof(To) == sizeof(From), "in place");
  const From before = LoadFrom<From>(at);
  const To after = convert(before);
  memcpy(at, &after, sizeof after);
}

// Signs of life were told by the time of day.
uint64_t MonotonicOf(uint64_t unix_nanoseconds) {
  if (unix_nanoseconds == 0) return 0;
  const uint64_t age = UnixNanoseconds() - unix_nanoseconds;
  const uint64_t now = MonotonicNanoseconds();
  // Before the machine started, or in the future.
  return age < now ? now - age : (int64_t(age) < 0 ? now : 1);
}

ProcessRecord ConvertProcess(const layout_2::ProcessRecord& older) {
  ProcessRecord process = {};
  process.pid = older.pid;
  process.attached_unix_nanoseconds = older.attached_unix_nanoseconds;
  process.heartbeat_monotonic_nanoseconds = MonotonicOf(older.heartbeat_unix_nanoseconds);
  process.loop_monotonic_nanoseconds = MonotonicOf(older.loop_unix_nanoseconds);
  return process;
}

Entry ConvertEntry(const layout_2::Entry& older) {
  Entry entry = {};
  const bool is_family = older.type == uint32_t(EntryType::kFamily);
  entry.state = older.state;
  if ((older.state & 0xff) == layout_2::kStarting) entry.state = uint32_t(EntryState::kRemoved);
  entry.type = older.type <= uint32_t(EntryType::kSeries) ? uint8_t(older.type) : 0;
  entry.hash = older.hash;
  entry.next = older.next;
  entry.blob_offset = older.blob_offset;
  entry.blob_size = older.blob_size;
  entry.family = older.family;
  entry.kind = older.kind;
  entry.combine = older.combine;
  entry.created_unix_milliseconds = older.created_unix_milliseconds;
  if (is_family) {
    entry.live_series = older.live_series;
    entry.overflow_entry = older.overflow_entry;
  } else {
    entry.generation = kOnlyGeneration;
    entry.blob_capacity = older.blob_size;
    entry.cell_offset = older.cell_offset;
    entry.cells_page = older.cells_page;
  }
  // A sum that nobody had set was 0.
  if (Kind(entry.kind) == Kind::kGauge && Combine(entry.combine) == Combine::kSum) {
    entry.flags = kStartsAtZero;
  }
  return entry;
}

bool HasOlderChecksum(const ExemplarSlot& slot) {
  // As ChecksumOf has it, but for where the part before the text ends.
  uint32_t hash = 2166136261u;
  const auto* bytes = reinterpret_cast<const uint8_t*>(&slot);
  const auto mix = [&hash, bytes](size_t from, size_t end) {
    for (size_t at = from; at < end; at += sizeof(uint32_t)) {
      hash = (hash ^ LoadFrom<uint32_t>(bytes + at)) * 16777619u;
    }
  };
  mix(0, offsetof(ExemplarSlot, checksum));
  mix(offsetof(ExemplarSlot, sequence), layout_2::kExemplarEnd);
  const size_t text = offsetof(ExemplarSlot, text);
  mix(text, text + std::min<size_t>(slot.text_size, sizeof slot.text));
  return slot.checksum == std::max(hash, 1u);
}

// When a gauge was sampled was told by the time of day too.
void ConvertSampled(uint8_t* cell) {
  auto* gauge = reinterpret_cast<GaugeCell*>(cell);
  const double at = gauge->sampled_monotonic_milliseconds;
  const bool is_time = at > 0 && at < 1e16;
  const double age = UnixMilliseconds() - at;
  gauge->sampled_monotonic_milliseconds = is_time ? MonotonicMilliseconds() - age : 0;
}

HistoryRecord RecordAt(const uint8_t* at) {
  const auto older = LoadFrom<layout_2::HistoryRecord>(at);
  // It knew the time of day alone.
  return {older.magic,
          older.size,
          older.taken_unix_milliseconds,
          older.taken_unix_milliseconds,
          older.series_count,
          older.checksum};
}

HistorySeries SeriesAt(const uint8_t* at) {
  const auto older = LoadFrom<layout_2::HistorySeries>(at);
  return {older.entry, kOnlyGeneration, older.width, 0};
}

}  // namespace

const HistoryFormat kOlderHistoryFormat = {sizeof(layout_2::HistoryRecord),
                                           sizeof(layout_2::HistorySeries), RecordAt, SeriesAt};

RegionHeader WithoutJournals(const RegionHeader& older) {
  RegionHeader header = older;
  header.layout_version = kLayoutVersion;
  header.journals_offset = header.lanes_offset;
  header.journals_size = 0;
  return header;
}

RegionHeader FromOlderHeader(const uint8_t bytes[sizeof(RegionHeader)]) {
  const auto older = LoadFrom<layout_2::RegionHeader>(bytes);
  RegionHeader header;
  memset(&header, 0, sizeof header);
  memcpy(header.magic, older.magic, sizeof header.magic);
  header.layout_version = kLayoutVersion;
  header.byte_order = older.byte_order;
  header.total_size = older.total_size;
  header.region_id = older.region_id;
  header.created_unix_nanoseconds = older.created_unix_nanoseconds;
  header.lane_table_offset = older.lane_table_offset;
  header.process_table_offset = older.process_table_offset;
  header.buckets_offset = older.buckets_offset;
  header.entries_offset = older.entries_offset;
  header.heap_offset = older.heap_offset;
  header.heap_size = older.heap_size;
  header.shared_offset = older.shared_offset;
  header.shared_size = older.shared_size;
  header.history_offset = older.history_offset;
  header.history_size = older.history_size;
  header.exemplars_offset = older.exemplars_offset;
  header.exemplars_size = older.exemplars_size;
  header.journals_offset = older.lanes_offset;
  header.lanes_offset = older.lanes_offset;
  header.lane_stride = older.lane_stride;
  header.scalars_size = older.scalars_size;
  header.lane_count = older.lane_count;
  header.process_count = older.process_count;
  header.bucket_count = older.bucket_count;
  header.entry_capacity = older.entry_capacity;
  header.closed = older.closed;
  header.entries_used = older.entries_used;
  header.heap_used = older.heap_used;
  header.shared_used = older.shared_used;
  header.scalars_used = older.scalars_used;
  header.histograms_used = older.histograms_used;
  header.layout_changes = older.layout_changes;
  header.lanes_claimed = older.lanes_claimed;
  header.baseline_used = older.baseline_used;
  return header;
}

void ConvertOlderTables(Region& copy) {
  const RegionHeader& header = *copy.header();
  // Whoever made a series reserved it in every lane that was ever claimed.
  const uint64_t reserved = std::min(header.scalars_used, header.scalars_size);
  for (uint32_t lane = 0; lane < header.lane_count; ++lane) {
    LaneRecord* record = copy.lane_records() + lane;
    layout_2::LaneRecord older;
    memcpy(&older, record, sizeof older);
    *record = {};
    record->owner = older.owner;
    record->thread = older.thread;
    record->exemplars_used = older.exemplars_used;
    record->claimed_unix_nanoseconds = older.claimed_unix_nanoseconds;
    if (lane < header.lanes_claimed) record->scalars_reserved = reserved;
  }
  for (uint32_t slot = 0; slot < header.process_count; ++slot) {
    ConvertInPlace(reinterpret_cast<uint8_t*>(copy.processes() + slot), ConvertProcess);
  }
}

void ConvertOlderEntries(Region& copy) {
  const uint32_t count = copy.EntryCount();
  for (uint32_t index = 0; index < count; ++index) {
    ConvertInPlace(reinterpret_cast<uint8_t*>(copy.entries() + index), ConvertEntry);
  }
}

void ConvertOlderCells(Region& copy) {
  const uint32_t lanes = copy.LanesInUse();
  for (uint32_t index = 0; index < copy.EntryCount(); ++index) {
    const Entry& entry = copy.entries()[index];
    if (EntryState(entry.state) != EntryState::kLive || entry.type != uint8_t(EntryType::kSeries) ||
        Kind(entry.kind) != Kind::kGauge) {
      continue;
    }
    if (Combine(entry.combine) == Combine::kLast) {
      ConvertSampled(copy.shared() + entry.cell_offset);
      continue;
    }
    for (uint32_t lane = 0; lane < lanes; ++lane) {
      if (!copy.HasScalars(lane, entry.cell_offset, sizeof(GaugeCell))) continue;
      ConvertSampled(copy.lane(lane) + entry.cell_offset);
    }
  }
  for (uint32_t lane = 0; lane < lanes; ++lane) {
    const uint32_t used = ExemplarsInUse(copy, lane);
    for (uint32_t index = 0; index < used; ++index) {
      ExemplarSlot& slot = copy.exemplars(lane)[index];
      const bool is_whole = HasOlderChecksum(slot);
      slot.generation = kOnlyGeneration;
      slot.checksum = is_whole ? ChecksumOf(slot) : 0;
    }
  }
}

}  // namespace vsr_metrics
