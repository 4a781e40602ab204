// Families and series: one entry for one set of labels whoever asks, soft ends, removal and return.

#include <algorithm>
#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "check.h"
#include "lane_writer.h"
#include "snapshot.h"

using namespace vsr_metrics;

namespace {

std::string Key(const std::string& value) { return "{\"tenant\":\"" + value + "\"}"; }
std::string Key(int number) { return Key(std::to_string(number)); }
const char* const kOverflowKey = "{\"tenant\":\"(other)\"}";

bool AddOverflow(Region& region, uint32_t family) {
  return AddOverflowSeries(region, family, kOverflowKey) == Shortage::kNone;
}

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

  Behaviour astray("family: found by who was led into another chain by a series that was reused");
  // What such a reader sees of the chain.
  uint32_t* bucket = directory_internal::BucketOf(*region, entry.hash);
  const uint32_t link = *bucket;
  *bucket = 0;
  astray.Equal(FindFamily(*region, "wait_seconds"), index, "index");
  astray.Equal(FindFamily(*region, "never_seconds"), kNoIndex, "one that there is not");
  *bucket = link;

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
void ExpectSoftEnd(const std::string& section, const RegionSizes& sizes, const FamilySpec& spec,
                   Shortage shortage) {
  Behaviour end("full: " + section + ": the overflow series takes the rest");
  const std::shared_ptr<Region> region = MakeRegion(sizes);
  const uint32_t family = AddFamily(*region, spec);
  const uint32_t bare = AddFamily(*region, CounterFamily("without_overflow_total"));
  end.Expect(AddOverflow(*region, family), "no overflow series");
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
    end.Equal(NameOf(result.shortage), std::string(NameOf(shortage)), "what ran out");
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
  ExpectSoftEnd("entries", sizes, CounterFamily("a_total", 5000), Shortage::kSeries);
  sizes = SmallSizes();
  sizes.heap_bytes = kPageSize;
  ExpectSoftEnd("heap", sizes, CounterFamily("a_total", 5000), Shortage::kLabelBytes);
  sizes = SmallSizes();
  sizes.scalar_bytes = kPageSize / 2;
  sizes.entries = 2000;
  ExpectSoftEnd("scalars", sizes, CounterFamily("a_total", 5000), Shortage::kSeries);
  ExpectSoftEnd("scalars of gauges", sizes, GaugeFamily("a", Combine::kMaximum, 5000),
                Shortage::kSeries);
  sizes.shared_bytes = 1;
  ExpectSoftEnd("shared cells", sizes, GaugeFamily("a", Combine::kLast, 5000), Shortage::kSeries);
  sizes.histogram_bytes = 3 << 20;
  FamilySpec histogram = HistogramFamily("a_seconds", {1});
  histogram.max_series = 5000;
  ExpectSoftEnd("histogram cells", sizes, histogram, Shortage::kHistograms);
  sizes.histogram_bytes = 512 << 20;
  sizes.scalar_bytes = kPageSize;
  ExpectSoftEnd("heads of histograms", sizes, histogram, Shortage::kHistograms);
  ExpectSoftEnd("series of a family", SmallSizes(), CounterFamily("a_total", 10),
                Shortage::kMaxSeries);

  Behaviour memory("full: without memory on the file system nothing is used up");
  const std::shared_ptr<Region> region = SmallRegion();
  const uint32_t family = AddFamily(*region, GaugeFamily("a", Combine::kLast));
  AddOverflow(*region, family);
  RegionHeader before;
  int number = 0;
  {
    const FullFileSystem no_room(*region);
    // What has memory already is enough for some.
    SeriesResult result;
    do {
      before = *region->header();
      result = FindOrAddSeries(*region, family, Key(number++));
    } while (result.outcome == SeriesOutcome::kOwn && number < 1000);
    memory.Equal(result.outcome, SeriesOutcome::kOverflow, "outcome");
    memory.Equal(result.shortage, Shortage::kMemory, "what ran out");
    for (int i = 0; i < 100000; ++i) FindOrAddSeries(*region, family, Key(number));
  }
  const RegionHeader& after = *region->header();
  memory.Equal(after.entries_used, before.entries_used, "entries");
  memory.Equal(after.heap_used, before.heap_used, "heap");
  memory.Equal(after.shared_used, before.shared_used, "shared cells");
  memory.Equal(FindOrAddSeries(*region, family, Key(number)).outcome, SeriesOutcome::kOwn,
               "with memory again");
}

void TestOverflowSeries() {
  const std::shared_ptr<Region> region = SmallRegion();
  const uint32_t family = AddFamily(*region, CounterFamily("a_total", 1));
  Behaviour dormant("overflow: hidden until something overflows");
  dormant.Expect(AddOverflow(*region, family), "first");
  const uint32_t overflow = region->entries()[family].overflow_entry;
  dormant.Expect(AddOverflow(*region, family), "again");
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
  AddOverflow(*region, another);
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
    AddOverflow(*fresh, full);
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
    AddOverflow(*fresh, exact);
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
}

}  // namespace

int main() {
  TestFamilies();
  TestSeries();
  TestCollisions();
  TestFull();
  TestOverflowSeries();
  TestRaces();
  return FailedBehaviours() == 0 ? 0 : 1;
}
