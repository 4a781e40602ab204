// Whoever changes the directory may die at any instruction, or be stopped: nobody waits for long,
// and nothing is lost, leaked or half there.

#include "vsr_metrics/directory_lock.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "check.h"
#include "lane_writer.h"
#include "other_process.h"
#include "snapshot.h"
#include "traced.h"
#include "vsr_metrics/attach.h"

using namespace vsr_metrics;

namespace {

std::string Key(const std::string& value) { return "{\"tenant\":\"" + value + "\"}"; }
const char* const kOverflowKey = "{\"tenant\":\"_other\"}";

// ---- in another process ----

// Holds the lock until it is killed.
int HoldLock(const std::string& path) {
  Error error;
  const std::shared_ptr<Region> region = AttachRegion(path, &error);
  if (region == nullptr) {
    Tell(error.message);
    return 1;
  }
  const DirectoryLock lock(*region);
  Tell("held");
  WaitForParent();
  return 0;
}

// Lets itself be traced, stops, and then does one thing to the directory.
int DoTraced(const std::string& what, const std::string& path) {
  Error error;
  const std::shared_ptr<Region> region = AttachRegion(path, &error);
  if (region == nullptr) return 1;
  const uint32_t family = FindFamily(*region, "a");
  uint32_t index;
  FamilySpec another = CounterFamily("another");
  if (!LetTrace()) return 2;
  if (what == "add") FindOrAddSeries(*region, family, Key("new"));
  if (what == "reuse") FindOrAddSeries(*region, family, Key("new, with a longer name"));
  if (what == "remove") RemoveSeries(*region, family, Key("kept"), &index);
  if (what == "overflow") AddOverflowSeries(*region, FindFamily(*region, "b"), kOverflowKey);
  if (what == "family") FindOrAddFamily(*region, another, &error);
  raise(SIGSTOP);
  return 0;
}

// ---- here ----

// What holds for every directory that nobody is changing: everything follows from the entries.
std::string ProblemOf(const Region& region) {
  const RegionHeader& header = *region.header();
  std::map<uint32_t, uint32_t> live;
  std::set<uint32_t> removed;
  uint64_t heap = header.default_labels_offset + RoundUpToWord(header.default_labels_size);
  uint64_t scalars = 0;
  for (uint32_t index = 0; index < region.EntryCount(); ++index) {
    const Entry& entry = region.entries()[index];
    const std::string name = "entry " + std::to_string(index);
    if (entry.type == uint8_t(EntryType::kFamily)) {
      if (!IsSoundFamily(region, entry)) return name + " is no sound family";
      if (FindFamily(region, KeyOf(region, entry)) != index) return name + " is not found";
      heap += RoundUpToWord(entry.blob_size);
      live[index] += 0;
      continue;
    }
    if (!IsSoundSeries(region, entry, index)) return name + " is no sound series";
    const EntryState state = StateOf(entry);
    const bool is_overflow = region.entries()[entry.family].overflow_entry == index;
    heap += entry.blob_capacity;
    scalars += ExtentOf(entry, *FamilyOf(region, entry.family)).scalars;
    if (state == EntryState::kLive && !is_overflow) ++live[entry.family];
    if (state == EntryState::kRemoved) removed.insert(index);
    if (state == EntryState::kLive &&
        FindLive(region, entry.family, KeyOf(region, entry)).index != index) {
      return name + " is not found";
    }
    if (state == EntryState::kEmpty) return name + " is leaked";
  }
  for (const auto& [family, count] : live) {
    if (region.entries()[family].live_series != count) return "live series are miscounted";
    uint64_t before = 0;
    uint32_t last = 0;
    for (uint32_t link = region.entries()[family].removed_first; link != 0;) {
      const Entry& entry = region.entries()[link - 1];
      if (removed.erase(link - 1) != 1) return "the queue has an entry that is not its own";
      if (entry.removed_epoch <= before || entry.removed_epoch > header.removals) return "epochs";
      before = entry.removed_epoch;
      last = link;
      link = entry.next;
    }
    if (region.entries()[family].removed_last != last) return "the end of the queue";
  }
  if (!removed.empty()) return "a removed entry is in no queue";
  // Keys that grew left their old blocks behind.
  if (header.heap_used < heap || header.heap_used > heap + 64) return "the heap leaks";
  if (header.scalars_used != scalars) return "scalars leak";
  return "";
}

struct Fixture {
  Fixture() {
    region = SmallRegion();
    Error error;
    family = AddFamily(*region, CounterFamily("a"));
    AddFamily(*region, CounterFamily("b"));
    lane = Lane::Claim(region, &error);
    for (const char* name : {"kept", "too", "gone", "gone as well"}) {
      CounterWriter(*lane, AddSeries(*region, family, Key(name))).Increment();
    }
    RemoveSeries(*region, family, Key("gone"));
    RemoveSeries(*region, family, Key("gone as well"));
    lane->Acknowledge(region->header()->removals);
  }

  std::shared_ptr<Region> region;
  std::shared_ptr<Lane> lane;
  uint32_t family;
};

// Kills a process that does this where `is_over(instructions)`. False: see StepThrough().
template <typename IsOver>
bool Trace(const std::string& what, const Fixture& fixture, const IsOver& is_over) {
  OtherProcess other({"traced", what, fixture.region->share_path()});
  return StepThrough(&other, is_over);
}

bool IsLocked(const Region& region) {
  return uint32_t(LoadAcquire(&region.header()->directory_lock)) != 0;
}

// The instructions between which it has the lock.
struct Range {
  int first = -1;
  int last = -1;
};

Range LockedRange(const std::string& what) {
  const Fixture fixture;
  Range range;
  Trace(what, fixture, [&](int instructions) {
    const bool is_locked = IsLocked(*fixture.region);
    if (is_locked && range.first < 0) range.first = instructions;
    if (is_locked) range.last = instructions;
    return !is_locked && range.first >= 0;
  });
  return range;
}

// At some places of each, others with every run. VSR_METRICS_PLACES: at so many.
void TestKilledAnywhere() {
  const char* wanted = getenv("VSR_METRICS_PLACES");
  const int places = wanted == nullptr ? 8 : atoi(wanted);
  for (const char* what : {"add", "reuse", "remove", "overflow", "family"}) {
    Behaviour whole("killed at any instruction of " + std::string(what) + ": nothing is lost");
    const Range range = LockedRange(what);
    if (!whole.Expect(range.first >= 0, "it could not be traced")) continue;
    const int step = std::max(1, (range.last - range.first) / places);
    int killed_inside = 0;
    for (int at = range.first + getpid() % step; at <= range.last; at += step) {
      const Fixture fixture;
      Region& region = *fixture.region;
      Trace(what, fixture, [at](int instructions) { return instructions >= at; });
      if (IsLocked(region)) ++killed_inside;
      const std::string where = " after " + std::to_string(at - range.first) + " of " +
                                std::to_string(range.last - range.first) + " instructions";
      const uint32_t kept = FindLive(region, fixture.family, Key("too")).index;
      // Whoever comes next makes it whole.
      const SeriesResult next = FindOrAddSeries(region, fixture.family, Key("next"));
      whole.Expect(next.outcome == SeriesOutcome::kOwn, "no room" + where);
      const std::string problem = ProblemOf(region);
      whole.Expect(problem.empty(), problem + where);
      const Frame frame = TakeSnapshot(region);
      whole.Equal(frame.values[frame.offsets[kept]], 1.0, "the value of another series" + where);
      whole.Equal(frame.values[frame.offsets[next.index]], 0.0, "the new series" + where);
    }
    printf("# %d killed holders\n", killed_inside);
    whole.Expect(killed_inside >= places / 2,
                 "only " + std::to_string(killed_inside) + " died with the lock");
  }
}

void TestDeadHolder() {
  Behaviour dead("a holder that died is found out by its lock");
  const Fixture fixture;
  {
    OtherProcess other({"hold", fixture.region->share_path()});
    dead.Equal(other.ReadLine(), "held", "the other process");
    other.Kill();
  }
  dead.Equal(FindOrAddSeries(*fixture.region, fixture.family, Key("new")).outcome,
             SeriesOutcome::kOwn, "outcome");

  Behaviour successor("the next process in the slot of a dead holder takes the lock from it");
  {
    OtherProcess other({"hold", fixture.region->share_path()});
    successor.Equal(other.ReadLine(), "held", "the other process");
    other.Kill();
  }
  {
    OtherProcess next({"hold", fixture.region->share_path()});
    successor.Equal(next.ReadLine(), "held", "the next process");
    next.Kill();
  }
}

void TestStoppedHolder() {
  Behaviour stopped("a holder that is stopped delays others once, and then nobody");
  const Fixture fixture;
  Region& region = *fixture.region;
  AddOverflowSeries(region, fixture.family, kOverflowKey);
  OtherProcess other({"hold", region.share_path()});
  stopped.Equal(other.ReadLine(), "held", "the other process");
  kill(other.pid(), SIGSTOP);
  const uint64_t start = MonotonicNanoseconds();
  SeriesResult result = FindOrAddSeries(region, fixture.family, Key("new"));
  stopped.Equal(result.outcome, SeriesOutcome::kOverflow, "outcome");
  stopped.Equal(NameOf(result.shortage), std::string("busy"), "why");
  for (int i = 0; i < 1000; ++i) result = FindOrAddSeries(region, fixture.family, Key("new"));
  stopped.Expect(MonotonicNanoseconds() - start < 5000000000, "each of a thousand waited");
  stopped.Equal(FindOrAddSeries(region, fixture.family, Key("kept")).outcome, SeriesOutcome::kOwn,
                "what is there is found");
  Error error;
  stopped.Equal(FindOrAddFamily(region, CounterFamily("c"), &error), kNoIndex, "a family");
  stopped.Equal(error.code, "VSR_METRICS_REGISTRY_BUSY", "code");
  stopped.Expect(error.message.find(std::to_string(other.pid())) != std::string::npos,
                 error.message);
  uint32_t index;
  stopped.Expect(RemoveSeries(region, fixture.family, Key("kept"), &index) == Removal::kBusy,
                 "removed");
  stopped.Expect(!SetAllBaselines(region, &error), "reset");
  kill(other.pid(), SIGCONT);
  other.Proceed();
  while (IsLocked(region)) usleep(1000);
  stopped.Equal(FindOrAddSeries(region, fixture.family, Key("new")).outcome, SeriesOutcome::kOwn,
                "afterwards");
  const std::string problem = ProblemOf(region);
  stopped.Expect(problem.empty(), problem);
}

}  // namespace

int main(int count, char** arguments) {
  const std::string role = count > 1 ? arguments[1] : "";
  if (role == "hold") return HoldLock(arguments[2]);
  if (role == "traced") return DoTraced(arguments[2], arguments[3]);
  TestDeadHolder();
  TestStoppedHolder();
  TestKilledAnywhere();
  return FailedBehaviours() == 0 ? 0 : 1;
}
