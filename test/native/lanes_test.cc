// A lane's life: claimed, given memory as it is used, given back; and what becomes of it when its
// file system is full, its process dies, or its process forks.

#include "vsr_metrics/lanes.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <string>

#include "check.h"
#include "lane_writer.h"
#include "mapped_lane.h"
#include "merge.h"
#include "other_process.h"
#include "snapshot.h"
#include "vsr_metrics/attach.h"

using namespace vsr_metrics;

namespace {

std::shared_ptr<Lane> ClaimLane(const std::shared_ptr<Region>& region) {
  Error error;
  return Lane::Claim(region, &error);
}

bool HasOwner(const Region& region, uint32_t lane) {
  return uint32_t(LoadAcquire(&region.lane_records()[lane].owner)) != 0;
}

double Total(const Region& region, uint32_t series) {
  const CounterTotal total = ReadCounter(region, region.entries()[series]);
  return double(total.ones) + total.amounts;
}

// Memory that the region holds by now.
uint64_t BytesHeld(const Region& region) {
  struct stat status;
  return fstat(region.fd(), &status) == 0 ? uint64_t(status.st_blocks) * 512 : 0;
}

void TestMemory() {
  Behaviour untouched("lanes: claiming and reading one gives it no memory");
  const std::shared_ptr<Region> region = SmallRegion();
  const uint32_t counter = AddSeries(*region, AddFamily(*region, CounterFamily("a_total")), "{}");
  const uint32_t gauge =
      AddSeries(*region, AddFamily(*region, GaugeFamily("b", Combine::kSum)), "{}");
  const uint32_t histogram =
      AddSeries(*region, AddFamily(*region, HistogramFamily("c_seconds", {1})), "{}");
  const uint64_t before = BytesHeld(*region);
  const std::shared_ptr<Lane> lane = ClaimLane(region);
  TakeSnapshot(*region);
  ClaimLane(region);
  TakeSnapshot(*region);
  untouched.Equal(BytesHeld(*region), before, "bytes");

  Behaviour full("lanes: on a full file system one is claimed, read and given back all the same");
  {
    const FullFileSystem nothing_left(*region);
    const std::shared_ptr<Lane> poor = ClaimLane(region);
    full.Expect(poor != nullptr, "not claimed");
    for (const uint32_t series : {counter, gauge, histogram}) {
      full.Expect(!poor->Bind(series), "bound without memory");
    }
    TakeSnapshot(*region);
  }
  TakeSnapshot(*region);
  full.Equal(BytesHeld(*region), before, "bytes");

  Behaviour mark("lanes: what has memory only grows, by pages, and stays with the lane");
  const uint64_t* reserved = &region->lane_records()[lane->index()].scalars_reserved;
  mark.Equal(*reserved, uint64_t{0}, "at first");
  mark.Expect(lane->Bind(counter), "not bound");
  mark.Equal(*reserved, kPageSize, "after the first series");
  mark.Expect(lane->Bind(gauge) && lane->Bind(histogram), "not bound");
  mark.Equal(*reserved, kPageSize, "after others on the same page");
  mark.Expect(!region->ReserveScalars(lane->index(), region->header()->scalars_size + 1),
              "beyond the scalars");
  const uint32_t index = lane->index();
  lane->End();
  mark.Equal(*reserved, kPageSize, "after it was given back");
  mark.Expect(!HasOwner(*region, index), "it has an owner");
  mark.Expect(lane->has_ended() && !lane->Bind(counter) && !lane->Touch(histogram, 0), "after End");
}

void TestClosed() {
  Behaviour closed("lanes: a registry that was closed is open again with the first of them");
  const std::shared_ptr<Region> region = SmallRegion();
  region->header()->closed = 1;
  const std::shared_ptr<Lane> lane = ClaimLane(region);
  closed.Equal(region->header()->closed, 0u, "closed");
}

// In another process: claims a lane, sets a gauge, steps a counter, and stays.
int RecordAndWait(const std::string& path) {
  Error error;
  const std::shared_ptr<Region> region = AttachRegion(path, &error);
  const std::shared_ptr<Lane> lane = region == nullptr ? nullptr : Lane::Claim(region, &error);
  if (lane == nullptr) {
    Tell(error.message);
    return 1;
  }
  GaugeWriter(*lane, AddSeries(*region, FindFamily(*region, "b"), "{}")).Set(100);
  CounterWriter(*lane, AddSeries(*region, FindFamily(*region, "a_total"), "{}")).Increment();
  Tell(std::to_string(lane->index()));
  WaitForParent();
  return 0;
}

void TestSweep() {
  Behaviour swept("lanes: a dead process's are given back, and its gauges with them");
  const std::shared_ptr<Region> region = SmallRegion();
  const uint32_t counter = AddSeries(*region, AddFamily(*region, CounterFamily("a_total")), "{}");
  const uint32_t gauge =
      AddSeries(*region, AddFamily(*region, GaugeFamily("b", Combine::kSum)), "{}");
  const std::shared_ptr<Lane> own = ClaimLane(region);
  GaugeWriter(*own, gauge).Set(5);
  const auto value = [&] { return ReadGauge(*region, region->entries()[gauge]).value; };
  OtherProcess other({"record", region->share_path()});
  const std::string lane = other.ReadLine();
  swept.Equal(lane, std::to_string(own->index() + 1), "lane of the other process");
  SweepLanes(*region);
  swept.Equal(value(), 105.0, "while it lives");
  other.Kill();
  swept.Equal(value(), 105.0, "before anybody looks");
  SweepLanes(*region);
  swept.Equal(value(), 5.0, "afterwards");
  swept.Equal(Total(*region, counter), 1.0, "what it counted");
  swept.Expect(!HasOwner(*region, own->index() + 1) && HasOwner(*region, own->index()), "owners");
}

// Runs `work` in a child of fork(); false when that died.
template <typename Work>
bool InChild(const Work& work) {
  const pid_t pid = fork();
  if (pid == 0) {
    work();
    _exit(0);
  }
  int status;
  return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void TestFork() {
  const std::shared_ptr<Region> region = SmallRegion();
  const uint32_t counter = AddSeries(*region, AddFamily(*region, CounterFamily("a_total")), "{}");
  std::shared_ptr<Lane> lane = ClaimLane(region);
  CounterWriter writer(*lane, counter);
  auto mapped = std::make_shared<MappedLane>(lane);
  auto* view = reinterpret_cast<CounterCell*>(mapped->Memory()->bytes() +
                                              region->entries()[counter].cell_offset);
  writer.Increment();
  view->ones += 1;

  Behaviour child("fork: a child owns nothing of its parent's, and harms nothing");
  const uint32_t index = lane->index();
  const uint64_t heartbeat = region->processes()[0].heartbeat_monotonic_nanoseconds;
  const bool is_well = InChild([&] {
    for (int i = 0; i < 1000; ++i) {
      writer.Increment();
      view->ones += 1;
    }
    BeatProcess(*region);
    lane->Bind(counter);
    FindOrAddSeries(*region, 0, "{\"a\":\"b\"}");
    lane->End();
    mapped = nullptr;
  });
  child.Expect(is_well, "the child died");
  child.Equal(Total(*region, counter), 2.0, "total");
  child.Expect(HasOwner(*region, index), "the child gave the lane back");
  child.Equal(region->processes()[0].heartbeat_monotonic_nanoseconds, heartbeat, "heartbeat");
  child.Equal(region->EntryCount(), 2u, "entries");

  Behaviour lock("fork: a child does not keep its dead parent alive");
  OtherProcess parent({"forks", region->share_path()});
  lock.Equal(parent.ReadLine(), "forked", "the other process");
  parent.Kill();
  lock.Expect(!IsProcessAlive(*region, 1), "it looks alive");
  parent.Proceed();
}

// In another process: attaches and leaves a child that outlives it.
int AttachAndFork(const std::string& path) {
  Error error;
  const std::shared_ptr<Region> region = AttachRegion(path, &error);
  if (region == nullptr) return 1;
  if (fork() == 0) {
    WaitForParent();
    _exit(0);
  }
  Tell("forked");
  for (;;) pause();
}

void TestEnd() {
  Behaviour ended("end: whoever still stores into a lane that was ended harms nobody");
  const std::shared_ptr<Region> region = SmallRegion();
  const uint32_t counter = AddSeries(*region, AddFamily(*region, CounterFamily("a_total")), "{}");
  MappedLane mapped(ClaimLane(region));
  mapped.lane().Bind(counter);
  const std::shared_ptr<Mapping> memory = mapped.Memory();
  auto* view =
      reinterpret_cast<CounterCell*>(memory->bytes() + region->entries()[counter].cell_offset);
  view->ones = 7;
  ended.Equal(Total(*region, counter), 7.0, "before");
  mapped.End();
  ended.Equal(view->ones, int64_t{0}, "what is left there");
  view->ones = 9;
  ended.Equal(Total(*region, counter), 7.0, "after");
  ended.Expect(mapped.Memory() == memory, "memory of its own once more");
}

// Whether the kernel has a flag for the mapping that an address lies in.
bool HasFlag(const void* address, const std::string& flag) {
  std::ifstream maps("/proc/self/smaps");
  bool is_here = false;
  for (std::string line; std::getline(maps, line);) {
    unsigned long start;
    unsigned long end;
    if (sscanf(line.c_str(), "%lx-%lx ", &start, &end) == 2) {
      is_here = reinterpret_cast<unsigned long>(address) >= start &&
                reinterpret_cast<unsigned long>(address) < end;
    }
    if (is_here && line.rfind("VmFlags:", 0) == 0) {
      return (line + ' ').find(' ' + flag + ' ') != std::string::npos;
    }
  }
  return false;
}

void TestMapping() {
  Behaviour sparse("mapping: in no core dump, and with nothing in it where memory is locked");
  const std::shared_ptr<Region> region = SmallRegion();
  sparse.Expect(HasFlag(region->base(), "dd"), "it is dumped");
  const std::shared_ptr<Mapping> part = region->MapPart(region->lane(1), kPageSize * 4);
  sparse.Expect(HasFlag(part->bytes(), "dd"), "a part is dumped");
  const bool is_well = InChild([] {
    if (mlockall(MCL_FUTURE) != 0) return;  // not allowed here
    RegionSizes sizes = SmallSizes();
    sizes.histogram_bytes = 1 << 30;
    Error error;
    const std::shared_ptr<Region> locked = CreateRegion(sizes, &error);
    // RLIMIT_MEMLOCK may be small.
    if (locked == nullptr && error.message.find("mlockall") == std::string::npos) _exit(1);
    if (locked != nullptr && BytesHeld(*locked) > 1 << 20) _exit(2);
  });
  sparse.Expect(is_well, "mlockall made it resident, or an error without a reason");
}

}  // namespace

int main(int count, char** arguments) {
  const std::string role = count > 1 ? arguments[1] : "";
  if (role == "record") return RecordAndWait(arguments[2]);
  if (role == "forks") return AttachAndFork(arguments[2]);
  TestMemory();
  TestClosed();
  TestSweep();
  TestFork();
  TestEnd();
  TestMapping();
  return FailedBehaviours() == 0 ? 0 : 1;
}
