// Series come and go: a removed one is gone for all, and another one gets its cells once nobody
// holds it any more, with nothing in them and under the next generation.

#include <atomic>
#include <cmath>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "check.h"
#include "lane_writer.h"
#include "merge.h"
#include "snapshot.h"
#include "vsr_metrics/exemplars.h"

using namespace vsr_metrics;

namespace {

std::string Key(const std::string& value) { return "{\"tenant\":\"" + value + "\"}"; }
std::string Key(int number) { return Key(std::to_string(number)); }
const char* const kOverflowKey = "{\"tenant\":\"_other\"}";

std::shared_ptr<Lane> ClaimLane(const std::shared_ptr<Region>& region) {
  Error error;
  return Lane::Claim(region, &error);
}

// Says that the thread of a lane knows of everything that was removed.
void CatchUp(Lane& lane) { lane.Acknowledge(LoadAcquire(&lane.region().header()->removals)); }

double TotalOf(const Region& region, uint32_t series) {
  const CounterTotal total = ReadCounter(region, region.entries()[series]);
  return double(total.ones) + total.amounts;
}

uint32_t CountOf(const Region& region, uint32_t family) {
  return LoadAcquire(&region.entries()[family].live_series);
}

bool IsShown(const Region& region, uint32_t series) {
  const Frame frame = TakeSnapshot(region);
  return frame.states[series] == uint8_t(EntryState::kLive);
}

void TestRemoval() {
  const std::shared_ptr<Region> region = SmallRegion();
  const std::shared_ptr<Lane> lane = ClaimLane(region);
  const uint32_t family = AddFamily(*region, CounterFamily("a_total", 2));
  AddOverflowSeries(*region, family, kOverflowKey);
  const SeriesResult first = FindOrAddSeries(*region, family, Key(1));

  Behaviour removed("remove: hidden at once, only once, and told to everybody");
  const uint64_t changes = region->header()->layout_changes;
  uint64_t epoch = 0;
  std::vector<uint32_t> entries;
  removed.Expect(!RemoveSeries(*region, family, Key(2)), "one that never was");
  removed.Expect(RemoveSeries(*region, family, Key(1)), "the first time");
  removed.Expect(!RemoveSeries(*region, family, Key(1)), "the second time");
  removed.Equal(region->header()->layout_changes, changes + 1, "layout_changes");
  removed.Expect(!IsShown(*region, first.index), "still shown");
  removed.Expect(!IsLiveSeries(*region, first.index, first.generation), "still live");
  removed.Expect(FindLive(*region, family, Key(1)).index == kNoIndex, "still found");
  removed.Equal(CountOf(*region, family), 0u, "series counted");
  removed.Expect(RemovedSince(*region, &epoch, &entries) && epoch == 1, "epoch");
  removed.Expect(entries == std::vector<uint32_t>{first.index}, "which");

  Behaviour another("remove: the same labels are another series afterwards");
  CounterWriter held(*lane, first.index);
  const SeriesResult second = FindOrAddSeries(*region, family, Key(1));
  another.Expect(second.outcome == SeriesOutcome::kOwn && second.index != first.index, "entry");
  another.Expect(second.is_delayed, "that a thread may hold the first is told");
  held.Increment();
  another.Equal(TotalOf(*region, second.index), 0.0, "what the old handle records");

  Behaviour room("remove: makes room in a family that is full");
  const auto outcome = [&](int key) { return FindOrAddSeries(*region, family, Key(key)).outcome; };
  room.Equal(outcome(2), SeriesOutcome::kOwn, "second");
  room.Equal(outcome(3), SeriesOutcome::kOverflow, "third");
  RemoveSeries(*region, family, Key(1));
  room.Equal(outcome(3), SeriesOutcome::kOwn, "third again");
  room.Equal(outcome(1), SeriesOutcome::kOverflow, "first");
  for (int i = 0; i < 100; ++i) {
    RemoveSeries(*region, family, Key(3));
    AddSeries(*region, family, Key(3));
  }
  room.Equal(CountOf(*region, family), 2u, "series counted after coming and going");

  Behaviour many("remove: whoever is too far behind is told so");
  entries.clear();
  epoch = 1;
  for (uint32_t i = 0; i < kRemovalsKept; ++i) {
    CatchUp(*lane);
    RemoveSeries(*region, family, Key(3));
    AddSeries(*region, family, Key(3));
  }
  many.Expect(!RemovedSince(*region, &epoch, &entries), "all are known");
  many.Equal(epoch, region->header()->removals, "epoch");
  entries.clear();
  epoch -= kRemovalsKept - 1;
  many.Expect(RemovedSince(*region, &epoch, &entries), "one less is not");
  many.Equal(entries.size(), size_t{kRemovalsKept - 1}, "entries");
}

void TestReuse() {
  const std::shared_ptr<Region> region = SmallRegion();
  const std::shared_ptr<Lane> lane = ClaimLane(region);
  const std::shared_ptr<Lane> other = ClaimLane(region);
  const uint32_t family = AddFamily(*region, CounterFamily("a_total"));
  const SeriesResult first = FindOrAddSeries(*region, family, Key(1));
  CounterWriter counter(*lane, first.index);
  counter.Increment();
  CounterWriter(*other, first.index).Add(2.5);
  ResetAll(*region);
  counter.Add(3);
  RemoveSeries(*region, family, Key(1));

  Behaviour waits("reuse: not before every thread has let go");
  CatchUp(*lane);
  waits.Expect(FindOrAddSeries(*region, family, Key(2)).index != first.index, "one had not");
  waits.Expect(region->entries()[first.index].state == uint32_t(EntryState::kRemoved), "state");
  CatchUp(*other);
  const double created = UnixMilliseconds();
  const SeriesResult next = FindOrAddSeries(*region, family, Key("a longer name than before"));
  waits.Equal(next.index, first.index, "entry");
  waits.Expect(!next.is_delayed, "delayed");

  Behaviour fresh("reuse: nothing is left of the series before it");
  const Entry& entry = region->entries()[first.index];
  fresh.Equal(next.generation, first.generation + 1, "generation");
  fresh.Equal(TotalOf(*region, next.index), 0.0, "total");
  fresh.Expect(entry.created_unix_milliseconds >= created, "created");
  fresh.Equal(KeyOf(*region, entry), Key("a longer name than before"), "key");
  fresh.Expect(!IsLiveSeries(*region, first.index, first.generation), "the old one lives");
  counter.Increment();
  fresh.Equal(TotalOf(*region, next.index), 1.0, "what comes afterwards");

  Behaviour gone("reuse: a thread that is gone keeps nothing back");
  RemoveSeries(*region, family, Key("a longer name than before"));
  CatchUp(*lane);
  const_cast<std::shared_ptr<Lane>&>(other)->End();
  gone.Equal(FindOrAddSeries(*region, family, Key(3)).index, first.index, "entry");

  Behaviour kinds("reuse: histograms and gauges begin with nothing too");
  FamilySpec zero = GaugeFamily("zero", Combine::kLast);
  zero.description = R"({"initial":0})";
  const uint32_t waits_family = AddFamily(*region, HistogramFamily("b_seconds", {1, 2}));
  const uint32_t families[] = {waits_family, AddFamily(*region, GaugeFamily("c", Combine::kLast)),
                               AddFamily(*region, GaugeFamily("d", Combine::kMaximum)),
                               AddFamily(*region, zero)};
  for (const uint32_t each : families) {
    const uint32_t series = AddSeries(*region, each, Key(1));
    if (each == waits_family) {
      HistogramWriter histogram(*lane, series);
      for (const double value : {0.5, 1.5, 2.5, 0.0, 1e12, 1.0}) histogram.Record(value);
      histogram.Spill(0.5);
    } else {
      GaugeWriter(*lane, series).Set(7);
    }
    RemoveSeries(*region, each, Key(1));
    CatchUp(*lane);
    kinds.Equal(AddSeries(*region, each, Key(2)), series, "entry");
  }
  HistogramTotal total;
  const uint32_t wait = AddSeries(*region, waits_family, Key(2));
  HistogramWriter(*lane, wait).Record(1.25);
  JournalledLanes journalled(*region);
  ReadHistogram(*region, region->entries()[wait], *FamilyOf(*region, waits_family), &journalled,
                &total);
  int64_t count = total.below + total.above + total.spills[0] + total.spills[1];
  total.cells.ForEach(0, FamilyOf(*region, waits_family)->cell_count,
                      [&count](uint32_t, int64_t cell) { count += cell; });
  kinds.Equal(count, 1, "count");
  kinds.Equal(total.sum, 1.25, "sum");
  kinds.Equal(total.minimum, 1.25, "minimum");
  const auto gauge = [&](int at) {
    return ReadGauge(*region, region->entries()[AddSeries(*region, families[at], Key(2))]).value;
  };
  kinds.Expect(std::isnan(gauge(1)), "a gauge that keeps the last value");
  kinds.Expect(std::isnan(gauge(2)), "a gauge that combines threads");
  kinds.Equal(gauge(3), 0.0, "a gauge that starts at 0");
}

void TestExemplars() {
  Behaviour own("reuse: the exemplars of a series are not those of the one before it");
  RegionSizes sizes = SmallSizes();
  sizes.exemplar_bytes = 64 << 10;
  const std::shared_ptr<Region> region = MakeRegion(sizes);
  const std::shared_ptr<Lane> lane = ClaimLane(region);
  const uint32_t family = AddFamily(*region, CounterFamily("a_total"));
  const uint32_t series = AddSeries(*region, family, Key(1));
  const uint32_t pair = FindOrAddExemplar(*lane, series, 0);
  WriteExemplar(*lane, pair, 1, UnixMilliseconds(),
                "a\xff"
                "b\xff");
  own.Equal(TakeSnapshot(*region).exemplars.series.size(), size_t{1}, "of the first");
  RemoveSeries(*region, family, Key(1));
  CatchUp(*lane);
  own.Equal(AddSeries(*region, family, Key(2)), series, "entry");
  own.Equal(TakeSnapshot(*region).exemplars.series.size(), size_t{0}, "of the second");
  own.Equal(FindOrAddExemplar(*lane, series, 0), pair, "its slots");
  own.Equal(TakeSnapshot(*region).exemplars.series.size(), size_t{0}, "before one was written");
  WriteExemplar(*lane, pair, 2, UnixMilliseconds(),
                "a\xff"
                "c\xff");
  own.Equal(TakeSnapshot(*region).exemplars.series.size(), size_t{1}, "afterwards");

  Behaviour wraps("exemplars: sequences wrap, and slots go on taking turns");
  ExemplarSlot* slots = region->exemplars(lane->index()) + pair;
  slots[0].sequence = 0xfffffffe;
  slots[1].sequence = 0xffffffff;
  const uint32_t expected[] = {0, 1, 2, 3};
  for (const uint32_t sequence : expected) {
    WriteExemplar(*lane, pair, sequence, UnixMilliseconds(), "");
    wraps.Equal(slots[sequence % 2].sequence, sequence, "sequence");
  }
}

// Many label sets one after the other, some alive at a time: room for those is enough.
void TestChurn() {
  Behaviour endless("reuse: label sets without end find room where a hundred live at a time");
  RegionSizes sizes = SmallSizes();
  sizes.entries = 400;
  const std::shared_ptr<Region> region = MakeRegion(sizes);
  const std::shared_ptr<Lane> lane = ClaimLane(region);
  const uint32_t family = AddFamily(*region, CounterFamily("a_total"));
  const uint32_t waits = AddFamily(*region, HistogramFamily("b", {1}, 1, 1e-3, 1e3, 14));
  AddOverflowSeries(*region, family, kOverflowKey);
  AddOverflowSeries(*region, waits, kOverflowKey);
  int missed = 0;
  uint64_t entries = 0;
  for (int number = 0; number < 60000; ++number) {
    for (const uint32_t each : {family, waits}) {
      const SeriesResult result = FindOrAddSeries(*region, each, Key(number * 7919));
      if (result.outcome != SeriesOutcome::kOwn) ++missed;
      if (each == family) {
        CounterWriter counter(*lane, result.index);
        if (TotalOf(*region, result.index) != 0) ++missed;
        counter.Increment();
      } else {
        HistogramWriter(*lane, result.index).Record(number % 100 + 1);
      }
      if (number >= 100) RemoveSeries(*region, each, Key((number - 100) * 7919));
    }
    CatchUp(*lane);
    if (number == 1000) entries = region->EntryCount();
  }
  endless.Equal(missed, 0, "in the overflow series, or not from nothing");
  endless.Equal(uint64_t{region->EntryCount()}, entries, "entries since the first thousand");
  endless.Equal(CountOf(*region, family), 100u, "series counted");
}

void TestOverflow() {
  const std::shared_ptr<Region> region = SmallRegion();
  const std::shared_ptr<Lane> lane = ClaimLane(region);
  const uint32_t family = AddFamily(*region, HistogramFamily("a", {1}));
  const uint32_t counters = AddFamily(*region, CounterFamily("b_total", 1));
  Behaviour back("overflow: removed, it comes back from nothing with what overflows next");
  for (const uint32_t each : {family, counters}) AddOverflowSeries(*region, each, kOverflowKey);
  const uint32_t overflow = region->entries()[counters].overflow_entry;
  AddSeries(*region, counters, Key(1));
  for (uint32_t round = 0; round < 5; ++round) {
    const SeriesResult result = FindOrAddSeries(*region, counters, Key(2));
    back.Equal(result.index, overflow, "index");
    back.Equal(result.generation, round + 1, "generation");
    back.Equal(result.shortage, Shortage::kMaxSeries, "what ran out");
    CounterWriter counter(*lane, overflow);
    counter.Increment();
    back.Equal(TotalOf(*region, overflow), 1.0, "total");
    back.Expect(RemoveSeries(*region, counters, kOverflowKey), "not removed");
    back.Equal(StateAt(*region, overflow), EntryState::kDormant, "state");
    counter.Increment();  // by somebody who does not know yet
  }
  back.Equal(AddSeries(*region, counters, kOverflowKey), overflow, "by its labels");
  back.Equal(StateAt(*region, overflow), EntryState::kLive, "state by its labels");

  Behaviour no_memory("overflow: what cannot come back from nothing does not come back");
  // The baseline lane has no page yet where this one's cells are.
  const uint32_t heavy = region->entries()[family].overflow_entry;
  AddSeries(*region, family, kOverflowKey);
  HistogramWriter(*lane, heavy).Record(1.5);
  RemoveSeries(*region, family, kOverflowKey);
  {
    const FullFileSystem full(*region);
    const SeriesResult result = FindOrAddSeries(*region, family, kOverflowKey);
    no_memory.Equal(result.outcome, SeriesOutcome::kFull, "outcome");
    no_memory.Equal(result.shortage, Shortage::kMemory, "what ran out");
  }
  no_memory.Equal(AddSeries(*region, family, kOverflowKey), heavy, "afterwards");
  HistogramTotal total;
  JournalledLanes journalled(*region);
  ReadHistogram(*region, region->entries()[heavy], *FamilyOf(*region, family), &journalled, &total);
  no_memory.Equal(total.sum, 0.0, "sum");
}

void TestThreads() {
  Behaviour exact("reuse: threads that come and go while others record lose nothing of the living");
  std::atomic<int> own{0};
  RegionSizes sizes = SmallSizes();
  sizes.lanes = 8;
  const std::shared_ptr<Region> region = MakeRegion(sizes);
  const uint32_t family = AddFamily(*region, CounterFamily("a_total", 60));
  AddOverflowSeries(*region, family, kOverflowKey);
  const uint32_t steady = AddSeries(*region, family, Key("steady"));
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      const std::shared_ptr<Lane> lane = ClaimLane(region);
      CounterWriter all(*lane, steady);
      for (int round = 0; round < 3000; ++round) {
        const std::string key = Key(std::to_string(thread) + "-" + std::to_string(round));
        const SeriesResult series = FindOrAddSeries(*region, family, key);
        all.Increment();
        // Whoever is not scheduled for long keeps all that was removed meanwhile.
        if (series.outcome == SeriesOutcome::kOwn) {
          ++own;
          CounterWriter counter(*lane, series.index);
          exact.Equal(TotalOf(*region, series.index), 0.0, "total of a new one");
          counter.Increment();
          exact.Equal(TotalOf(*region, series.index), 1.0, "total of one's own");
          exact.Expect(RemoveSeries(*region, family, key), "not removed");
        }
        CatchUp(*lane);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  exact.Equal(TotalOf(*region, steady), 12000.0, "steady");
  exact.Expect(own > 1000, std::to_string(own) + " found room");
  exact.Equal(CountOf(*region, family), 1u, "series counted");
}

}  // namespace

int main() {
  TestRemoval();
  TestReuse();
  TestExemplars();
  TestChurn();
  TestOverflow();
  TestThreads();
  return FailedBehaviours() == 0 ? 0 : 1;
}
