// Everything at once: eight threads that attach, record through the public header and leave, while
// the directory grows, series are removed and their cells become those of others, snapshots are
// taken, and the sampler keeps the history. Nothing may be lost, and ThreadSanitizer may find
// nothing to report.
//
// VSR_METRICS_STRESS_SECONDS says how long; 2 unless told otherwise.

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "check.h"
#include "history.h"
#include "history_index.h"
#include "lane_writer.h"
#include "merge.h"
#include "sampler.h"
#include "snapshot.h"
#include "vsr_metrics.h"
#include "vsr_metrics/baseline.h"

using namespace vsr_metrics;

namespace {

constexpr int kWriters = 8;
constexpr int kTenants = 40;

std::chrono::seconds StressTime() {
  const char* value = getenv("VSR_METRICS_STRESS_SECONDS");
  return std::chrono::seconds(value == nullptr ? 2 : strtoul(value, nullptr, 10));
}

std::string TenantKey(uint64_t number) {
  return R"({"tenant":"t)" + std::to_string(number % kTenants) + "\"}";
}

std::string SessionKey(uint64_t number) {
  return R"({"session":")" + std::to_string(number) + "\"}";
}

struct Families {
  uint32_t steps;
  uint32_t sessions;
  uint32_t tenants;
  uint32_t waits;
};

Families AddFamilies(Region& region) {
  FamilySpec rejected = CounterFamily(kRejectedFamily);
  rejected.description = R"({"labels":["metric","reason"]})";
  AddOverflowSeries(region, AddFamily(region, rejected),
                    R"({"metric":"_other","reason":"_other"})");
  FamilySpec tenants = CounterFamily("tenants_total", kTenants / 2);
  tenants.description = R"({"labels":["tenant"]})";
  FamilySpec waits = HistogramFamily("wait", {1.0 / 3, 1, 10}, 1, 1e-3, 1e3, 14);
  waits.description = R"({"labels":["tenant"],"nanosecondsPerUnit":1000})";
  waits.max_series = 4;
  Families families;
  families.steps = AddFamily(region, CounterFamily("steps_total"));
  families.tenants = AddFamily(region, tenants);
  families.waits = AddFamily(region, waits);
  AddFamily(region, GaugeFamily("in_use", Combine::kSum));
  AddFamily(region, GaugeFamily("last", Combine::kLast));
  FamilySpec sessions = CounterFamily("sessions_total");
  sessions.description = R"({"labels":["session"]})";
  families.sessions = AddFamily(region, sessions);
  for (const uint32_t family : {families.tenants, families.waits}) {
    AddOverflowSeries(region, family, R"({"tenant":"_other"})");
  }
  return families;
}

// What the writers did, all of them together.
struct Done {
  std::atomic<uint64_t> steps{0};
  std::atomic<uint64_t> values{0};
  std::atomic<uint64_t> refused{0};
  std::atomic<uint64_t> attachments{0};
  std::atomic<uint64_t> sessions{0};
};

// One life of a writer: it attaches, opens, records and leaves. Returns why it could not.
std::string WriteOnce(Region& region, uint32_t sessions, uint64_t life, Done* done) {
  Error error;
  AttachOptions options;
  options.warn = nullptr;
  const auto registry = Registry::Attach(region.share_path(), options, &error);
  if (registry == nullptr) return error.message;
  const Labels tenant = {{"tenant", "t" + std::to_string(life % kTenants)}};
  auto steps = registry->OpenCounter("steps_total", {}, &error);
  auto tenants = registry->OpenCounter("tenants_total", tenant, &error);
  auto waits = registry->OpenHistogram("wait", {{"tenant", std::to_string(life % 3)}}, &error);
  auto in_use = registry->OpenCombiningGauge("in_use", {}, &error);
  auto last = registry->OpenGauge("last", {}, &error);
  if (!steps || !tenants || !waits || !in_use || !last) return error.message;
  // Nobody else has this one, so that it is exact in spite of all that comes and goes in its cells.
  auto session =
      registry->OpenCounter("sessions_total", {{"session", std::to_string(life)}}, &error);
  if (!session) {
    // Those that were removed are kept by threads that are not scheduled.
    if (error.message.find("capacity") == std::string::npos) return error.message;
  }
  for (int step = 0; step < 500; ++step) {
    in_use->Inc();
    steps->Inc();
    tenants->Inc(2);
    waits->Record(0.01 * double(1 + (life * 31 + uint64_t(step)) % 5000));
    last->Set(double(step));
    in_use->Dec();
    if (session) session->Inc();
    if (step % 100 == 0) registry->KeepAlive();
  }
  if (session) {
    // It is there, so that none is added; without the lock it may be missed.
    const SeriesResult found = FindOrAddSeries(region, sessions, SessionKey(life));
    if (found.outcome != SeriesOutcome::kOwn) return "the series of a session is gone";
    const uint32_t index = found.index;
    const CounterTotal total = ReadCounter(region, region.entries()[index]);
    if (total.ones != 500) return std::to_string(total.ones) + " instead of 500 in a session";
    if (!RemoveSeries(region, sessions, SessionKey(life))) return "a session cannot be removed";
    session->Inc();
    registry->KeepAlive();
    session->Inc();
    ++done->sessions;
  }
  waits->Record(-1);
  { const ScopeTimer timer(&*waits); }
  done->steps += 500;
  done->values += 501;
  ++done->refused;
  ++done->attachments;
  return "";
}

double Sum(const Region& region, const Frame& frame, uint32_t family, uint32_t value = 0) {
  double sum = 0;
  for (uint32_t index = 0; index < frame.states.size(); ++index) {
    const Entry& entry = region.entries()[index];
    if (frame.states[index] != uint8_t(EntryState::kLive) ||
        entry.type != uint32_t(EntryType::kSeries) || entry.family != family) {
      continue;
    }
    sum += frame.values[frame.offsets[index] + value];
  }
  return sum;
}

void TestStress() {
  Behaviour exact("stress: totals are exact whatever comes, goes and is read meanwhile");
  Behaviour monotonic("stress: no total ever steps back");
  RegionSizes sizes = SmallSizes();
  sizes.lanes = kWriters + 1;
  sizes.scalar_bytes = 256 << 10;
  sizes.history_bytes = 64 << 10;
  const std::shared_ptr<Region> region = MakeRegion(sizes);
  const Families families = AddFamilies(*region);
  const uint32_t steps = AddSeries(*region, families.steps, "{}");
  if (!exact.Expect(Sampler::Instance().Keep(region), "no thread for the sampler")) return;

  Done done;
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  std::atomic<uint64_t> lives{0};
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&] {
      while (!stop) {
        const std::string problem =
            WriteOnce(*region, families.sessions, lives.fetch_add(1), &done);
        exact.Expect(problem.empty(), problem);
      }
    });
  }
  threads.emplace_back([&] {  // removes what others make
    for (uint64_t number = 0; !stop; ++number) {
      RemoveSeries(*region, families.tenants, TenantKey(number * 7));
      std::this_thread::yield();
    }
  });
  std::mutex mutex;
  double seen = 0;
  std::atomic<uint64_t> snapshots{0};
  const auto look = [&] {
    const std::lock_guard<std::mutex> lock(mutex);
    const double now = Sum(*region, TakeSnapshot(*region), families.steps);
    monotonic.Expect(now >= seen, std::to_string(seen) + ", then " + std::to_string(now));
    seen = now;
    ++snapshots;
  };
  threads.emplace_back([&] {
    while (!stop) look();
  });
  // The sampler keeps the history itself, on the same thread; this keeps it busier.
  uint32_t ring = 0;
  const Sampler::TaskId task = Sampler::Instance().Add(1000000, [&](uint64_t) {
    look();
    AppendHistory(*region, ring, TakeSnapshot(*region));
    ring = (ring + 1) % kHistoryRings;
  });
  std::atomic<uint64_t> points{0};
  const uint32_t generation = region->entries()[steps].generation;
  threads.emplace_back([&] {
    HistoryIndex index;
    while (!stop) {
      index.Update(MappedHistory(*region));
      const SeriesHistory history = index.Find({steps, generation, kCounterNumbers}, 0, 1e300);
      double before = 0;
      for (const double value : history.values) {
        monotonic.Expect(value >= before, "the history steps back");
        before = value;
      }
      points += history.values.size();
    }
  });

  std::this_thread::sleep_for(StressTime());
  stop = true;
  for (std::thread& thread : threads) thread.join();
  Sampler::Instance().Remove(task);

  const Frame frame = TakeSnapshot(*region);
  exact.Equal(Sum(*region, frame, families.steps), double(done.steps), "steps");
  exact.Equal(Sum(*region, frame, families.waits, 3), double(done.values), "values");
  exact.Equal(Sum(*region, frame, FindFamily(*region, kRejectedFamily)), double(done.refused),
              "refused");
  exact.Expect(std::isnan(Sum(*region, frame, FindFamily(*region, "in_use"))), "in use");
  exact.Expect(done.sessions > 0, "no session found room");
  exact.Expect(done.attachments > 2 * kWriters && snapshots > 10 && points > 0,
               std::to_string(done.attachments) + " attachments, " + std::to_string(snapshots) +
                   " snapshots, " + std::to_string(points) + " points");
  printf("# %llu attachments, %llu records, %llu snapshots\n",
         static_cast<unsigned long long>(done.attachments),
         static_cast<unsigned long long>(done.steps + done.values),
         static_cast<unsigned long long>(snapshots));
}

void TestResets() {
  Behaviour resets("stress: resets while threads record leave every value in its own series");
  const std::shared_ptr<Region> region = SmallRegion();
  AddFamilies(*region);
  const std::string path = region->share_path();
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> rounds{0};
  std::vector<std::thread> threads;
  // Records until it is told to stop, and then 100 times after the last reset.
  const auto write = [&](const std::string& tenant) {
    Error error;
    const auto registry = Registry::Attach(path, &error);
    auto steps = registry ? registry->OpenCounter("tenants_total", {{"tenant", tenant}}, &error)
                          : std::nullopt;
    auto waits =
        steps ? registry->OpenHistogram("wait", {{"tenant", tenant}}, &error) : std::nullopt;
    if (!resets.Expect(waits.has_value(), error.message)) return;
    const auto record = [&] {
      steps->Inc();
      waits->Record(tenant == "a" ? 0.5 : 5);
    };
    while (!stop) record();
    ++rounds;
    while (rounds < 3) std::this_thread::yield();
    for (int i = 0; i < 100; ++i) record();
  };
  threads.emplace_back(write, "a");
  threads.emplace_back(write, "b");
  threads.emplace_back([&] {
    while (!stop) {
      const Frame frame = TakeSnapshot(*region);
      for (const double value : frame.values) {
        resets.Expect(!(value < 0) || std::isinf(value), "negative: " + std::to_string(value));
      }
    }
  });
  const auto end = std::chrono::steady_clock::now() + StressTime() / 2;
  while (std::chrono::steady_clock::now() < end) ResetAll(*region);
  stop = true;
  while (rounds < 2) std::this_thread::yield();
  ResetAll(*region);
  ++rounds;
  for (std::thread& thread : threads) thread.join();

  const Frame frame = TakeSnapshot(*region);
  const uint32_t waits = FindFamily(*region, "wait");
  for (const double value : {0.5, 5.0}) {
    const std::string key = value == 0.5 ? R"({"tenant":"a"})" : R"({"tenant":"b"})";
    const double* count = &frame.values[frame.offsets[AddSeries(*region, waits, key)]];
    resets.Equal(count[1], value == 0.5 ? 100.0 : 0.0, key + " up to 1");
    resets.Equal(count[3], 100.0, key + " count");
    resets.Expect(std::abs(count[4] - 100 * value) < 1e-6 * count[4], key + " sum");
  }
  resets.Equal(Sum(*region, frame, FindFamily(*region, "tenants_total")), 200.0, "steps");
}

}  // namespace

int main() {
  TestStress();
  TestResets();
  return FailedBehaviours() == 0 ? 0 : 1;
}
