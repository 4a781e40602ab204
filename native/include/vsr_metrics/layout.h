// The bytes of a region: what is where, in one place.
//
// A region is one mapped block, anonymous or a file. Everything a reader needs is found from the
// header; nothing is known only to the process that made it.
//
//   offset                        what                              written by
//   +---------------------------+
//   | header          4,096 B   | identity, sections, cursors,      creator; cursors and lock:
//   |                           | lock of the directory, removals   whoever holds the lock
//   +---------------------------+ lane_table_offset
//   | lane records    64 B each | who owns which lane               claim and release
//   +---------------------------+ process_table_offset
//   | processes       64 B each | who is attached; heartbeats       that process
//   +---------------------------+ buckets_offset
//   | hash buckets    4 B each  | link to the first entry of each   holder of the lock
//   +---------------------------+ entries_offset
//   | entries         64 B each | families and series               holder of the lock
//   +---------------------------+ heap_offset
//   | heap                      | names, labels, bounds             holder of the lock
//   +---------------------------+ shared_offset
//   | shared cells    64 B each | gauges that keep the last value   any thread, plain stores
//   +---------------------------+ history_offset
//   | history                   | rings of earlier snapshots        one sampler, by lock
//   +---------------------------+ exemplars_offset
//   | exemplars 576 B a slot    | examples of single records        thread of each lane's part
//   +---------------------------+ journals_offset
//   | journals  68 kB a lane    | records on their way into cells   thread of the lane; its drainer
//   +---------------------------+ lanes_offset
//   | lane 0: baseline          | what reset() subtracts            reset(), remove()
//   | lane 1                    | cells of one thread               that thread, plain stores
//   | ...                       |
//   +---------------------------+ total_size
//
// A series has the same offset in every lane. One lane:
//
//   +---------------------------+ 0
//   | scalars                   | counter:   int64 ones | double amounts                   (16 B)
//   |                           | gauge:     double value | uint64 is_set | double sampled (32 B)
//   |                           | histogram: HistogramHead, splits, spills              (64 B up)
//   +---------------------------+ scalars_size
//   | histogram cells           | int64 each; the cells of a series start on a page
//   +---------------------------+ lane_stride
//
// The exemplars of lane i start at exemplars_offset + i * exemplars_size: pairs of slots, the first
// `exemplars_used` of them (in the lane's record) in use, each pair for one bucket of one series.
//
// The journal of lane i starts at journals_offset + i * journals_size: a JournalHeader on a page of
// its own, then a ring of entries. A lane has one in use while its record says so; see journal.h.
//
// Sections start on pages. The block is sparse: a page costs memory once something is stored in it,
// and a page that was not reserved may not be had at all on a full file system: not even for
// reading. So nobody looks at a scalar of a lane that does not end within `scalars_reserved` of its
// record, nor at a cell that is not between `touched_low` and `touched_high` of its head.
//
// Who is alive is told by locks on bytes of the file (open file description locks), not by process
// ids: those mean nothing in another container and are used again. A lock goes with its process,
// however that ends, and does not go when somebody else closes the file.
//
//   byte kSamplerLock               whoever writes the history and the header's heartbeat
//   byte kProcessLocks + slot       the process of that slot; slot 0 is the creator
#ifndef VSR_METRICS_LAYOUT_H_
#define VSR_METRICS_LAYOUT_H_

#include <cstddef>
#include <cstdint>

namespace vsr_metrics {

constexpr uint8_t kMagic[8] = {'V', 'S', 'R', 'M', 'E', 'T', 'R', '\n'};
// Raised by every change of anything in this file. A reader takes no other version than its own.
constexpr uint32_t kLayoutVersion = 4;
constexpr uint32_t kByteOrderMark = 0x01020304;
constexpr uint64_t kPageSize = 4096;
constexpr uint64_t kCacheLine = 64;
// Lane 0 holds what reset() subtracts; threads own lanes 1 and up.
constexpr uint32_t kBaselineLane = 0;
constexpr uint32_t kNoIndex = 0xffffffff;
constexpr int64_t kSamplerLock = 1;
constexpr int64_t kProcessLocks = 64;
constexpr uint32_t kCreatorSlot = 0;
// Whoever is further behind than this many removals looks at everything that it holds.
constexpr uint32_t kRemovalsKept = 512;

// An aligned word of 64 bits must not tear.
static_assert(sizeof(void*) == 8, "vsr-metrics needs a 64-bit machine");

struct RegionHeader {
  uint8_t magic[8];
  uint32_t layout_version;  // stored last by the creator: 0 until the region is ready
  uint32_t byte_order;
  uint64_t total_size;
  uint64_t region_id;  // random: two regions are never taken for one another
  uint64_t created_unix_nanoseconds;

  uint64_t lane_table_offset;
  uint64_t process_table_offset;
  uint64_t buckets_offset;
  uint64_t entries_offset;
  uint64_t heap_offset;
  uint64_t heap_size;
  uint64_t shared_offset;
  uint64_t shared_size;
  uint64_t history_offset;
  uint64_t history_size;
  uint64_t exemplars_offset;
  uint64_t exemplars_size;  // of one lane
  uint64_t lanes_offset;
  uint64_t lane_stride;
  uint64_t scalars_size;
  uint32_t lane_count;  // the baseline lane included
  uint32_t process_count;
  uint32_t bucket_count;
  uint32_t entry_capacity;

  // Labels that the creator gave to every series, as a JSON object in the heap.
  uint64_t default_labels_offset;
  uint32_t default_labels_size;
  uint32_t closed;  // 1: whoever created the registry closed it, and nobody has opened it since

  uint64_t journals_offset;
  uint64_t journals_size;  // of one lane; 0: there are none

  uint8_t padding_identity[1216 - 208];

  // The entries that were removed last: that of removal number n at n % kRemovalsKept.
  uint32_t removed_entries[kRemovalsKept];

  // Each on a cache line of its own: they move when a series comes or goes, but are read by every
  // snapshot.
  alignas(64) uint64_t entries_used;
  alignas(64) uint64_t heap_used;
  alignas(64) uint64_t shared_used;
  alignas(64) uint64_t scalars_used;
  alignas(64) uint64_t histograms_used;
  alignas(64) uint64_t layout_changes;  // raised after anything appeared, vanished or came back
  alignas(64) uint32_t lanes_claimed;   // high-water mark: lanes above were never used
  uint32_t baseline_used;               // 1 once the baseline lane holds anything
  // Who may change the directory: how often it was taken << 32 | process slot + 1; a low half of 0:
  // nobody is.
  alignas(64) uint64_t directory_lock;
  // How many series were ever removed. Threads look at it with every with().
  alignas(64) uint64_t removals;
  uint8_t padding_end[312];
};
static_assert(sizeof(RegionHeader) == kPageSize, "the header is one page");
static_assert(offsetof(RegionHeader, layout_version) == 8, "layout");
static_assert(offsetof(RegionHeader, byte_order) == 12, "layout");
static_assert(offsetof(RegionHeader, total_size) == 16, "layout");
static_assert(offsetof(RegionHeader, region_id) == 24, "layout");
static_assert(offsetof(RegionHeader, created_unix_nanoseconds) == 32, "layout");
static_assert(offsetof(RegionHeader, lane_table_offset) == 40, "layout");
static_assert(offsetof(RegionHeader, process_table_offset) == 48, "layout");
static_assert(offsetof(RegionHeader, buckets_offset) == 56, "layout");
static_assert(offsetof(RegionHeader, entries_offset) == 64, "layout");
static_assert(offsetof(RegionHeader, heap_offset) == 72, "layout");
static_assert(offsetof(RegionHeader, heap_size) == 80, "layout");
static_assert(offsetof(RegionHeader, shared_offset) == 88, "layout");
static_assert(offsetof(RegionHeader, shared_size) == 96, "layout");
static_assert(offsetof(RegionHeader, history_offset) == 104, "layout");
static_assert(offsetof(RegionHeader, history_size) == 112, "layout");
static_assert(offsetof(RegionHeader, exemplars_offset) == 120, "layout");
static_assert(offsetof(RegionHeader, exemplars_size) == 128, "layout");
static_assert(offsetof(RegionHeader, lanes_offset) == 136, "layout");
static_assert(offsetof(RegionHeader, lane_stride) == 144, "layout");
static_assert(offsetof(RegionHeader, scalars_size) == 152, "layout");
static_assert(offsetof(RegionHeader, lane_count) == 160, "layout");
static_assert(offsetof(RegionHeader, process_count) == 164, "layout");
static_assert(offsetof(RegionHeader, bucket_count) == 168, "layout");
static_assert(offsetof(RegionHeader, entry_capacity) == 172, "layout");
static_assert(offsetof(RegionHeader, default_labels_offset) == 176, "layout");
static_assert(offsetof(RegionHeader, default_labels_size) == 184, "layout");
static_assert(offsetof(RegionHeader, closed) == 188, "layout");
static_assert(offsetof(RegionHeader, journals_offset) == 192, "layout");
static_assert(offsetof(RegionHeader, journals_size) == 200, "layout");
static_assert(offsetof(RegionHeader, removed_entries) == 1216, "layout");
static_assert(offsetof(RegionHeader, entries_used) == 3264, "layout");
static_assert(offsetof(RegionHeader, heap_used) == 3328, "layout");
static_assert(offsetof(RegionHeader, shared_used) == 3392, "layout");
static_assert(offsetof(RegionHeader, scalars_used) == 3456, "layout");
static_assert(offsetof(RegionHeader, histograms_used) == 3520, "layout");
static_assert(offsetof(RegionHeader, layout_changes) == 3584, "layout");
static_assert(offsetof(RegionHeader, lanes_claimed) == 3648, "layout");
static_assert(offsetof(RegionHeader, baseline_used) == 3652, "layout");
static_assert(offsetof(RegionHeader, directory_lock) == 3712, "layout");
static_assert(offsetof(RegionHeader, removals) == 3776, "layout");

// `owner` changes by one compare-and-swap: the process slot and how often the lane was claimed, so
// that a lane given back and claimed again is never taken for what it was before.
struct LaneRecord {
  uint64_t owner;  // generation << 32 | process slot + 1; a low half of 0: free
  uint32_t thread;
  uint32_t exemplars_used;  // slots that are some bucket's; only grows
  uint64_t claimed_unix_nanoseconds;
  uint64_t scalars_reserved;  // bytes from the lane's start that have memory; only grows
  uint64_t acknowledged;      // of removals: the owner holds nothing that was removed up to here
  uint32_t has_journal;       // 1: what is in the lane's journal belongs to what its cells say
  uint8_t padding[20];
};
static_assert(sizeof(LaneRecord) == kCacheLine, "a lane record is one cache line");
static_assert(offsetof(LaneRecord, exemplars_used) == 12, "layout");
static_assert(offsetof(LaneRecord, claimed_unix_nanoseconds) == 16, "layout");
static_assert(offsetof(LaneRecord, scalars_reserved) == 24, "layout");
static_assert(offsetof(LaneRecord, acknowledged) == 32, "layout");
static_assert(offsetof(LaneRecord, has_journal) == 40, "layout");

// Signs of life are told by CLOCK_MONOTONIC: setting the time of day must not make anybody look
// dead.
struct ProcessRecord {
  uint32_t pid;  // for people; the lock tells whether it lives
  uint32_t padding_pid;
  uint64_t attached_unix_nanoseconds;
  uint64_t
      heartbeat_monotonic_nanoseconds;  // the background thread: old when the process is stopped
  uint64_t loop_monotonic_nanoseconds;  // the event loop: old when JavaScript is stuck; 0: unknown
  uint8_t padding[32];
};
static_assert(sizeof(ProcessRecord) == kCacheLine, "a process record is one cache line");
static_assert(offsetof(ProcessRecord, attached_unix_nanoseconds) == 8, "layout");
static_assert(offsetof(ProcessRecord, heartbeat_monotonic_nanoseconds) == 16, "layout");
static_assert(offsetof(ProcessRecord, loop_monotonic_nanoseconds) == 24, "layout");

// The history: a page with two of these, then the bytes of the rings.
struct HistoryRing {
  uint64_t offset;  // of its first byte, from the start of the history
  uint64_t size;
  uint64_t head;  // bytes ever written; the next record goes to head % size
  uint64_t tail;  // the oldest record that is whole; moved up before its bytes are overwritten
  uint8_t padding[32];
};
static_assert(sizeof(HistoryRing) == kCacheLine, "layout");
constexpr uint32_t kHistoryRings = 2;
constexpr uint32_t kEverything = 0;  // ring 0: all series, every 10 s
constexpr uint32_t kGaugesOnly = 1;  // ring 1: gauges, every second

// One snapshot in a ring: this, then for each series a HistorySeries and the values (doubles, as in
// a snapshot). A record never wraps: one without series fills up the end of the ring.
struct HistoryRecord {
  uint32_t magic;
  uint32_t size;  // with this header; a multiple of its size
  double taken_unix_milliseconds;
  double taken_monotonic_milliseconds;
  uint32_t series_count;
  uint32_t checksum;  // of what follows
};
static_assert(sizeof(HistoryRecord) == 32, "layout");
struct HistorySeries {
  uint32_t entry;       // its index
  uint32_t generation;  // of the entry: another one was another series
  uint32_t width;       // how many values follow
  uint32_t padding;
};
static_assert(sizeof(HistorySeries) == 16, "layout");
constexpr uint32_t kHistoryMagic = 0x48495354;

enum class EntryState : uint32_t {
  kEmpty = 0,    // being written, or given up by a process that died while writing it
  kLive = 1,     // shown
  kRemoved = 2,  // hidden; the next series of the family gets it, once nobody holds it any more
  kDormant = 3,  // hidden until it is used: the overflow series of a family
};
enum class EntryType : uint32_t { kFamily = 1, kSeries = 2 };
enum class Kind : uint8_t { kCounter = 1, kGauge = 2, kHistogram = 3 };
enum class Combine : uint8_t { kLast = 0, kSum = 1, kMinimum = 2, kMaximum = 3 };

// A family or a series. What lies in one word by turns belongs to one of the two, or to a series
// that is shown or one that is removed. An entry keeps its type, family, kind and cells for ever; a
// series that was removed makes room for another one of its family, under the next generation.
struct Entry {
  uint32_t state;        // EntryState
  uint32_t generation;   // series: raised whenever the entry becomes another series
  uint32_t hash;         // of type, family and key
  uint32_t next;         // link to the next entry of the chain: its index + 1, 0 at the end;
                         // removed series: to the one of its family that was removed next
  uint64_t blob_offset;  // in the heap: family: FamilyBlob; series: its key
  uint32_t blob_size;
  union {
    uint32_t blob_capacity;  // series: bytes of the heap that are the key's
    uint32_t removed_first;  // family: link to the series that was removed first
  };
  union {
    uint64_t cell_offset;  // series: from the start of a lane (or of the shared cells)
    uint32_t live_series;  // family: how many series are live, overflow not counted
  };
  union {
    double created_unix_milliseconds;
    uint64_t removed_epoch;  // removed series: which removal it was
  };
  uint32_t family;  // series: index of the family's entry; family: its own index
  union {
    uint32_t cells_page;      // series of a histogram: where its cells start in a lane, in pages
    uint32_t overflow_entry;  // family: index of its overflow series, kNoIndex when it has none
  };
  uint8_t type;     // EntryType
  uint8_t kind;     // Kind
  uint8_t combine;  // Combine
  uint8_t flags;
  uint32_t removed_last;  // family: link to the series that was removed last
};
static_assert(sizeof(Entry) == kCacheLine, "an entry is one cache line");
static_assert(offsetof(Entry, generation) == 4, "layout");
static_assert(offsetof(Entry, hash) == 8, "layout");
static_assert(offsetof(Entry, next) == 12, "layout");
static_assert(offsetof(Entry, blob_offset) == 16, "layout");
static_assert(offsetof(Entry, blob_size) == 24, "layout");
static_assert(offsetof(Entry, blob_capacity) == 28, "layout");
static_assert(offsetof(Entry, removed_first) == 28, "layout");
static_assert(offsetof(Entry, cell_offset) == 32, "layout");
static_assert(offsetof(Entry, live_series) == 32, "layout");
static_assert(offsetof(Entry, created_unix_milliseconds) == 40, "layout");
static_assert(offsetof(Entry, removed_epoch) == 40, "layout");
static_assert(offsetof(Entry, family) == 48, "layout");
static_assert(offsetof(Entry, cells_page) == 52, "layout");
static_assert(offsetof(Entry, overflow_entry) == 52, "layout");
static_assert(offsetof(Entry, type) == 56, "layout");
static_assert(offsetof(Entry, kind) == 57, "layout");
static_assert(offsetof(Entry, combine) == 58, "layout");
static_assert(offsetof(Entry, flags) == 59, "layout");
static_assert(offsetof(Entry, removed_last) == 60, "layout");
// Gauges: what nobody set reads 0 instead of nothing.
constexpr uint8_t kStartsAtZero = 1;

// A family's blob: this struct, then `bound_count` doubles (the bounds), then `bound_count` uint32
// (BoundCell), padding to 8 bytes, then the key (the family's name), then its description as JSON.
struct FamilyBlob {
  double scale;        // value * scale is what the index is taken of
  int32_t base_index;  // index of cell 0
  uint32_t cell_count;
  uint32_t shift;  // 20 - bits of precision: how far the high word of a double is shifted
  uint32_t bound_count;
  uint32_t split_count;
  uint32_t max_series;  // how many series may be live before the overflow series takes the rest
  uint32_t name_size;
  uint32_t description_size;
};
static_assert(sizeof(FamilyBlob) == 40, "layout");
static_assert(offsetof(FamilyBlob, base_index) == 8, "layout");
static_assert(offsetof(FamilyBlob, cell_count) == 12, "layout");
static_assert(offsetof(FamilyBlob, shift) == 16, "layout");
static_assert(offsetof(FamilyBlob, bound_count) == 20, "layout");
static_assert(offsetof(FamilyBlob, split_count) == 24, "layout");
static_assert(offsetof(FamilyBlob, max_series) == 28, "layout");
static_assert(offsetof(FamilyBlob, name_size) == 32, "layout");
static_assert(offsetof(FamilyBlob, description_size) == 36, "layout");
constexpr uint32_t kMostBounds = 4096;
constexpr uint32_t kMostCells = 1 << 24;

// Where the key stands in the blob.
constexpr uint64_t FamilyKeyOffset(uint64_t bound_count) {
  return sizeof(FamilyBlob) + 8 * bound_count + (4 * bound_count + 7) / 8 * 8;
}

// Where a bound lies among the cells: values of all cells below `cell` are within the bound. When
// the bound falls inside a cell, a split counts that cell's values on the near side.
constexpr uint32_t kBoundSplitFlag = 0x80000000;

struct CounterCell {
  int64_t ones;    // how often inc() was called without an amount
  double amounts;  // the sum of all amounts given
};
static_assert(sizeof(CounterCell) == 16, "layout");
static_assert(offsetof(CounterCell, amounts) == 8, "layout");

struct GaugeCell {
  double value;     // NaN: unset
  uint64_t is_set;  // 0: this lane never touched it, 1: in use, 2: its thread is gone
  double sampled_monotonic_milliseconds;  // observable gauges: when the callback last ran, else 0
  uint64_t padding;
};
static_assert(sizeof(GaugeCell) == 32, "layout");
static_assert(offsetof(GaugeCell, is_set) == 8, "layout");
static_assert(offsetof(GaugeCell, sampled_monotonic_milliseconds) == 16, "layout");

// A histogram in one lane, apart from its cells: this struct, `split_count` int64 splits and
// `bound_count + 1` int64 spills. It lies among the scalars, so that reading a lane that never
// recorded the series costs no page.
struct HistogramHead {
  uint32_t touched_low;  // cells [touched_low, touched_high) may be non-zero; others never are
  uint32_t touched_high;
  double sum;
  double minimum;
  double maximum;
  int64_t below;    // values too small for cell 0, zero among them
  int64_t above;    // values too large for the last cell
  uint64_t in_use;  // 0: this lane never recorded the series and the rest means nothing
  uint64_t padding;
};
static_assert(sizeof(HistogramHead) == kCacheLine, "layout");
static_assert(offsetof(HistogramHead, touched_high) == 4, "layout");
static_assert(offsetof(HistogramHead, sum) == 8, "layout");
static_assert(offsetof(HistogramHead, minimum) == 16, "layout");
static_assert(offsetof(HistogramHead, maximum) == 24, "layout");
static_assert(offsetof(HistogramHead, below) == 32, "layout");
static_assert(offsetof(HistogramHead, above) == 40, "layout");
static_assert(offsetof(HistogramHead, in_use) == 48, "layout");

// A spill counts, by bound, the values whose cell could not be had because memory ran out: counts
// per bound stay exact, only percentiles coarsen.
constexpr uint64_t HistogramHeadSize(uint32_t split_count, uint32_t bound_count) {
  const uint64_t end = sizeof(HistogramHead) + 8ull * split_count + 8ull * (bound_count + 1ull);
  return (end + kCacheLine - 1) / kCacheLine * kCacheLine;
}
constexpr uint64_t HistogramCellsSize(uint32_t cell_count) {
  return (8ull * cell_count + kPageSize - 1) / kPageSize * kPageSize;
}

// One record that stands for its bucket: its value, when it was, and labels that lead to more, such
// as a trace_id. A bucket has two slots that take turns: while one is being written, or stays half
// written because its thread was killed, the other holds the exemplar before it.
struct ExemplarSlot {
  uint32_t series;    // index of the entry; it and the bucket stay what they are
  uint32_t bucket;    // histogram: of the first bound that the value is within; counter: 0
  uint32_t checksum;  // of the rest, see ChecksumOf; a slot without the right one holds nothing
  uint32_t sequence;  // raised by every exemplar of the pair
  double value;
  double taken_unix_milliseconds;
  uint32_t text_size;
  uint32_t generation;  // of the entry: another one was another series
  uint8_t padding[24];
  uint8_t text[512];  // UTF-8: name, kExemplarSeparator, value, kExemplarSeparator, and so on
};
static_assert(sizeof(ExemplarSlot) == 9 * kCacheLine, "layout");
static_assert(offsetof(ExemplarSlot, bucket) == 4, "layout");
static_assert(offsetof(ExemplarSlot, checksum) == 8, "layout");
static_assert(offsetof(ExemplarSlot, sequence) == 12, "layout");
static_assert(offsetof(ExemplarSlot, value) == 16, "layout");
static_assert(offsetof(ExemplarSlot, taken_unix_milliseconds) == 24, "layout");
static_assert(offsetof(ExemplarSlot, text_size) == 32, "layout");
static_assert(offsetof(ExemplarSlot, generation) == 36, "layout");
static_assert(offsetof(ExemplarSlot, padding) == 40, "layout");
static_assert(offsetof(ExemplarSlot, text) == 64, "layout");
constexpr uint8_t kExemplarSeparator = 0xff;  // no byte of UTF-8
// What OpenMetrics allows in names and values together. Names are ASCII, so that the longest text
// is one name of one character and a value of 127 characters with four bytes each.
constexpr uint32_t kMostExemplarCharacters = 128;
static_assert(1 + 4 * (kMostExemplarCharacters - 1) + 2 <= sizeof ExemplarSlot::text, "it fits");

// One record of a histogram on its way into the cells. Both words carry the sign that entries of
// their lap have, negative in the first; a word that does not is still that of the lap before, so
// that an entry is whole or absent however its two stores are ordered.
struct JournalEntry {
  double series;  // index of its entry in the directory + 1, and how often; 0: no record
  double value;
};
static_assert(sizeof(JournalEntry) == 16, "layout");
static_assert(offsetof(JournalEntry, value) == 8, "layout");
constexpr uint64_t kJournalEntries = 4096;
// In the first word, how many times the value was recorded, - 1, stands above the series.
constexpr uint32_t kJournalSeriesBits = 26;
constexpr uint32_t kJournalMostTimes = 1 << 26;  // doubles hold integers of 53 bits

// A word of a lane as it was before the batch that is being drained.
struct JournalUndo {
  uint64_t offset;  // from the start of the lane
  uint64_t before;
};
static_assert(sizeof(JournalUndo) == 16, "layout");
static_assert(offsetof(JournalUndo, before) == 8, "layout");
// Two for each record of a batch: its count and its sum.
constexpr uint32_t kJournalUndos = 128;

struct JournalHeader {
  // Bit 0: a batch is being drained; the words that it changes may have either value, and `undo`
  // says what they were. Bits 1 to 55: how many entries were ever drained. Above: how often a batch
  // that a kill had ended was put back, or the journal changed hands, so that no value comes again.
  uint64_t progress;
  uint32_t undo_count;
  uint8_t padding[52];
  JournalUndo undo[kJournalUndos];
  uint8_t padding_end[kPageSize - kCacheLine - sizeof(JournalUndo) * kJournalUndos];
};
static_assert(sizeof(JournalHeader) == kPageSize, "layout");
static_assert(offsetof(JournalHeader, undo_count) == 8, "layout");
static_assert(offsetof(JournalHeader, undo) == 64, "layout");
constexpr uint64_t kJournalBusy = 1;
constexpr uint64_t kJournalChange = uint64_t{1} << 56;
constexpr uint64_t JournalPosition(uint64_t progress) { return progress % kJournalChange / 2; }
constexpr uint64_t kJournalSize = sizeof(JournalHeader) + sizeof(JournalEntry) * kJournalEntries;

}  // namespace vsr_metrics

#endif  // VSR_METRICS_LAYOUT_H_
