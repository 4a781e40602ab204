// Families and series: one entry for one set of labels whoever asks, soft ends, removal and return.

#include <algorithm>
#include <atomic>
#include <cstring>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "check.h"
#include "lane_writer.h"
#include "merge.h"
#include "other_process.h"
#include "snapshot.h"
#include "vsr_metrics/attach.h"

using namespace vsr_metrics;

namespace {

std::string Key(const std::string& value) { return "{\"tenant\":\"" + value + "\"}"; }
std::string Key(int number) { return Key(std::to_string(number)); }
const char* const kOverflowKey = "{\"tenant\":\"(other)\"}";

std::vector<uint32_t> LiveSeries(const Region& region, uint32_t family) {
  std::vector<uint32_t> live;
  for (uint32_t index = 0; index < region.EntryCount(); ++index) {
    const Entry& entry = region.entries()[index];
    if (StateAt(region, index) != EntryState::kLive) continue;
    if (entry.type == uint32_t(EntryType::kSeries) && entry.family == family) live.push_back(index);
  }
  return live;
}

uint32_t CountOf(const Region& region, uint32_t family) {
  return LoadAcquire(&region.entries()[family].live_series);
}

double TotalOf(const Region& region, uint32_t series) {
  const CounterTotal total = ReadCounter(region, region.entries()[series]);
  return double(total.ones) + total.amounts;
}

std::shared_ptr<Lane> ClaimLane(const std::shared_ptr<Region>& region) {
  Error error;
  return Lane::Claim(region, &error);
}

// Runs `work(thread)` on that many threads, all at once.
template <typename Work>
void InParallel(int threads, const Work& work) {
  std::atomic<int> waiting{threads};
  std::vector<std::thread> running;
  for (int thread = 0; thread < threads; ++thread) {
    running.emplace_back([&waiting, &work, thread] {
      waiting.fetch_sub(1);
      while (waiting.load() > 0) std::this_thread::yield();
      work(thread);
    });
  }
  for (std::thread& thread : running) thread.join();
}

void TestFamilies() {
  const std::shared_ptr<Region> region = SmallRegion();
  Behaviour once("family: one entry a name");
  const uint32_t first = AddFamily(*region, CounterFamily("requests_total"));
  const uint32_t second = AddFamily(*region, CounterFamily("replies_total"));
  once.Expect(first != kNoIndex && second != kNoIndex && first != second, "indexes");
  once.Equal(AddFamily(*region, GaugeFamily("requests_total", Combine::kSum)), first, "again");
  once.Equal(region->EntryCount(), 2u, "entries");
  once.Equal(region->entries()[first].kind, uint8_t(Kind::kCounter), "kind: the first one's");

  Behaviour blob("family: its blob holds all that readers need");
  FamilySpec spec = HistogramFamily("wait_seconds", {0.1, 1.0 / 3, 10}, 10);
  spec.description = R"({"help":"how long"})";
  spec.max_series = 7;
  const uint32_t index = AddFamily(*region, spec);
  const FamilyBlob* family = FamilyOf(*region, index);
  const Entry& entry = region->entries()[index];
  blob.Equal(KeyOf(*region, entry), "wait_seconds", "name");
  const std::string_view bytes = BlobOf(*region, entry);
  blob.Equal(bytes.substr(bytes.size() - spec.description.size()), spec.description, "description");
  blob.Equal(family->scale, 10.0, "scale");
  blob.Equal(family->base_index, spec.base_index, "base_index");
  blob.Equal(family->cell_count, spec.cell_count, "cell_count");
  blob.Equal(family->bound_count, 3u, "bound_count");
  blob.Equal(family->split_count, 1u, "split_count");
  blob.Equal(family->max_series, 7u, "max_series");
  const auto* bounds = reinterpret_cast<const double*>(family + 1);
  blob.Equal(bounds[1], 1.0 / 3, "a bound");
  const auto* cells = reinterpret_cast<const uint32_t*>(bounds + 3);
  blob.Equal(cells[1], spec.bound_cells[1], "where it lies");
  blob.Equal(uint64_t(bytes.data() - reinterpret_cast<char*>(region->heap())) % 8, 0u, "alignment");

  Behaviour bounds_limit("family: more bounds than a blob can hold are an error");
  Error error;
  FamilySpec wide = CounterFamily("wide");
  wide.bounds.assign(6000, 1);
  wide.bound_cells.assign(6000, 1);
  bounds_limit.Equal(FindOrAddFamily(*region, wide, &error), kNoIndex, "index");
  bounds_limit.Expect(error.message.find("wide") != std::string::npos, error.message);
}

void TestSeries() {
  const std::shared_ptr<Region> region = SmallRegion();
  const uint32_t counters = AddFamily(*region, CounterFamily("a_total"));
  const uint32_t others = AddFamily(*region, CounterFamily("b_total"));
  const uint32_t last = AddFamily(*region, GaugeFamily("c", Combine::kLast));
  const uint32_t sums = AddFamily(*region, GaugeFamily("d", Combine::kSum));
  const uint32_t waits = AddFamily(*region, HistogramFamily("e_seconds", {1.0 / 3, 1}));

  Behaviour identity("series: the same labels are the same series, in each family another");
  const uint32_t one = AddSeries(*region, counters, Key(1));
  identity.Equal(AddSeries(*region, counters, Key(1)), one, "again");
  identity.Expect(AddSeries(*region, counters, Key(2)) != one, "other labels");
  identity.Expect(AddSeries(*region, others, Key(1)) != one, "another family");
  identity.Expect(AddSeries(*region, counters, "") != kNoIndex, "no labels");
  identity.Equal(KeyOf(*region, region->entries()[one]), Key(1), "key");
  identity.Equal(region->entries()[one].family, counters, "family");

  Behaviour changes("series: readers learn of each new one");
  const uint64_t before = region->header()->layout_changes;
  AddSeries(*region, counters, Key(3));
  changes.Equal(region->header()->layout_changes, before + 1, "after a new one");
  AddSeries(*region, counters, Key(3));
  changes.Equal(region->header()->layout_changes, before + 1, "after the same again");

  Behaviour cells("series: no two share a cell, and all are aligned");
  std::vector<std::pair<uint64_t, uint64_t>> scalars;
  std::vector<std::pair<uint64_t, uint64_t>> shared;
  std::vector<std::pair<uint64_t, uint64_t>> pages;
  const uint64_t head_size = HistogramHeadSize(1, 2);
  const uint64_t cells_size = HistogramCellsSize(FamilyOf(*region, waits)->cell_count);
  for (int i = 0; i < 10; ++i) {
    const auto offset_of = [&](uint32_t family) {
      return region->entries()[AddSeries(*region, family, Key(i))].cell_offset;
    };
    scalars.emplace_back(offset_of(counters), sizeof(CounterCell));
    scalars.emplace_back(offset_of(sums), sizeof(GaugeCell));
    scalars.emplace_back(offset_of(waits), head_size);
    shared.emplace_back(offset_of(last), kCacheLine);
    const Entry& wait = region->entries()[AddSeries(*region, waits, Key(i))];
    pages.emplace_back(wait.cells_page * kPageSize, cells_size);
  }
  const auto expect_apart = [&cells](std::vector<std::pair<uint64_t, uint64_t>> ranges,
                                     uint64_t start, uint64_t end, const std::string& what) {
    std::sort(ranges.begin(), ranges.end());
    for (const auto& [offset, size] : ranges) {
      cells.Expect(offset >= start && offset % 8 == 0, what + " at " + std::to_string(offset));
      start = offset + size;
    }
    cells.Expect(start <= end, what + " beyond the section");
  };
  const RegionHeader& header = *region->header();
  expect_apart(scalars, 0, header.scalars_size, "scalars");
  expect_apart(shared, 0, header.shared_size, "shared");
  expect_apart(pages, header.scalars_size, header.lane_stride, "pages");
  for (const auto& [offset, size] : shared) cells.Equal(offset % kCacheLine, 0u, "a shared line");
  for (const auto& [offset, size] : pages) cells.Equal(offset % kPageSize, 0u, "page");
}

// FNV-1a of the type, the family and the key, as entries keep it.
uint32_t HashOf(EntryType type, uint32_t family, const std::string& key) {
  uint32_t hash = 2166136261u;
  const auto mix = [&hash](uint32_t byte) { hash = (hash ^ (byte & 0xff)) * 16777619u; };
  mix(uint32_t(type));
  for (int shift = 0; shift < 32; shift += 8) mix(family >> shift);
  for (const char byte : key) mix(uint8_t(byte));
  return hash;
}

// Different keys with one and the same hash: among 300,000 there are about ten such pairs.
std::vector<std::pair<std::string, std::string>> FindCollisions(EntryType type, uint32_t family) {
  std::vector<std::pair<uint32_t, std::string>> keys;
  for (uint64_t i = 0; i < 300000; ++i) {
    const std::string key = Key(std::to_string(i * 0x9e3779b97f4a7c15));
    keys.emplace_back(HashOf(type, family, key), key);
  }
  std::sort(keys.begin(), keys.end());
  std::vector<std::pair<std::string, std::string>> pairs;
  for (size_t i = 1; i < keys.size(); ++i) {
    if (keys[i].first == keys[i - 1].first) pairs.emplace_back(keys[i - 1].second, keys[i].second);
  }
  return pairs;
}

void TestCollisions() {
  const std::shared_ptr<Region> region = SmallRegion();
  Behaviour series("hash: different labels with equal hashes are different series");
  const uint32_t family = AddFamily(*region, CounterFamily("a_total"));
  const auto pairs = FindCollisions(EntryType::kSeries, family);
  series.Expect(pairs.size() >= 3, "no collisions to test with");
  for (const auto& [first, second] : pairs) {
    const uint32_t one = AddSeries(*region, family, first);
    const uint32_t two = AddSeries(*region, family, second);
    series.Expect(one != two, first + " is " + second);
    series.Equal(region->entries()[one].hash, HashOf(EntryType::kSeries, family, first), "hash");
    series.Equal(region->entries()[one].hash, region->entries()[two].hash, "hashes");
    series.Equal(AddSeries(*region, family, first), one, "the first again");
    series.Equal(AddSeries(*region, family, second), two, "the second again");
  }
  for (const auto& [first, second] : pairs) {
    series.Expect(RemoveSeries(*region, family, second), "removed");
    series.Equal(StateAt(*region, AddSeries(*region, family, first)), EntryState::kLive, "other");
  }

  Behaviour families("hash: different names with equal hashes are different families");
  for (const auto& [first, second] : FindCollisions(EntryType::kFamily, kNoIndex)) {
    const uint32_t one = AddFamily(*region, CounterFamily(first));
    const uint32_t two = AddFamily(*region, CounterFamily(second));
    families.Expect(one != two, first + " is " + second);
    families.Equal(region->entries()[one].hash, region->entries()[two].hash, "hashes");
    families.Equal(AddFamily(*region, CounterFamily(first)), one, "the first again");
  }

  Behaviour chains("hash: chains longer than the table has buckets are walked to their end");
  RegionSizes sizes = SmallSizes();
  sizes.entries = 1024;
  const std::shared_ptr<Region> crowded = MakeRegion(sizes);
  const uint32_t crowd = AddFamily(*crowded, CounterFamily("a_total"));
  std::vector<uint32_t> indexes;
  for (int i = 0; i < 1000; ++i) indexes.push_back(AddSeries(*crowded, crowd, Key(i)));
  for (int i = 0; i < 1000; ++i) {
    chains.Equal(AddSeries(*crowded, crowd, Key(i)), indexes[size_t(i)], "series");
  }
}

// Adds series until there is no room; what each section ends with is the same.
void ExpectSoftEnd(const std::string& section, const RegionSizes& sizes, const FamilySpec& spec) {
  Behaviour end("full: " + section + ": the overflow series takes the rest");
  const std::shared_ptr<Region> region = MakeRegion(sizes);
  const uint32_t family = AddFamily(*region, spec);
  const uint32_t bare = AddFamily(*region, CounterFamily("without_overflow_total"));
  end.Expect(AddOverflowSeries(*region, family, kOverflowKey), "no overflow series");
  const uint32_t overflow = region->entries()[family].overflow_entry;
  int own = 0;
  while (own < 2000 && FindOrAddSeries(*region, family, Key(own)).outcome == SeriesOutcome::kOwn) {
    ++own;
  }
  end.Expect(own > 0 && own < 2000, std::to_string(own) + " series found room");
  const RegionHeader full = *region->header();
  for (int i = 0; i < 100; ++i) {
    const SeriesResult result = FindOrAddSeries(*region, family, Key(own + i));
    end.Expect(result.outcome == SeriesOutcome::kOverflow && result.index == overflow, "outcome");
  }
  end.Equal(StateAt(*region, overflow), EntryState::kLive, "the overflow series");
  end.Equal(AddSeries(*region, family, Key(0)),
            LiveSeries(*region, family)[0] == overflow ? LiveSeries(*region, family)[1]
                                                       : LiveSeries(*region, family)[0],
            "the first series");
  end.Equal(CountOf(*region, family), uint32_t(own), "series counted");
  end.Equal(LiveSeries(*region, family).size(), size_t(own) + 1, "series shown");
  // Labels that find no room are tried again and again: nothing may be taken for them.
  const RegionHeader& now = *region->header();
  end.Equal(now.entries_used, full.entries_used, "entries taken in vain");
  end.Equal(now.heap_used, full.heap_used, "heap taken in vain");
  end.Equal(now.scalars_used, full.scalars_used, "scalars taken in vain");
  end.Equal(now.shared_used, full.shared_used, "shared cells taken in vain");
  end.Equal(now.histograms_used, full.histograms_used, "histogram cells taken in vain");
  if (section == "entries" || section == "heap") {
    const SeriesResult result = FindOrAddSeries(*region, bare, Key("long enough not to fit"));
    end.Expect(result.outcome == SeriesOutcome::kFull && result.index == kNoIndex,
               "a family without overflow series");
    Error error;
    const FamilySpec another = CounterFamily("another_" + std::string(200, 'x'));
    end.Equal(FindOrAddFamily(*region, another, &error), kNoIndex, "a family");
    end.Equal(error.code, "VSR_METRICS_REGISTRY_FULL", "code");
    end.Expect(error.message.find("capacity.series") != std::string::npos, error.message);
  }
  TakeSnapshot(*region);
}

void TestFull() {
  RegionSizes sizes = SmallSizes();
  sizes.entries = 40;
  ExpectSoftEnd("entries", sizes, CounterFamily("a_total", 5000));
  sizes = SmallSizes();
  sizes.heap_bytes = kPageSize;
  ExpectSoftEnd("heap", sizes, CounterFamily("a_total", 5000));
  sizes = SmallSizes();
  sizes.scalar_bytes = kPageSize / 2;
  sizes.entries = 2000;
  ExpectSoftEnd("scalars", sizes, CounterFamily("a_total", 5000));
  ExpectSoftEnd("scalars of gauges", sizes, GaugeFamily("a", Combine::kMaximum, 5000));
  sizes.shared_bytes = 1;
  ExpectSoftEnd("shared cells", sizes, GaugeFamily("a", Combine::kLast, 5000));
  sizes.histogram_bytes = 3 << 20;
  FamilySpec histogram = HistogramFamily("a_seconds", {1});
  histogram.max_series = 5000;
  ExpectSoftEnd("histogram cells", sizes, histogram);
  sizes.histogram_bytes = 512 << 20;
  sizes.scalar_bytes = kPageSize;
  ExpectSoftEnd("heads of histograms", sizes, histogram);
  ExpectSoftEnd("series of a family", SmallSizes(), CounterFamily("a_total", 10));

  Behaviour memory("full: without memory on the file system, and again with it");
  const std::shared_ptr<Region> region = SmallRegion();
  const uint32_t family = AddFamily(*region, CounterFamily("a_total"));
  AddOverflowSeries(*region, family, kOverflowKey);
  {
    const FullFileSystem no_room(*region);
    memory.Equal(FindOrAddSeries(*region, family, Key(1)).outcome, SeriesOutcome::kOverflow,
                 "outcome");
  }
  memory.Equal(FindOrAddSeries(*region, family, Key(1)).outcome, SeriesOutcome::kOwn, "afterwards");
}

void TestRemoval() {
  const std::shared_ptr<Region> region = SmallRegion();
  const std::shared_ptr<Lane> lane = ClaimLane(region);
  const uint32_t family = AddFamily(*region, CounterFamily("a_total", 2));
  AddOverflowSeries(*region, family, kOverflowKey);
  const uint32_t series = AddSeries(*region, family, Key(1));
  CounterWriter counter(*lane, series);
  counter.Increment();
  counter.Add(2.5);

  Behaviour removed("remove: hidden at once, and only once");
  const uint64_t changes = region->header()->layout_changes;
  removed.Expect(!RemoveSeries(*region, family, Key(2)), "one that never was");
  removed.Expect(RemoveSeries(*region, family, Key(1)), "the first time");
  removed.Expect(!RemoveSeries(*region, family, Key(1)), "the second time");
  removed.Equal(region->header()->layout_changes, changes + 1, "layout_changes");
  removed.Expect(LiveSeries(*region, family).empty(), "still shown");
  removed.Equal(CountOf(*region, family), 0u, "series counted");
  counter.Increment();  // by somebody who still has the handle

  Behaviour revived("remove: the same labels come back as the same cells, from nothing");
  const double created = region->entries()[series].created_unix_milliseconds;
  revived.Equal(AddSeries(*region, family, Key(1)), series, "index");
  revived.Equal(TotalOf(*region, series), 0.0, "total");
  revived.Expect(region->entries()[series].created_unix_milliseconds >= created, "created");
  revived.Equal(CountOf(*region, family), 1u, "series counted");
  counter.Add(0.25);
  revived.Equal(TotalOf(*region, series), 0.25, "what came afterwards");

  Behaviour room("remove: makes room in a family that is full");
  room.Equal(FindOrAddSeries(*region, family, Key(2)).outcome, SeriesOutcome::kOwn, "second");
  room.Equal(FindOrAddSeries(*region, family, Key(3)).outcome, SeriesOutcome::kOverflow, "third");
  RemoveSeries(*region, family, Key(1));
  room.Equal(FindOrAddSeries(*region, family, Key(3)).outcome, SeriesOutcome::kOwn, "again");
  room.Equal(FindOrAddSeries(*region, family, Key(1)).outcome, SeriesOutcome::kOverflow, "first");
  room.Equal(StateAt(*region, series), EntryState::kRemoved, "the first is back all the same");
  for (int i = 0; i < 100; ++i) {
    RemoveSeries(*region, family, Key(3));
    AddSeries(*region, family, Key(3));
  }
  room.Equal(CountOf(*region, family), 2u, "series counted after coming and going");

  Behaviour kinds("remove: histograms and gauges come back empty too");
  const uint32_t waits = AddFamily(*region, HistogramFamily("b_seconds", {1, 2}));
  const uint32_t wait = AddSeries(*region, waits, Key(1));
  HistogramWriter histogram(*lane, wait);
  for (const double value : {0.5, 1.5, 2.5, 0.0, 1e12}) histogram.Record(value);
  const uint32_t last =
      AddSeries(*region, AddFamily(*region, GaugeFamily("c", Combine::kLast)), "");
  GaugeWriter(*lane, last).Set(7);
  for (const uint32_t index : {wait, last}) {
    const Entry& entry = region->entries()[index];
    RemoveSeries(*region, entry.family, KeyOf(*region, entry));
    FindOrAddSeries(*region, entry.family, KeyOf(*region, entry));
  }
  histogram.Record(1.25);
  HistogramTotal total;
  ReadHistogram(*region, region->entries()[wait], *FamilyOf(*region, waits), &total);
  int64_t count = total.below + total.above;
  total.cells.ForEach(0, FamilyOf(*region, waits)->cell_count,
                      [&count](uint32_t, int64_t cell) { count += cell; });
  kinds.Equal(count, 1, "count");
  kinds.Equal(total.sum, 1.25, "sum");
  kinds.Equal(ReadGauge(*region, region->entries()[last]).value, 0.0, "gauge");

  Behaviour no_memory("remove: what cannot come back from nothing does not come back");
  // The baseline lane has no page yet where this one's cells are.
  const uint32_t heavy = AddSeries(*region, waits, Key(2));
  HistogramWriter(*lane, heavy).Record(1.5);
  AddOverflowSeries(*region, waits, kOverflowKey);
  RemoveSeries(*region, waits, Key(2));
  {
    const FullFileSystem full(*region);
    no_memory.Equal(FindOrAddSeries(*region, waits, Key(2)).outcome, SeriesOutcome::kOverflow,
                    "outcome");
    no_memory.Equal(StateAt(*region, heavy), EntryState::kRemoved, "state");
  }
  no_memory.Equal(AddSeries(*region, waits, Key(2)), heavy, "afterwards");
  ReadHistogram(*region, region->entries()[heavy], *FamilyOf(*region, waits), &total);
  no_memory.Equal(total.sum, 0.0, "sum");
}

void TestOverflowSeries() {
  const std::shared_ptr<Region> region = SmallRegion();
  const uint32_t family = AddFamily(*region, CounterFamily("a_total", 1));
  Behaviour dormant("overflow: hidden until something overflows");
  dormant.Expect(AddOverflowSeries(*region, family, kOverflowKey), "first");
  const uint32_t overflow = region->entries()[family].overflow_entry;
  dormant.Expect(AddOverflowSeries(*region, family, kOverflowKey), "again");
  dormant.Equal(region->entries()[family].overflow_entry, overflow, "the same");
  dormant.Equal(StateAt(*region, overflow), EntryState::kDormant, "state");
  dormant.Equal(AddSeries(*region, family, Key(1)) == overflow, false, "the first series");
  dormant.Equal(StateAt(*region, overflow), EntryState::kDormant, "state while there is room");
  const uint64_t changes = region->header()->layout_changes;
  dormant.Equal(AddSeries(*region, family, Key(2)), overflow, "the second series");
  dormant.Equal(StateAt(*region, overflow), EntryState::kLive, "state afterwards");
  dormant.Equal(region->header()->layout_changes, changes + 1, "layout_changes");
  dormant.Equal(CountOf(*region, family), 1u, "series counted");

  Behaviour asked("overflow: asking for its labels gives it, and it counts for nothing");
  const uint32_t another = AddFamily(*region, CounterFamily("b_total", 1));
  AddOverflowSeries(*region, another, kOverflowKey);
  const SeriesResult result = FindOrAddSeries(*region, another, kOverflowKey);
  asked.Equal(result.outcome, SeriesOutcome::kOverflow, "outcome");
  asked.Equal(result.index, region->entries()[another].overflow_entry, "index");
  asked.Equal(CountOf(*region, another), 0u, "series counted");

  Behaviour removed("overflow: removed, it comes back with what overflows next");
  for (int i = 0; i < 5; ++i) {
    removed.Expect(RemoveSeries(*region, family, kOverflowKey), "not removed");
    removed.Equal(AddSeries(*region, family, Key(2)), overflow, "index");
    removed.Equal(StateAt(*region, overflow), EntryState::kLive, "state");
    RemoveSeries(*region, family, kOverflowKey);
    removed.Equal(AddSeries(*region, family, kOverflowKey), overflow, "by its labels");
    removed.Equal(StateAt(*region, overflow), EntryState::kLive, "state by its labels");
  }
  removed.Equal(CountOf(*region, family), 1u, "series counted");
}

void TestRaces() {
  Behaviour unique("threads: whoever asks, there is one series a set of labels");
  RegionSizes sizes = SmallSizes();
  sizes.entries = 8192;
  sizes.heap_bytes = 1 << 20;
  sizes.scalar_bytes = 1 << 20;
  const std::shared_ptr<Region> region = MakeRegion(sizes);
  constexpr int kThreads = 8;
  constexpr int kKeys = 300;
  std::vector<std::vector<uint32_t>> found(kThreads, std::vector<uint32_t>(kKeys));
  uint32_t families[kThreads];
  InParallel(kThreads, [&](int thread) {
    families[thread] = AddFamily(*region, CounterFamily("a_total"));
    for (int i = 0; i < kKeys; ++i) {
      found[size_t(thread)][size_t(i)] = AddSeries(*region, families[thread], Key(i));
    }
  });
  for (int thread = 1; thread < kThreads; ++thread) {
    unique.Equal(families[thread], families[0], "family");
    unique.Expect(found[size_t(thread)] == found[0], "series");
  }
  const std::set<uint32_t> different(found[0].begin(), found[0].end());
  unique.Equal(different.size(), size_t{kKeys}, "different series");
  unique.Equal(LiveSeries(*region, families[0]).size(), size_t{kKeys}, "live series");
  unique.Equal(CountOf(*region, families[0]), uint32_t{kKeys}, "series counted");
  std::set<uint64_t> offsets;
  for (const uint32_t index : different) offsets.insert(region->entries()[index].cell_offset);
  unique.Equal(offsets.size(), size_t{kKeys}, "different cells");

  Behaviour limit("threads: a family gets as many series as it may, and not one more");
  Behaviour fits("threads: what fits never overflows, however many ask for it at once");
  for (int round = 0; round < 30; ++round) {
    const std::shared_ptr<Region> fresh = SmallRegion();
    const uint32_t full = AddFamily(*fresh, CounterFamily("a_total", 20));
    AddOverflowSeries(*fresh, full, kOverflowKey);
    std::atomic<int> own{0};
    InParallel(kThreads, [&](int thread) {
      for (int i = 0; i < 10; ++i) {
        const SeriesResult result = FindOrAddSeries(*fresh, full, Key(100 * thread + i));
        if (result.outcome == SeriesOutcome::kOwn) own.fetch_add(1);
      }
    });
    limit.Equal(own.load(), 20, "series");
    limit.Equal(CountOf(*fresh, full), 20u, "series counted");
    limit.Equal(LiveSeries(*fresh, full).size(), size_t{21}, "live series with the overflow");

    const uint32_t exact = AddFamily(*fresh, CounterFamily("b_total", 10));
    AddOverflowSeries(*fresh, exact, kOverflowKey);
    std::atomic<int> overflowed{0};
    InParallel(kThreads, [&](int) {
      for (int i = 0; i < 10; ++i) {
        const SeriesResult result = FindOrAddSeries(*fresh, exact, Key(i));
        if (result.outcome != SeriesOutcome::kOwn) overflowed.fetch_add(1);
      }
    });
    fits.Equal(overflowed.load(), 0, "overflowed");
    fits.Equal(CountOf(*fresh, exact), 10u, "series counted");
  }

  Behaviour churn("threads: removing and coming back at once leaves the counts right");
  const std::shared_ptr<Region> fresh = SmallRegion();
  const uint32_t family = AddFamily(*fresh, CounterFamily("a_total", 3));
  AddOverflowSeries(*fresh, family, kOverflowKey);
  // Made by one thread: of several that make the same series at once, the slower lose their slots.
  for (int i = 0; i < 3; ++i) FindOrAddSeries(*fresh, family, Key(i));
  InParallel(4, [&](int thread) {
    for (int i = 0; i < 2000; ++i) {
      if (thread < 2) {
        RemoveSeries(*fresh, family, Key(i % 3));
      } else {
        // A remover hides a series just before it gives back its place: who comes in between gets
        // the overflow series, how often is a matter of scheduling.
        FindOrAddSeries(*fresh, family, Key(i % 3));
      }
    }
  });
  std::vector<uint32_t> live = LiveSeries(*fresh, family);
  const uint32_t overflow = fresh->entries()[family].overflow_entry;
  live.erase(std::remove(live.begin(), live.end(), overflow), live.end());
  churn.Equal(CountOf(*fresh, family), uint32_t(live.size()), "series counted");
  churn.Equal(fresh->EntryCount(), 5u, "entries");
  for (int i = 0; i < 3; ++i) {
    const SeriesResult result = FindOrAddSeries(*fresh, family, Key(i));
    churn.Expect(result.outcome == SeriesOutcome::kOwn,
                 "the place of " + Key(i) + " is free again");
  }
  churn.Equal(CountOf(*fresh, family), 3u, "series counted at the end");
}

// Leaves behind what a thread would that died right after taking room for a series.
uint32_t TakeSlotAndDie(Region& region, uint32_t family, const std::string& key, bool is_written) {
  RegionHeader* header = region.header();
  const auto index = uint32_t(header->entries_used++);
  const uint64_t blob_offset = header->heap_used;
  header->heap_used += (key.size() + 7) / 8 * 8;
  const uint64_t cell_offset = header->scalars_used;
  header->scalars_used += sizeof(CounterCell);
  if (!is_written) return index;
  memcpy(region.heap() + blob_offset, key.data(), key.size());
  Entry& entry = region.entries()[index];
  entry.type = uint32_t(EntryType::kSeries);
  entry.hash = HashOf(EntryType::kSeries, family, key);
  entry.blob_offset = blob_offset;
  entry.blob_size = uint32_t(key.size());
  entry.family = family;
  entry.kind = uint8_t(Kind::kCounter);
  entry.cell_offset = cell_offset;
  entry.overflow_entry = kNoIndex;
  return index;
}

void TestDeadAdders() {
  const std::shared_ptr<Region> region = SmallRegion();
  const uint32_t family = AddFamily(*region, CounterFamily("a_total"));
  Behaviour leaked("death: between taking room and linking it costs a slot and stops nobody");
  std::set<uint32_t> dead;
  for (const bool is_written : {false, true}) {
    dead.insert(TakeSlotAndDie(*region, family, Key(1), is_written));
  }
  const uint32_t series = AddSeries(*region, family, Key(1));
  leaked.Expect(series != kNoIndex && dead.count(series) == 0, "the slot of a dead one");
  leaked.Equal(AddSeries(*region, family, Key(1)), series, "again");
  const Frame frame = TakeSnapshot(*region);
  for (const uint32_t index : dead) {
    leaked.Equal(frame.states[index], uint8_t(EntryState::kEmpty), "state of the dead slot");
    leaked.Equal(frame.offsets[index + 1], frame.offsets[index], "values of the dead slot");
  }
  leaked.Equal(LiveSeries(*region, family).size(), size_t{1}, "live series");
  ClaimLane(region);
  leaked.Equal(CountOf(*region, family), 1u, "series counted");

  Behaviour linked("death: between linking and showing, the next who asks shows it");
  const uint32_t hidden = AddSeries(*region, family, Key(2));
  region->entries()[hidden].state = uint32_t(EntryState::kEmpty);
  --region->entries()[family].live_series;
  linked.Equal(AddSeries(*region, family, Key(2)), hidden, "index");
  linked.Equal(StateAt(*region, hidden), EntryState::kLive, "state");
  linked.Equal(CountOf(*region, family), 2u, "series counted");
  const uint32_t hidden_family = AddFamily(*region, CounterFamily("b_total"));
  region->entries()[hidden_family].state = uint32_t(EntryState::kEmpty);
  linked.Equal(AddFamily(*region, CounterFamily("b_total")), hidden_family, "family");
  linked.Equal(StateAt(*region, hidden_family), EntryState::kLive, "state of the family");
}

// In another process: attaches, and stays until it is killed.
int AttachAndWait(const std::string& path) {
  Error error;
  const std::shared_ptr<Region> region = AttachRegion(path, &error);
  Tell(region == nullptr ? error.message : std::to_string(region->process_slot()));
  WaitForParent();
  return 0;
}

void TestDeadStarters() {
  const std::shared_ptr<Region> region = SmallRegion();
  const std::shared_ptr<Lane> lane = ClaimLane(region);
  const uint32_t family = AddFamily(*region, CounterFamily("a_total"));
  AddOverflowSeries(*region, family, kOverflowKey);
  const uint32_t series = AddSeries(*region, family, Key(1));
  CounterWriter(*lane, series).Increment();
  RemoveSeries(*region, family, Key(1));
  uint32_t* state = &region->entries()[series].state;

  Behaviour dead("death: who died while a series came back leaves it to the next");
  *state = StartingBy(1);  // nobody has that slot
  dead.Equal(AddSeries(*region, family, Key(1)), series, "index");
  dead.Equal(StateAt(*region, series), EntryState::kLive, "state");
  dead.Equal(TotalOf(*region, series), 0.0, "total");

  Behaviour stopped("death: who is merely stopped loses nothing and keeps nobody waiting for long");
  Behaviour again("death: a slot that is used again does not keep the dead one's series");
  OtherProcess other({"attach", region->share_path()});
  stopped.Equal(other.ReadLine(), "1", "slot");
  RemoveSeries(*region, family, Key(1));
  *state = StartingBy(1);
  // What is recorded now must not be in a baseline that is set later, so it is not its own series.
  const SeriesResult result = FindOrAddSeries(*region, family, Key(1));
  stopped.Equal(result.outcome, SeriesOutcome::kOverflow, "outcome");
  stopped.Equal(*state, StartingBy(1), "state");
  stopped.Equal(TakeSnapshot(*region).states[series] == uint8_t(EntryState::kLive), false, "shown");

  other.Kill();
  OtherProcess next({"attach", region->share_path()});
  again.Equal(next.ReadLine(), "1", "slot");
  again.Equal(StateAt(*region, series), EntryState::kRemoved, "state");
  again.Equal(AddSeries(*region, family, Key(1)), series, "index");
  again.Equal(TotalOf(*region, series), 0.0, "total");
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 3 && strcmp(arguments[1], "attach") == 0) return AttachAndWait(arguments[2]);
  TestFamilies();
  TestSeries();
  TestCollisions();
  TestFull();
  TestRemoval();
  TestOverflowSeries();
  TestRaces();
  TestDeadAdders();
  TestDeadStarters();
  return FailedBehaviours() == 0 ? 0 : 1;
}
