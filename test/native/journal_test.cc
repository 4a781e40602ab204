// The journal of a lane: what is recorded through it is seen at once, drained into the cells, and
// neither lost nor doubled by whoever dies, wherever in a batch that is.

#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "check.h"
#include "lane_writer.h"
#include "other_process.h"
#include "region_reader.h"
#include "snapshot.h"
#include "vsr_metrics/attach.h"

using namespace vsr_metrics;

namespace {

constexpr uint32_t kHistograms = 3;

// What JavaScript does, as plain as can be.
class JournalWriter {
 public:
  explicit JournalWriter(Lane& lane)
      : lane_(&lane), header_(lane.region().journal(lane.index())), position_(Start(lane)) {}

  void Record(uint32_t series, double value) {
    if (room_ == 0) room_ = lane_->journal()->Room(position_);
    StoreRecord(header_, position_++, series + 1.0, value);
    --room_;
  }
  bool RecordSlowly(uint32_t series, double value, uint64_t times) {
    const bool is_recorded = lane_->journal()->Record(position_++, series, value, times);
    room_ = 0;
    return is_recorded;
  }
  uint64_t position() const { return position_; }

 private:
  static uint64_t Start(Lane& lane) {
    lane.OpenJournal();
    return lane.journal()->position();
  }

  Lane* lane_;
  JournalHeader* header_;
  uint64_t position_;
  uint64_t room_ = 0;
};

// A region with a few histograms and a lane whose journal is open.
struct Scene {
  Scene() : region(SmallRegion()) {
    Error error;
    lane = Lane::Claim(region, &error);
    for (uint32_t i = 0; i < kHistograms; ++i) {
      const FamilySpec spec =
          HistogramFamily("wait_" + std::to_string(i), {0.5, 1, 2}, 1, 1e-3, 1e3);
      series.push_back(AddSeries(*region, AddFamily(*region, spec), "{}"));
      lane->Bind(series.back());
    }
    writer = std::make_unique<JournalWriter>(*lane);
  }

  std::shared_ptr<Region> region;
  std::shared_ptr<Lane> lane;
  std::vector<uint32_t> series;
  std::unique_ptr<JournalWriter> writer;
};

// What should be there, counted apart.
struct Tally {
  uint64_t count = 0;
  double sum = 0;
  double minimum = INFINITY;
  double maximum = -INFINITY;

  void Add(double value, uint64_t times = 1) {
    count += times;
    sum += value * double(times);
    minimum = std::min(minimum, value);
    maximum = std::max(maximum, value);
  }
};

// Values that doubles add exactly, some of them out of range.
double SomeValue(uint64_t number) {
  if (number % 97 == 13) return 0;
  if (number % 89 == 7) return 4096;
  return double(1 + number * 7 % 500) / 64;
}

void ExpectReading(Behaviour* behaviour, const Frame& frame, uint32_t series, const Tally& tally,
                   const std::string& where) {
  const size_t start = frame.offsets[series];
  behaviour->Equal(uint64_t(frame.values[start + 3]), tally.count, where + ": count");
  behaviour->Equal(frame.values[start + 4], tally.count == 0 ? 0 : tally.sum, where + ": sum");
  if (tally.count == 0) return;
  behaviour->Equal(frame.values[start + 5], tally.minimum, where + ": minimum");
  behaviour->Equal(frame.values[start + 6], tally.maximum, where + ": maximum");
  double cells = 0;
  for (uint32_t i = frame.cell_start[series]; i < frame.cell_start[series + 1]; ++i) {
    cells += frame.cell_count[i];
  }
  behaviour->Equal(cells, double(tally.count), where + ": sum of the cells");
}

// As its own process sees it, and as one does that reads it from outside.
void ExpectTallies(Behaviour* behaviour, const Region& region, const std::vector<uint32_t>& series,
                   const std::vector<Tally>& tallies, const std::string& where) {
  const Frame inside = TakeSnapshot(region);
  RegionReader reader;
  Error error;
  const Region* copy = reader.Open(region.share_path(), &error) ? reader.Refresh(&error) : nullptr;
  // Twice, into the same memory.
  if (copy != nullptr) copy = reader.Refresh(&error);
  if (!behaviour->Expect(copy != nullptr, where + ": " + error.message)) return;
  const Frame outside = TakeSnapshot(*copy);
  for (size_t i = 0; i < series.size(); ++i) {
    ExpectReading(behaviour, inside, series[i], tallies[i], where + ", inside");
    ExpectReading(behaviour, outside, series[i], tallies[i], where + ", outside");
  }
}

void TestRecordsAreSeen() {
  Behaviour seen("journal: a record is seen in the ring, in its cell, and over many laps");
  Scene scene;
  std::vector<Tally> tallies(kHistograms);
  // Between 0 and 3 drains a lap, and the ring is full now and then.
  for (uint64_t number = 0; number < 5 * kJournalEntries; ++number) {
    const uint32_t which = uint32_t(number % kHistograms);
    scene.writer->Record(scene.series[which], SomeValue(number));
    tallies[which].Add(SomeValue(number));
    if (number % 3001 == 2) scene.lane->journal()->TryDrain();
    if (number % 577 == 1 || number == kJournalEntries - 1) {
      ExpectTallies(&seen, *scene.region, scene.series, tallies,
                    "after " + std::to_string(number + 1));
    }
  }
  scene.lane->journal()->Drain();
  ExpectTallies(&seen, *scene.region, scene.series, tallies, "drained");
  seen.Equal(scene.lane->journal()->position(), scene.writer->position(), "drained up to");
}

void TestSlowRecords() {
  Behaviour slow("journal: a value several times, and one that would make a sum infinite");
  Scene scene;
  std::vector<Tally> tallies(kHistograms);
  const uint32_t series = scene.series[0];
  for (int i = 0; i < 10; ++i) {
    scene.writer->Record(series, 0.25);
    tallies[0].Add(0.25);
    slow.Expect(scene.writer->RecordSlowly(series, 2, 1000), "a value 1,000 times is refused");
    tallies[0].Add(2, 1000);
  }
  ExpectTallies(&slow, *scene.region, scene.series, tallies, "several times");
  const double huge = std::numeric_limits<double>::max();
  slow.Expect(scene.writer->RecordSlowly(series, huge, 1), "the largest number is refused");
  tallies[0].Add(huge);
  slow.Expect(!scene.writer->RecordSlowly(series, huge, 1), "an infinite sum is taken");
  scene.writer->Record(series, 1);
  tallies[0].Add(1);
  ExpectTallies(&slow, *scene.region, scene.series, tallies, "as large as can be");
}

void TestHalfOfARecord() {
  Behaviour half("journal: half of a record is none, and stays none under the next owner");
  for (int which = 0; which < 2; ++which) {
    for (const uint64_t before : {uint64_t{5}, kJournalEntries - 1, kJournalEntries + 5}) {
      Scene scene;
      std::vector<Tally> tallies(kHistograms);
      for (uint64_t number = 0; number < before; ++number) {
        scene.writer->Record(scene.series[0], SomeValue(number));
        tallies[0].Add(SomeValue(number));
      }
      // One of the two stores of a thread that is stopped between them.
      const uint64_t position = scene.writer->position();
      JournalHeader* journal = scene.region->journal(scene.lane->index());
      JournalEntry& entry = RingOf(journal)[position % kJournalEntries];
      const double sign = IsNegativeLap(position) ? -1 : 1;
      if (which == 0) StoreRelaxed(&entry.series, sign * (scene.series[1] + 1));
      if (which == 1) StoreRelaxed(&entry.value, sign * 1.5);
      ExpectTallies(&half, *scene.region, scene.series, tallies, "half");
      // The lane changes hands; the other half of a record comes first.
      scene.lane->End();
      Error error;
      scene.lane = Lane::Claim(scene.region, &error);
      for (const uint32_t series : scene.series) scene.lane->Bind(series);
      JournalWriter next(*scene.lane);
      half.Equal(next.position(), position, "where the next owner goes on");
      if (which == 0) StoreRelaxed(&entry.value, sign * 1.5);
      if (which == 1) StoreRelaxed(&entry.series, sign * (scene.series[1] + 1));
      ExpectTallies(&half, *scene.region, scene.series, tallies, "the other half");
      next.Record(scene.series[2], 2);
      tallies[2].Add(2);
      ExpectTallies(&half, *scene.region, scene.series, tallies, "the next owner's record");
    }
  }
}

// The bytes of a lane and of its journal, to be put back.
struct LaneBytes {
  explicit LaneBytes(const Scene& scene) : scene(scene) {
    const RegionHeader& header = *scene.region->header();
    cells.assign(scene.lane->memory(), scene.lane->memory() + header.lane_stride);
    const auto* start = reinterpret_cast<uint8_t*>(scene.region->journal(scene.lane->index()));
    journal.assign(start, start + kJournalSize);
  }
  void PutBack() const {
    memcpy(scene.lane->memory(), cells.data(), cells.size());
    memcpy(scene.region->journal(scene.lane->index()), journal.data(), journal.size());
  }

  const Scene& scene;
  std::vector<uint8_t> cells;
  std::vector<uint8_t> journal;
};

// Every state in which a kill can leave a batch: before it is announced, with any of its words
// changed (stores need not arrive in order), and after.
void TestKilledInABatch() {
  Behaviour killed("journal: a batch that a kill has ended anywhere loses and doubles nothing");
  Scene scene;
  std::vector<Tally> tallies(kHistograms);
  const auto record = [&](uint32_t which, double value) {
    scene.writer->Record(scene.series[which], value);
    tallies[which].Add(value);
  };
  for (int i = 0; i < 30; ++i) record(uint32_t(i) % 2, 0.25 * (1 + i % 3));
  scene.lane->journal()->Drain();
  // The same cell twice, a cell of another page, one too small, one too large, another histogram.
  for (const double value : {0.25, 0.25, 64.0, 0.0, 4096.0}) record(0, value);
  record(2, 0.5);
  const LaneBytes before(scene);
  scene.lane->journal()->Drain();
  const LaneBytes after(scene);
  const auto& drained = *reinterpret_cast<const JournalHeader*>(after.journal.data());
  const uint64_t progress = reinterpret_cast<const JournalHeader*>(before.journal.data())->progress;
  JournalHeader* journal = scene.region->journal(scene.lane->index());
  std::map<uint64_t, uint64_t> words;  // that the batch changes, by their offsets
  for (uint32_t i = 0; i < drained.undo_count; ++i) {
    uint64_t word;
    memcpy(&word, &after.cells[drained.undo[i].offset], sizeof word);
    words[drained.undo[i].offset] = word;
  }
  killed.Equal(words.size(), size_t{7}, "words that change: five counts and two sums");
  for (uint32_t subset = 0; subset < 1u << words.size(); ++subset) {
    before.PutBack();
    // Memory for cells, extremes and `undo` are stored before progress says anything.
    for (const uint32_t series : scene.series) {
      const uint64_t head = scene.region->entries()[series].cell_offset;
      for (const size_t field :
           {offsetof(HistogramHead, touched_low), offsetof(HistogramHead, minimum),
            offsetof(HistogramHead, maximum)}) {
        memcpy(scene.lane->memory() + head + field, &after.cells[head + field], 8);
      }
    }
    memcpy(journal->undo, drained.undo, sizeof drained.undo);
    journal->undo_count = drained.undo_count;
    journal->progress = progress | kJournalBusy;
    uint32_t number = 0;
    for (const auto& [offset, word] : words) {
      if ((subset >> number++ & 1) != 0) memcpy(scene.lane->memory() + offset, &word, 8);
    }
    const std::string name = "words " + std::to_string(subset);
    ExpectTallies(&killed, *scene.region, scene.series, tallies, name + ", left like that");
    // As whoever takes the lane over.
    DrainLeftBehind(*scene.region, scene.lane->index());
    StoreRelaxed(&scene.region->lane_records()[scene.lane->index()].has_journal, uint32_t{1});
    ExpectTallies(&killed, *scene.region, scene.series, tallies, name + ", taken over");
    killed.Expect(journal->progress > (progress | kJournalBusy), name + ": progress came again");
    killed.Equal(JournalPosition(journal->progress), scene.writer->position(), "position");
  }
  after.PutBack();
}

void TestWithoutMemory() {
  Behaviour full("journal: values without memory for their cells are counted by bound");
  Scene scene;
  scene.writer->Record(scene.series[0], 1);
  scene.lane->journal()->Drain();
  {
    const FullFileSystem no_more(*scene.region);
    for (int i = 0; i < 3; ++i) scene.writer->Record(scene.series[1], 1.5);
    scene.writer->Record(scene.series[0], 1);
    scene.lane->journal()->Drain();
  }
  const Frame frame = TakeSnapshot(*scene.region);
  const double* bounds = &frame.values[frame.offsets[scene.series[1]]];
  full.Equal(bounds[1], 0.0, "up to 1");
  full.Equal(bounds[2], 3.0, "up to 2");
  full.Equal(bounds[3], 3.0, "count");
  const auto spilled = scene.lane->journal()->TakeSpilled();
  full.Expect(spilled.size() == 1 && spilled[0].first == scene.series[1] && spilled[0].second == 3,
              "what had no memory is not told");
  full.Expect(scene.lane->journal()->TakeSpilled().empty(), "it is told twice");
  Scene other;
  const FullFileSystem none(*other.region);
  Error error;
  const std::shared_ptr<Lane> lane = Lane::Claim(other.region, &error);
  full.Expect(!lane->OpenJournal(), "a journal without memory is opened");
  full.Expect(!other.region->HasJournal(lane->index()), "readers look into it");
}

void TestReuse() {
  Behaviour reuse(
      "journal: what is in the ring never lands in a series that has the place of another");
  Scene scene;
  FamilySpec spec = HistogramFamily("tenant_wait", {0.5, 1, 2}, 1, 1e-3, 1e3);
  spec.description = R"({"labels":["tenant"]})";
  const uint32_t family = AddFamily(*scene.region, spec);
  uint64_t records = 0;
  for (int round = 0; round < 50; ++round) {
    const std::string key = R"({"tenant":")" + std::to_string(round) + "\"}";
    const SeriesResult made = FindOrAddSeries(*scene.region, family, key);
    scene.lane->Bind(made.index);
    if (round > 0) reuse.Expect(!made.is_delayed && made.generation > 1, "the entry is not reused");
    Tally tally;
    for (int i = 0; i <= round; ++i, ++records) {
      scene.writer->Record(made.index, 0.75);
      tally.Add(0.75);
    }
    ExpectTallies(&reuse, *scene.region, {made.index}, {tally}, key);
    RemoveSeries(*scene.region, family, key);
    scene.lane->Acknowledge(LoadAcquire(&scene.region->header()->removals));
    reuse.Equal(scene.lane->journal()->position(), records, "drained before it acknowledges");
  }
}

void TestReset() {
  Behaviour reset("journal: a reset counts what is in the ring");
  Scene scene;
  for (int i = 0; i < 10; ++i) scene.writer->Record(scene.series[0], 0.25);
  ResetAll(*scene.region);
  std::vector<Tally> tallies(kHistograms);
  ExpectTallies(&reset, *scene.region, scene.series, tallies, "after the reset");
  scene.lane->journal()->Drain();
  ExpectTallies(&reset, *scene.region, scene.series, tallies, "drained after the reset");
}

void TestFork() {
  Behaviour fork_("journal: a child made by fork() leaves its parent's alone and waits for nobody");
  Scene scene;
  scene.writer->Record(scene.series[0], 1);
  // The background thread of the parent may be draining at that moment.
  std::atomic<bool> stop{false};
  std::thread background([&] {
    while (!stop) scene.lane->journal()->TryDrain();
  });
  for (int i = 0; i < 50; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      Journal& journal = *scene.lane->journal();
      journal.Drain();
      const bool has_room = journal.Room(3) == kJournalEntries - 3;
      const bool is_taken = journal.Record(3, scene.series[0], 1, 5);
      _exit(has_room && is_taken ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    fork_.Equal(status, 0, "the child's end");
  }
  stop = true;
  background.join();
  std::vector<Tally> tallies(kHistograms);
  tallies[0].Add(1);
  ExpectTallies(&fork_, *scene.region, scene.series, tallies, "after the children");
}

// Attaches, records, and tells how often. Runs until it is killed.
int RecordForEver(const std::string& path) {
  Error error;
  const std::shared_ptr<Region> region = AttachRegion(path, &error);
  const std::shared_ptr<Lane> lane = region == nullptr ? nullptr : Lane::Claim(region, &error);
  if (lane == nullptr) return 1;
  const uint32_t waits = AddSeries(*region, FindFamily(*region, "wait_0"), "{}");
  const uint32_t steps = AddSeries(*region, FindFamily(*region, "steps_total"), "{}");
  lane->Bind(waits);
  JournalWriter writer(*lane);
  CounterWriter counter(*lane, steps);
  Tell("recording");
  for (;;) {
    // Counted before and after: a kill falls between the two at most once.
    counter.Increment();
    writer.Record(waits, 0.5);
    counter.Add(1);
  }
}

void TestKilledProcesses() {
  Behaviour killed("journal: a process that is killed loses nothing but the record in flight");
  Scene scene;
  const uint32_t steps =
      AddSeries(*scene.region, AddFamily(*scene.region, CounterFamily("steps_total")), "{}");
  for (int life = 1; life <= 20; ++life) {
    OtherProcess other({"record", scene.region->share_path()});
    if (!killed.Expect(other.ReadLine() == "recording", "the other process does not record"))
      return;
    usleep(useconds_t(life * 613 % 5000));
    other.Kill();
    for (const bool is_swept : {false, true}) {
      if (is_swept) SweepLanes(*scene.region);
      const Frame frame = TakeSnapshot(*scene.region);
      const double count = frame.values[frame.offsets[scene.series[0]] + 3];
      CounterTotal total = SumCounter(*scene.region, scene.region->entries()[steps]);
      const std::string when = "life " + std::to_string(life) + (is_swept ? ", swept" : "");
      killed.Expect(count >= total.amounts && count <= double(total.ones),
                    when + ": " + std::to_string(count) + " of " + std::to_string(total.amounts) +
                        " to " + std::to_string(total.ones));
      killed.Equal(frame.values[frame.offsets[scene.series[0]] + 4], 0.5 * count, when + ": sum");
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 2 && std::string(argv[1]) == "record") return RecordForEver(argv[2]);
  TestRecordsAreSeen();
  TestSlowRecords();
  TestHalfOfARecord();
  TestKilledInABatch();
  TestWithoutMemory();
  TestReuse();
  TestReset();
  TestFork();
  TestKilledProcesses();
  return FailedBehaviours() == 0 ? 0 : 1;
}
