// The history: every slot of its grid has a record, and what is read of it is copied once.

#include "history.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "check.h"
#include "history_index.h"
#include "lane_writer.h"
#include "snapshot.h"

using namespace vsr_metrics;

namespace {

constexpr uint64_t kSecond = 1000000000;

// A region with a counter and two gauges, whose history holds so many bytes.
struct Recorded {
  explicit Recorded(uint64_t history_bytes) {
    RegionSizes sizes = SmallSizes();
    sizes.history_bytes = history_bytes;
    region = MakeRegion(sizes);
    Error error;
    lane = Lane::Claim(region, &error);
    steps = AddSeries(*region, AddFamily(*region, CounterFamily("steps_total")), "{}");
    depth = AddSeries(*region, AddFamily(*region, GaugeFamily("depth", Combine::kLast)), "{}");
    width = AddSeries(*region, AddFamily(*region, GaugeFamily("width", Combine::kLast)), "{}");
    lane->Bind(steps);
  }

  HistoryKey Counter(uint32_t series) const { return {series, GenerationOf(series), 1}; }
  HistoryKey Gauge(uint32_t series) const { return {series, GenerationOf(series), 2}; }
  uint32_t GenerationOf(uint32_t series) const { return region->entries()[series].generation; }

  void Append(uint32_t ring, double value, double unix_milliseconds, double monotonic) {
    GaugeWriter(*lane, depth).Set(value);
    Frame frame = TakeSnapshot(*region, ring == kEverything ? Scope::kAll : Scope::kGauges);
    frame.taken_unix_milliseconds = unix_milliseconds;
    frame.taken_monotonic_milliseconds = monotonic;
    AppendHistory(*region, ring, frame);
  }

  std::shared_ptr<Region> region;
  std::shared_ptr<Lane> lane;
  uint32_t steps;
  uint32_t depth;
  uint32_t width;
};

// The history of a region, and how much of it was copied.
class CountedHistory : public MappedHistory {
 public:
  explicit CountedHistory(const Region& region) : MappedHistory(region) {}
  bool Read(uint64_t offset, uint64_t size, uint8_t* to) const override {
    bytes += size;
    return MappedHistory::Read(offset, size, to);
  }
  mutable uint64_t bytes = 0;
};

size_t PointsOf(const Recorded& recorded, const HistoryKey& key) {
  HistoryIndex index;
  index.Update(MappedHistory(*recorded.region));
  return index.Find(key, 0, 1e300).taken_unix_milliseconds.size();
}

void TestGrid() {
  Behaviour grid("history: every slot of the grid has one record, however late its recorder is");
  const Recorded recorded(1 << 20);
  HistoryRecorder recorder;
  // Called some hundred milliseconds late now and then, and early after it.
  const uint64_t late[] = {0, 900, 1, 999, 0, 500, 2, 0, 300, 0};
  const uint64_t start = 1000 * kSecond;
  for (uint64_t second = 0; second < 100; ++second) {
    recorder.Record(*recorded.region, start + second * kSecond + late[second % 10] * 1000000);
  }
  // The counter stands in the ring of everything alone.
  grid.Equal(PointsOf(recorded, recorded.Counter(recorded.steps)), size_t{10}, "every 10 s");
  HistoryIndex index;
  index.Update(MappedHistory(*recorded.region));
  HistoryRing rings[kHistoryRings];
  MappedHistory(*recorded.region).ReadRings(rings);
  const uint64_t record = (sizeof(HistoryRecord) + 2 * (sizeof(HistorySeries) + 16));
  const uint64_t padded = (record + sizeof(HistoryRecord) - 1) / sizeof(HistoryRecord);
  grid.Equal(rings[kGaugesOnly].head / (padded * sizeof(HistoryRecord)), uint64_t{100},
             "every second");
}

void TestSuccession() {
  Behaviour goes_on("history: whoever takes over from another records no slot twice");
  const Recorded recorded(1 << 20);
  const uint64_t now = MonotonicNanoseconds();
  HistoryRecorder().Record(*recorded.region, now);
  HistoryRecorder successor;
  // Seconds pass while a test is stopped, so that the slot is that of the record, not of now.
  const double taken = [&recorded] {
    HistoryIndex index;
    index.Update(MappedHistory(*recorded.region));
    return index.Find(recorded.Counter(recorded.steps), 0, 1e300)
        .taken_monotonic_milliseconds.front();
  }();
  successor.Record(*recorded.region, uint64_t(taken * 1e6));
  goes_on.Equal(PointsOf(recorded, recorded.Counter(recorded.steps)), size_t{1}, "at first");
  successor.Record(*recorded.region, uint64_t(taken * 1e6) + 10 * kSecond);
  goes_on.Equal(PointsOf(recorded, recorded.Counter(recorded.steps)), size_t{2}, "one slot later");
}

void TestCopies() {
  Behaviour once("history: what has not changed is copied once, whoever is looked up in it");
  Recorded recorded(64 << 10);
  for (int i = 0; i < 5; ++i) recorded.Append(kGaugesOnly, i, 1000 * i, 1000 * i);
  const CountedHistory source(*recorded.region);
  HistoryIndex index;
  index.Update(source);
  const uint64_t copied = source.bytes;
  HistoryRing rings[kHistoryRings];
  source.ReadRings(rings);
  once.Equal(copied, rings[kGaugesOnly].head, "from the tail to the head");
  for (int i = 0; i < 50; ++i) {
    index.Update(source);
    once.Equal(index.Find(recorded.Gauge(recorded.depth), 0, 1e300).values.size(), size_t{10}, "");
  }
  once.Equal(source.bytes, copied, "fifty series more");
  recorded.Append(kGaugesOnly, 5, 5000, 5000);
  index.Update(source);
  once.Equal(index.Find(recorded.Gauge(recorded.depth), 0, 1e300).values.size(), size_t{12},
             "once it has changed");
  once.Equal(index.Find(recorded.Gauge(recorded.depth), 1500, 3000).values.size(), size_t{4},
             "of a part");
  index.Clear();
  index.Update(source);
  once.Equal(index.Find(recorded.Gauge(recorded.depth), 0, 1e300).values.size(), size_t{12},
             "after it was forgotten");
}

void TestWrapping() {
  Behaviour round("history: a ring that goes round keeps its newest records, in order");
  Recorded recorded(12 << 10);  // four records of gauges are 512 bytes
  HistoryIndex index;
  size_t most = 0;
  for (int i = 0; i < 500; ++i) {
    recorded.Append(kGaugesOnly, i, i, i);
    index.Update(MappedHistory(*recorded.region));
    const SeriesHistory history = index.Find(recorded.Gauge(recorded.depth), 0, 1e300);
    const size_t points = history.taken_unix_milliseconds.size();
    most = std::max(most, points);
    for (size_t point = 0; point < points; ++point) {
      const double wanted = i - double(points) + 1 + double(point);
      round.Equal(history.values[2 * point], wanted, "value");
      round.Equal(history.taken_monotonic_milliseconds[point], wanted, "time");
    }
    round.Expect(points >= most - 1, "it forgets more than it has to");
  }
  round.Expect(most > 10 && most < 500, std::to_string(most) + " records");
}

void TestGenerations() {
  Behaviour apart("history: another series of the same entry has a past of its own");
  Recorded recorded(64 << 10);
  recorded.Append(kEverything, 1, 1, 1);
  const HistoryKey before = recorded.Gauge(recorded.depth);
  recorded.region->entries()[recorded.depth].generation += 1;
  recorded.Append(kEverything, 2, 2, 2);
  HistoryIndex index;
  index.Update(MappedHistory(*recorded.region));
  apart.Equal(index.Find(before, 0, 1e300).values[0], 1.0, "the first");
  apart.Equal(index.Find(recorded.Gauge(recorded.depth), 0, 1e300).values[0], 2.0, "the second");
  HistoryKey wider = before;
  wider.width = 3;
  apart.Equal(index.Find(wider, 0, 1e300).values.size(), size_t{0}, "of another width");
  apart.Equal(index.Find({1u << 30, 1, 2}, 0, 1e300).values.size(), size_t{0}, "of no entry");
}

void TestClocks() {
  Behaviour merged("history: both rings in the order of the clock that nobody sets");
  Recorded recorded(64 << 10);
  // The time of day is set back an hour after the second record of either ring.
  const double hour = 3600000;
  recorded.Append(kEverything, 0, 5 * hour, 100);
  recorded.Append(kEverything, 10, 5 * hour + 10000, 10100);
  recorded.Append(kGaugesOnly, 10, 5 * hour + 10000, 10101);
  recorded.Append(kGaugesOnly, 11, 4 * hour + 11000, 11100);
  recorded.Append(kEverything, 20, 4 * hour + 20000, 20100);
  recorded.Append(kGaugesOnly, 20, 4 * hour + 20000, 20101);
  HistoryIndex index;
  index.Update(MappedHistory(*recorded.region));
  const SeriesHistory history = index.Find(recorded.Gauge(recorded.depth), 0, 1e300);
  std::vector<double> values;
  for (size_t point = 0; point < history.values.size(); point += 2) {
    values.push_back(history.values[point]);
  }
  const std::vector<double> wanted = {0, 10, 10, 11, 20};
  merged.Expect(values == wanted, "values");
  for (size_t point = 1; point < values.size(); ++point) {
    merged.Expect(history.taken_monotonic_milliseconds[point - 1] <
                      history.taken_monotonic_milliseconds[point],
                  "the clock steps back");
  }
}

void TestFullDisk() {
  Behaviour full("history: on a full file system it stops, and goes on later");
  Recorded recorded(12 << 10);
  for (int i = 0; i < 3; ++i) recorded.Append(kGaugesOnly, i, i, i);
  const size_t before = PointsOf(recorded, recorded.Gauge(recorded.depth));
  {
    const FullFileSystem nothing_left(*recorded.region);
    for (int i = 3; i < 6; ++i) recorded.Append(kGaugesOnly, i, i, i);
    full.Expect(PointsOf(recorded, recorded.Gauge(recorded.depth)) <= before, "it grew");
  }
  recorded.Append(kGaugesOnly, 7, 7, 7);
  full.Equal(PointsOf(recorded, recorded.Gauge(recorded.depth)), before + 1, "afterwards");
}

}  // namespace

int main() {
  TestGrid();
  TestSuccession();
  TestCopies();
  TestWrapping();
  TestGenerations();
  TestClocks();
  TestFullDisk();
  return FailedBehaviours() == 0 ? 0 : 1;
}
