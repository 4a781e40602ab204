// Journals with everything at once: threads that come, record through the journal of their lane and
// leave; the background thread that drains; take-overs of lanes that were left as they were;
// snapshots and readers from outside. No record may be lost or seen twice, no total may step back,
// and ThreadSanitizer may find nothing to report.
//
// VSR_METRICS_STRESS_SECONDS says how long; 2 unless told otherwise.

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "check.h"
#include "lane_writer.h"
#include "region_reader.h"
#include "snapshot.h"

using namespace vsr_metrics;

namespace {

constexpr uint32_t kWriters = 3;
constexpr uint32_t kHistograms = 4;

std::chrono::seconds StressTime() {
  const char* value = getenv("VSR_METRICS_STRESS_SECONDS");
  return std::chrono::seconds(value == nullptr ? 2 : strtoul(value, nullptr, 10));
}

struct Scene {
  std::shared_ptr<Region> region = SmallRegion();
  std::vector<uint32_t> series;
  std::atomic<bool> stop{false};
  // Begun, and surely done: what readers see lies between.
  std::atomic<uint64_t> begun{0};
  std::atomic<uint64_t> done{0};
  std::atomic<uint64_t> drains{0};
  std::atomic<uint64_t> take_overs{0};
  // How many threads are coming or leaving, and how often one began to. Sums are of the same moment
  // as counts while a journal is open.
  std::atomic<uint64_t> changing{0};
  std::atomic<uint64_t> changes{0};
  std::atomic<uint64_t> sums_compared{0};
};

class Change {
 public:
  explicit Change(Scene* scene) : scene_(scene) {
    scene_->changing.fetch_add(1);
    scene_->changes.fetch_add(1);
  }
  ~Change() { scene_->changing.fetch_sub(1); }

 private:
  Scene* scene_;
};

// As JavaScript does it, with another thread that drains meanwhile as often as it can.
void Live(Scene* scene, Behaviour* behaviour, uint64_t life) {
  Error error;
  auto coming = std::make_unique<Change>(scene);
  const std::shared_ptr<Lane> lane = Lane::Claim(scene->region, &error);
  if (!behaviour->Expect(lane != nullptr && lane->OpenJournal(), "no lane: " + error.message))
    return;
  for (const uint32_t series : scene->series) lane->Bind(series);
  coming = nullptr;
  Journal& journal = *lane->journal();
  JournalHeader* header = scene->region->journal(lane->index());
  std::atomic<bool> left{false};
  std::thread background([&] {
    while (!left) {
      journal.TryDrain();
      scene->drains.fetch_add(1);
      // A slow one: the ring is full now and then.
      if (life % 3 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      std::this_thread::yield();
    }
  });
  uint64_t position = journal.position();
  uint64_t room = 0;
  const uint64_t records = 20 * kJournalEntries + life * 997 % kJournalEntries;
  for (uint64_t number = 0; number < records; ++number) {
    scene->begun.fetch_add(1);
    const uint32_t series = scene->series[number % kHistograms];
    if (number % 1009 == 1) {
      journal.Record(position++, series, 0.5, 1);
      room = 0;
    } else {
      if (room == 0) room = journal.Room(position);
      StoreRecord(header, position++, series + 1.0, 0.5);
      --room;
    }
    scene->done.fetch_add(1);
  }
  left = true;
  background.join();
  const Change leaving(scene);
  // Somebody else drains, as after a kill; while readers read.
  if (life % 2 == 0) {
    std::thread successor([&] { DrainLeftBehind(*scene->region, lane->index()); });
    successor.join();
    scene->take_overs.fetch_add(1);
  }
  lane->End();
}

struct Reading {
  uint64_t count = 0;
  double sum = 0;
};

Reading Add(const Frame& frame, const std::vector<uint32_t>& series) {
  Reading reading;
  for (const uint32_t index : series) {
    const size_t start = frame.offsets[index];
    reading.count += uint64_t(frame.values[start + 2]);
    reading.sum += frame.values[start + 3];
  }
  return reading;
}

template <typename Take>
void Read(Scene* scene, Behaviour* exact, Behaviour* monotonic, const Take& take) {
  uint64_t last = 0;
  while (!scene->stop) {
    const uint64_t changes = scene->changes;
    const bool is_steady = scene->changing == 0;
    const uint64_t least = scene->done;
    const Reading reading = take();
    const uint64_t most = scene->begun;
    exact->Expect(reading.count >= least && reading.count <= most,
                  std::to_string(reading.count) + " records, but " + std::to_string(least) +
                      " to " + std::to_string(most));
    if (is_steady && changes == scene->changes) {
      exact->Equal(reading.sum, 0.5 * double(reading.count), "sum");
      scene->sums_compared.fetch_add(1);
    }
    monotonic->Expect(reading.count >= last,
                      std::to_string(reading.count) + " after " + std::to_string(last));
    last = reading.count;
  }
}

}  // namespace

int main() {
  Behaviour exact("journal stress: readers see each record once, while it is drained");
  Behaviour monotonic("journal stress: no total steps back");
  Behaviour complete("journal stress: no record is lost, however slow the drainer is");
  Scene scene;
  for (uint32_t i = 0; i < kHistograms; ++i) {
    const FamilySpec spec = HistogramFamily("wait_" + std::to_string(i), {0.5, 1}, 1, 1e-3, 1e3);
    scene.series.push_back(AddSeries(*scene.region, AddFamily(*scene.region, spec), "{}"));
  }
  std::vector<std::thread> threads;
  for (uint32_t writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&, writer] {
      for (uint64_t life = writer; !scene.stop; ++life) Live(&scene, &complete, life);
    });
  }
  threads.emplace_back([&] {
    Read(&scene, &exact, &monotonic,
         [&] { return Add(TakeSnapshot(*scene.region), scene.series); });
  });
  RegionReader reader;
  Error error;
  complete.Expect(reader.Open(scene.region->share_path(), &error), error.message);
  threads.emplace_back([&] {
    Read(&scene, &exact, &monotonic, [&] {
      const Region* copy = reader.Refresh(&error);
      if (!complete.Expect(copy != nullptr, error.message)) exit(1);
      return Add(TakeSnapshot(*copy), scene.series);
    });
  });
  std::this_thread::sleep_for(StressTime());
  scene.stop = true;
  for (std::thread& thread : threads) thread.join();
  const Reading reading = Add(TakeSnapshot(*scene.region), scene.series);
  complete.Equal(reading.count, scene.begun.load(), "records");
  complete.Expect(scene.drains > 100 && scene.take_overs > 0, "nothing was drained or taken over");
  exact.Expect(scene.sums_compared > 10, "hardly a sum was compared");
  printf("# %llu records through journals, %llu take-overs\n",
         (unsigned long long)scene.begun.load(), (unsigned long long)scene.take_overs.load());
  return FailedBehaviours() == 0 ? 0 : 1;
}
