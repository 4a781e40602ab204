// Exemplars: the newest of each bucket over all lanes, whoever dies or writes meanwhile.

#include "vsr_metrics/exemplars.h"

#include <atomic>
#include <cmath>
#include <cstring>
#include <string>
#include <thread>

#include "check.h"
#include "lane_writer.h"
#include "snapshot.h"
#include "vsr_metrics/baseline.h"

using namespace vsr_metrics;

namespace {

// One label, as it stands in a slot.
std::string TextOf(const std::string& value) { return "trace_id\xff" + value + "\xff"; }

struct Fixture {
  explicit Fixture(uint32_t pairs = 16) {
    RegionSizes sizes = SmallSizes();
    sizes.exemplar_bytes = uint64_t{kExemplarsOfBucket} * pairs * sizeof(ExemplarSlot);
    region = MakeRegion(sizes);
    lane = Claim();
    histogram = AddSeries(*region, AddFamily(*region, HistogramFamily("wait", {1, 2})), "{}");
    counter = AddSeries(*region, AddFamily(*region, CounterFamily("steps_total")), "{}");
  }

  std::shared_ptr<Lane> Claim() {
    Error error;
    return Lane::Claim(region, &error);
  }

  // With the bucket that the value belongs to unless told otherwise.
  bool Write(Lane& into, uint32_t series, double value, double taken, uint32_t bucket = kNoIndex) {
    const uint32_t own = series == counter || value <= 1 ? 0 : value <= 2 ? 1 : 2;
    const uint32_t pair = FindOrAddExemplar(into, series, bucket == kNoIndex ? own : bucket);
    if (pair == kNoIndex) return false;
    WriteExemplar(into, pair, value, taken, TextOf(std::to_string(value)));
    return true;
  }

  ExemplarColumns Read() const { return TakeSnapshot(*region).exemplars; }

  std::shared_ptr<Region> region;
  std::shared_ptr<Lane> lane;
  uint32_t histogram;
  uint32_t counter;
};

std::string TextAt(const ExemplarColumns& columns, size_t row) {
  const uint32_t start = row == 0 ? 0 : columns.text_end[row - 1];
  return std::string(columns.text.begin() + start, columns.text.begin() + columns.text_end[row]);
}

void TestNewest() {
  Behaviour newest("exemplars: a bucket has the newest of all lanes");
  Fixture fixture;
  const std::shared_ptr<Lane> other = fixture.Claim();
  fixture.Write(*fixture.lane, fixture.histogram, 0.25, 1000);
  fixture.Write(*other, fixture.histogram, 0.5, 3000);
  fixture.Write(*fixture.lane, fixture.histogram, 0.75, 2000);
  fixture.Write(*fixture.lane, fixture.histogram, 1.5, 4000);
  // Two in one millisecond: the later one.
  fixture.Write(*fixture.lane, fixture.counter, 7, 5000);
  fixture.Write(*fixture.lane, fixture.counter, 8, 5000);
  const ExemplarColumns columns = fixture.Read();
  if (!newest.Equal(columns.series.size(), size_t{3}, "exemplars")) return;
  newest.Expect(columns.series[0] == fixture.histogram && columns.bucket[0] == 0, "row 0");
  newest.Equal(columns.value[0], 0.5, "of bucket 0");
  newest.Equal(columns.taken_unix_milliseconds[0], 3000.0, "when");
  newest.Equal(TextAt(columns, 0), TextOf(std::to_string(0.5)), "its text");
  newest.Expect(columns.bucket[1] == 1 && columns.value[1] == 1.5, "row 1");
  newest.Expect(columns.series[2] == fixture.counter && columns.value[2] == 8, "row 2");
  newest.Equal(TextAt(columns, 2), TextOf(std::to_string(8.0)), "the last text");
}

void TestHalfWritten() {
  Behaviour half("exemplars: while one is half written the one before it is there");
  Fixture fixture;
  for (int word = 0; word < int(sizeof(ExemplarSlot) / 4); ++word) {
    fixture.Write(*fixture.lane, fixture.histogram, 0.25, 1000);
    fixture.Write(*fixture.lane, fixture.histogram, 0.5, 2000);
    ExemplarSlot* slots = fixture.region->exemplars(fixture.lane->index());
    ExemplarSlot& newest = slots[0].value == 0.5 ? slots[0] : slots[1];
    const size_t offset = 4 * size_t(word);
    const bool is_stored = offset < offsetof(ExemplarSlot, padding) ||
                           (offset >= offsetof(ExemplarSlot, text) &&
                            offset < offsetof(ExemplarSlot, text) + newest.text_size);
    reinterpret_cast<uint32_t*>(&newest)[word] ^= 0x40;
    const ExemplarColumns columns = fixture.Read();
    const std::string where = "word " + std::to_string(word);
    if (half.Equal(columns.value.size(), size_t{1}, where)) {
      half.Equal(columns.value[0], is_stored ? 0.25 : 0.5, where);
    }
    reinterpret_cast<uint32_t*>(&newest)[word] ^= 0x40;
  }
}

void TestForeign() {
  Behaviour foreign(
      "exemplars: one that is not of its bucket, its series or its kind is not shown");
  Fixture fixture;
  const uint32_t gauge = AddSeries(
      *fixture.region, AddFamily(*fixture.region, GaugeFamily("depth", Combine::kSum)), "{}");
  fixture.Write(*fixture.lane, fixture.histogram, 1.5, 1000, 0);
  fixture.Write(*fixture.lane, fixture.histogram, 2.0, 1000, 2);
  fixture.Write(*fixture.lane, fixture.histogram, 5, 1000, 3);
  fixture.Write(*fixture.lane, fixture.histogram, 5, 1000, ~1u);
  fixture.Write(*fixture.lane, fixture.histogram, NAN, 1000, 1);
  fixture.Write(*fixture.lane, fixture.counter, 1, NAN);
  fixture.Write(*fixture.lane, fixture.counter, 1, 1000, 1);
  fixture.Write(*fixture.lane, gauge, 1, 1000, 0);
  fixture.Write(*fixture.lane, 255, 1, 1000, 0);
  fixture.Write(*fixture.lane, ~1u, 1, 1000, 0);
  fixture.Write(*fixture.lane, fixture.region->entries()[fixture.counter].family, 1, 1000, 0);
  foreign.Equal(fixture.Read().series.size(), size_t{0}, "shown");
  fixture.Write(*fixture.lane, fixture.histogram, 2.0, 1000);
  foreign.Equal(fixture.Read().series.size(), size_t{1}, "on its bound, shown");
}

void TestReset() {
  Behaviour reset("exemplars: go with a reset and with their series");
  Fixture fixture;
  const uint32_t family = AddFamily(*fixture.region, CounterFamily("seen_total"));
  const uint32_t removed = AddSeries(*fixture.region, family, R"({"a":"b"})");
  fixture.Write(*fixture.lane, fixture.histogram, 0.5, 1000);
  fixture.Write(*fixture.lane, removed, 1, 1000, 0);
  RemoveSeries(*fixture.region, family, R"({"a":"b"})");
  reset.Equal(fixture.Read().series.size(), size_t{1}, "after the series was removed");
  const uint32_t next = AddSeries(*fixture.region, family, R"({"a":"b"})");
  reset.Equal(fixture.Read().series.size(), size_t{1}, "after there was another one");
  ResetAll(*fixture.region);
  reset.Equal(fixture.Read().series.size(), size_t{0}, "after a reset");
  fixture.Write(*fixture.lane, fixture.histogram, 0.5, 1000);
  fixture.Write(*fixture.lane, next, 1, 1000, 0);
  reset.Equal(fixture.Read().series.size(), size_t{2}, "new ones");
}

void TestCapacity() {
  Behaviour capacity("exemplars: end softly, and a lane's next owner goes on in the same slots");
  Fixture fixture(2);
  const auto write = [&](double value) {
    return fixture.Write(*fixture.lane, fixture.histogram, value, 1000 + value);
  };
  capacity.Expect(write(0.5) && write(1.5), "what there is room for");
  capacity.Expect(write(0.75), "a bucket that has its slots");
  // The section is rounded up to pages, so there may be room for a few more.
  uint32_t bucket = 3;
  while (FindOrAddExemplar(*fixture.lane, fixture.histogram, bucket) != kNoIndex) ++bucket;
  capacity.Expect(bucket < 8, "there is no end");
  const uint32_t index = fixture.lane->index();
  const uint32_t used = ExemplarsInUse(*fixture.region, index);
  fixture.lane = nullptr;
  fixture.lane = fixture.Claim();
  capacity.Equal(fixture.lane->index(), index, "the same lane");
  capacity.Expect(write(0.25), "the next owner");
  capacity.Equal(ExemplarsInUse(*fixture.region, index), used, "slots in use");
  capacity.Equal(fixture.Read().series.size(), size_t{2}, "exemplars");

  Behaviour full("exemplars: without memory none is kept");
  Fixture poor;
  const FullFileSystem nothing_left(*poor.region);
  full.Expect(!poor.Write(*poor.lane, poor.histogram, 0.5, 1000), "one was kept");

  Behaviour none("exemplars: a region without any has room for none");
  const std::shared_ptr<Region> region = SmallRegion();
  Error error;
  const std::shared_ptr<Lane> lane = Lane::Claim(region, &error);
  none.Equal(FindOrAddExemplar(*lane, 1, 0), kNoIndex, "slot");
}

// A reader that never waits sees whole ones only: the text always tells the value.
void TestConcurrent() {
  Behaviour concurrent("exemplars: readers see whole ones only, while they are written");
  Fixture fixture;
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> written{0};
  std::thread writer([&] {
    const uint32_t pair = FindOrAddExemplar(*fixture.lane, fixture.histogram, 0);
    while (!stop) {
      const uint64_t count = written.fetch_add(1) % 1000 + 1;
      const std::string text = TextOf(std::string(size_t(count) / 3, char('a' + count % 26)));
      WriteExemplar(*fixture.lane, pair, double(count) / 1000, double(count), text);
    }
  });
  while (written.load() < 2) std::this_thread::yield();
  uint64_t seen = 0;
  for (int round = 0; round < 5000; ++round) {
    const ExemplarColumns columns = fixture.Read();
    if (columns.series.empty()) continue;
    ++seen;
    const auto count = uint64_t(columns.taken_unix_milliseconds[0]);
    concurrent.Equal(columns.value[0], double(count) / 1000, "value");
    const std::string text = TextOf(std::string(size_t(count) / 3, char('a' + count % 26)));
    concurrent.Equal(TextAt(columns, 0), text, "text");
  }
  stop = true;
  writer.join();
  concurrent.Expect(seen > 0, "none was seen");
  concurrent.Equal(fixture.Read().series.size(), size_t{1}, "afterwards");
}

}  // namespace

int main() {
  TestNewest();
  TestHalfWritten();
  TestForeign();
  TestReset();
  TestCapacity();
  TestConcurrent();
  return FailedBehaviours() == 0 ? 0 : 1;
}
