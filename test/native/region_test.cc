// A region is made, mapped, shared and given back; what cannot be one is refused with a reason.

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "check.h"
#include "lane_writer.h"
#include "other_process.h"
#include "refused_calls.h"
#include "region_create.h"
#include "region_file.h"
#include "sampler.h"
#include "vsr_metrics.h"
#include "vsr_metrics/attach.h"

using namespace vsr_metrics;

namespace {

// Memory that the region holds by now.
uint64_t BytesHeld(const Region& region) {
  struct stat status;
  return fstat(region.fd(), &status) == 0 ? uint64_t(status.st_blocks) * 512 : 0;
}

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) != -1; }

void TestCreated() {
  const uint64_t before = UnixNanoseconds();
  const uint64_t before_monotonic = MonotonicNanoseconds();
  const std::shared_ptr<Region> region = SmallRegion();
  const RegionHeader& header = *region->header();

  Behaviour identity("create: a new region says what it is");
  std::string problem;
  identity.Expect(CheckSections(header, region->size(), &problem), problem);
  identity.Expect(memcmp(header.magic, "VSRMETR\n", 8) == 0, "magic");
  identity.Equal(header.layout_version, kLayoutVersion, "layout_version");
  identity.Expect(header.region_id != SmallRegion()->header()->region_id, "ids are equal");
  identity.Expect(header.created_unix_nanoseconds >= before &&
                      header.created_unix_nanoseconds <= UnixNanoseconds(),
                  "time of creation");

  Behaviour empty("create: a new region holds nothing but the baseline lane");
  empty.Equal(header.entries_used, 0u, "entries_used");
  empty.Equal(header.heap_used, 8u, "heap_used: the default labels");
  empty.Equal(header.removals, 0u, "removals");
  empty.Equal(header.scalars_used, 0u, "scalars_used");
  empty.Equal(header.lanes_claimed, 1u, "lanes_claimed");
  empty.Equal(header.baseline_used, 0u, "baseline_used");
  empty.Equal(header.closed, 0u, "closed");
  empty.Equal(region->EntryCount(), 0u, "EntryCount");
  uint64_t not_zero = 0;
  for (uint32_t i = 0; i < header.bucket_count; ++i) not_zero += region->buckets()[i];
  for (uint32_t i = 0; i < header.lane_count; ++i) not_zero += region->lane_records()[i].owner;
  empty.Equal(not_zero, 0u, "buckets and lane records");

  Behaviour creator("create: the creator has the first process slot, and is alive");
  creator.Equal(region->process_slot(), kCreatorSlot, "slot");
  creator.Equal(region->processes()[0].pid, uint32_t(getpid()), "pid");
  creator.Expect(region->processes()[0].heartbeat_monotonic_nanoseconds >= before_monotonic,
                 "heartbeat");

  Behaviour sparse("create: address space costs no memory");
  RegionSizes sizes = SmallSizes();
  sizes.histogram_bytes = uint64_t{1} << 30;
  const std::shared_ptr<Region> large = MakeRegion(sizes);
  sparse.Expect(large->size() > uint64_t{4} << 30, "size");
  sparse.Expect(BytesHeld(*large) < 256 << 10, std::to_string(BytesHeld(*large)) + " bytes held");

  Behaviour full("create: a file that cannot grow is an error, and is closed");
  Error error;
  const int fd = memfd_create("full", MFD_ALLOW_SEALING);
  fcntl(fd, F_ADD_SEALS, F_SEAL_GROW);
  full.Expect(CreateRegionIn(fd, "", SmallSizes(), &error) == nullptr, "made");
  full.Equal(error.code, "VSR_METRICS_REGISTRY_FULL", "code");
  full.Expect(error.message.find("/dev/shm size") != std::string::npos, error.message);
  full.Expect(!IsOpen(fd), "the descriptor is still open");
}

void TestMapping() {
  Behaviour shared("mapping: what one maps, others see");
  const std::shared_ptr<Region> region = SmallRegion();
  const int fd = open(region->share_path().c_str(), O_RDWR);
  void* memory = mmap(nullptr, region->size(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  auto* other = static_cast<uint8_t*>(memory);
  shared.Expect(memory != MAP_FAILED, strerror(errno));
  shared.Expect(memcmp(other, region->base(), kPageSize) == 0, "another header");
  region->lane(3)[7] = 42;
  shared.Equal(other[region->lane(3) + 7 - region->base()], uint8_t{42}, "byte of a lane");
  munmap(memory, region->size());

  Behaviour lanes("mapping: lanes follow one another and end with the region");
  const uint32_t count = region->header()->lane_count;
  for (uint32_t lane = 1; lane < count; ++lane) {
    lanes.Equal(uint64_t(region->lane(lane) - region->lane(lane - 1)),
                region->header()->lane_stride, "distance");
  }
  lanes.Expect(region->lane(count) == region->base() + region->size(), "end");

  Behaviour ends("mapping: it lives as long as anybody holds it, and then all of it goes");
  std::weak_ptr<Region> watched = region;
  std::shared_ptr<Region> held = SmallRegion();
  watched = held;
  const int kept_fd = held->fd();
  std::shared_ptr<Region> also = held;
  held.reset();
  ends.Expect(!watched.expired() && also->header()->lane_count > 0, "gone too early");
  uint8_t* base = also->base();
  also.reset();
  ends.Expect(watched.expired(), "still held");
  ends.Expect(!IsOpen(kept_fd), "descriptor still open");
  unsigned char resident;
  ends.Expect(mincore(base, kPageSize, &resident) != 0 && errno == ENOMEM, "still mapped");
}

void TestReserve() {
  const std::shared_ptr<Region> region = SmallRegion();
  Behaviour pages("reserve: whole pages around the range, once");
  const uint64_t before = BytesHeld(*region);
  pages.Expect(region->Reserve(region->lane(1) + kPageSize - 1, 2), "refused");
  pages.Equal(BytesHeld(*region), before + 2 * kPageSize, "after the first");
  pages.Expect(region->Reserve(region->lane(1), 2 * kPageSize), "refused");
  pages.Equal(BytesHeld(*region), before + 2 * kPageSize, "after the same again");
  pages.Expect(region->Reserve(region->lane(1), 0), "nothing is refused");
  pages.Equal(BytesHeld(*region), before + 2 * kPageSize, "after nothing");

  Behaviour values("reserve: leaves values as they are");
  region->lane(2)[5] = 9;
  values.Expect(region->Reserve(region->lane(2), 3 * kPageSize), "refused");
  values.Equal(region->lane(2)[5], uint8_t{9}, "value");

  Behaviour end("reserve: nothing behind the end");
  const uint64_t size = region->size();
  end.Expect(region->Reserve(region->base() + size - 1, 1), "the last byte");
  end.Expect(!region->Reserve(region->base() + size - 1, 2), "one byte too many");
  end.Expect(!region->Reserve(region->base() + 8, ~uint64_t{0}), "a size that wraps");

  Behaviour full("reserve: refused when the file system is full, and again possible afterwards");
  {
    const FullFileSystem no_room(*region);
    full.Expect(!region->Reserve(region->lane(3), 1), "not refused");
  }
  full.Expect(region->Reserve(region->lane(3), 1), "still refused");

  Behaviour copy("reserve: a private copy is only read");
  void* memory =
      mmap(nullptr, kPageSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const std::shared_ptr<Region> adopted = Region::Adopt(static_cast<uint8_t*>(memory), kPageSize);
  copy.Expect(!adopted->Reserve(adopted->base(), 1), "reserved");
}

void TestEntryCount() {
  Behaviour count("entries: a cursor beyond the end counts those that are there");
  const std::shared_ptr<Region> region = SmallRegion();
  const uint32_t capacity = region->header()->entry_capacity;
  const uint64_t cursors[] = {0, 1, capacity, capacity + 1, uint64_t{1} << 32, ~uint64_t{0}};
  for (const uint64_t cursor : cursors) {
    region->header()->entries_used = cursor;
    count.Equal(region->EntryCount(), uint32_t(std::min<uint64_t>(cursor, capacity)), "count");
  }
}

// A file of our own with these bytes; false when it was attached to all the same.
bool IsRefused(const std::vector<uint8_t>& bytes, std::string* message) {
  char path[] = "/tmp/vsr-metrics-region-test.XXXXXX";
  const int fd = mkstemp(path);
  const bool written = write(fd, bytes.data(), bytes.size()) == ssize_t(bytes.size());
  close(fd);
  Error error;
  const bool refused = written && AttachRegion(path, &error) == nullptr &&
                       error.code == "VSR_METRICS_REGION_UNREADABLE";
  unlink(path);
  *message = error.message;
  return refused;
}

void TestAttachRefused() {
  Behaviour refused("attach: what is no region is refused with a reason");
  const std::shared_ptr<Region> region = SmallRegion();
  std::vector<uint8_t> page(region->base(), region->base() + kPageSize);
  std::string message;
  refused.Expect(IsRefused({}, &message), "empty: " + message);
  refused.Expect(IsRefused({'V', 'S', 'R'}, &message), "three bytes: " + message);
  refused.Expect(IsRefused(std::vector<uint8_t>(100000, 'x'), &message), "text: " + message);
  refused.Expect(message.find("not a vsr-metrics region") != std::string::npos, message);
  refused.Expect(IsRefused(page, &message), "header alone: " + message);
  refused.Expect(message.find("truncated") != std::string::npos, message);
  memset(&page[offsetof(RegionHeader, layout_version)], 0, 4);
  page.resize(region->size());
  refused.Expect(IsRefused(page, &message), "half made: " + message);
  refused.Expect(message.find("not finished") != std::string::npos, message);

  Error error;
  for (const char* path : {"/", "/nowhere/at/all", "/dev/null", ""}) {
    error = {};
    refused.Expect(AttachRegion(path, &error) == nullptr && !error.message.empty(), path);
  }
  char link[] = "/tmp/vsr-metrics-region-test.XXXXXX";
  close(mkstemp(link));
  unlink(link);
  const bool linked = symlink(region->share_path().c_str(), link) == 0;
  refused.Expect(linked && AttachRegion(link, &error) == nullptr, "a symbolic link");
  unlink(link);
}

// In another process: attaches, says which slot it got or why it got none, and stays.
int AttachAndWait(const std::string& path) {
  Error error;
  const std::shared_ptr<Region> region = AttachRegion(path, &error);
  Tell(region == nullptr ? error.message : "slot " + std::to_string(region->process_slot()));
  WaitForParent();
  return 0;
}

// In another process: makes a region where something is refused, and says what came of it.
int CreateWithout(const std::string& what) {
  Error error;
  if (what == "locks") {
    if (!RefuseCall(SYS_fcntl, F_OFD_SETLK, EINVAL)) return 1;
    Tell(CreateRegion(SmallSizes(), &error) == nullptr ? error.message : "made");
    return 0;
  }
  const std::shared_ptr<Region> region = SmallRegion();
  for (const uint32_t call : {uint32_t{SYS_clone}, uint32_t{SYS_clone3}}) {
    if (!RefuseCall(call, kAnyArgument, EAGAIN)) return 1;
  }
  Tell(Sampler::Instance().Keep(region) ? "kept" : "refused: " + std::to_string(errno));
  return 0;
}

void TestRefusedCalls() {
  Behaviour locks("create: a system without open file description locks is an error that says so");
  const std::string answer = OtherProcess({"without", "locks"}).ReadLine();
  locks.Expect(answer.find("cannot be locked (Invalid argument)") != std::string::npos, answer);

  Behaviour threads("create: a system that has no thread left ends nobody");
  threads.Equal(OtherProcess({"without", "threads"}).ReadLine(),
                "refused: " + std::to_string(EAGAIN), "answer");
}

void TestDamagedDirectory() {
  Behaviour damaged("attach: no entry of a damaged file leads anywhere else than to cells");
  RegionSizes sizes;
  sizes.lanes = 2;
  sizes.processes = 2;
  sizes.entries = 64;
  sizes.heap_bytes = 8 << 10;
  sizes.scalar_bytes = 4 << 10;
  sizes.histogram_bytes = 32 << 10;
  const std::shared_ptr<Region> region = MakeRegion(sizes);
  FamilySpec counters = CounterFamily("a_total");
  counters.description = R"({"labels":["x"]})";
  FamilySpec waits = HistogramFamily("wait", {1.0 / 3, 0.5, 1}, 1, 1e-3, 1e3, 16);
  waits.description = R"({"labels":["x"],"nanosecondsPerUnit":1000})";
  for (const uint32_t family : {AddFamily(*region, counters), AddFamily(*region, waits)}) {
    AddOverflowSeries(*region, family, R"({"x":"_other"})");
    AddSeries(*region, family, R"({"x":"1"})");
  }
  const RegionHeader& header = *region->header();
  const std::vector<uint8_t> sound(region->base(), region->base() + region->size());
  char path[] = "/tmp/vsr-metrics-region-test.XXXXXX";
  const int fd = mkstemp(path);
  int opened = 0;
  const uint64_t entries_size = sizeof(Entry) * region->EntryCount();
  for (uint64_t at = 0; at < entries_size; at += 4) {
    for (const uint32_t value : {0u, 1u, 0x7fffff00u, 0xffffffffu}) {
      std::vector<uint8_t> file = sound;
      // Another region for whoever maps regions once.
      const uint64_t id = UnixNanoseconds();
      memcpy(&file[offsetof(RegionHeader, region_id)], &id, sizeof id);
      memcpy(&file[header.entries_offset + at], &value, sizeof value);
      if (pwrite(fd, file.data(), file.size(), 0) != ssize_t(file.size())) break;
      Error error;
      const auto registry = Registry::Attach(path, &error);
      if (registry == nullptr) continue;
      const Labels labels = {{"x", "1"}};
      auto counter = registry->OpenCounter("a_total", labels, &error);
      auto histogram = registry->OpenHistogram("wait", labels, &error);
      if (counter) counter->Inc();
      if (histogram) histogram->Record(0.75);
      if (counter && histogram) ++opened;
    }
  }
  close(fd);
  unlink(path);
  damaged.Expect(opened > 0, "none could be opened at all");
}

void TestForeignOwner() {
  Behaviour foreign("attach: a file of another user is refused");
  char path[] = "/tmp/vsr-metrics-region-test.XXXXXX";
  const int fd = mkstemp(path);
  Error error;
  const std::shared_ptr<Region> region = CreateRegionIn(fd, path, SmallSizes(), &error);
  // Only root can give files away.
  if (chown(path, 12345, gid_t(-1)) == 0) {
    foreign.Expect(AttachRegion(path, &error) == nullptr, "attached");
    foreign.Expect(error.message.find("belongs to user 12345") != std::string::npos, error.message);
  }
  unlink(path);
}

// In another process: makes a region file, says that it is closed, with or without a lane that is
// still owned, and stays.
int CloseAndWait(const std::string& path, bool has_lane) {
  Error error;
  FileOptions options;
  options.path = path;
  const std::shared_ptr<Region> region = CreateRegionFile(options, SmallSizes(), &error);
  if (region == nullptr) return 1;
  std::shared_ptr<Lane> lane = Lane::Claim(region, &error);
  region->header()->closed = 1;
  if (!has_lane) lane->End();
  Tell("closed");
  WaitForParent();
  return 0;
}

void TestClosed() {
  Behaviour closed("file: of a closed one nothing is kept, unless somebody still recorded there");
  const std::string path = "/dev/shm/vsr-metrics-closed-" + std::to_string(getpid());
  FileOptions options;
  options.path = path;
  for (const bool has_lane : {false, true}) {
    {
      OtherProcess other({"close", path, has_lane ? "lane" : "none"});
      closed.Equal(other.ReadLine(), "closed", "the other process");
      other.Kill();
    }
    Error error;
    closed.Expect(CreateRegionFile(options, SmallSizes(), &error) != nullptr, error.message);
    closed.Equal(access((path + ".1").c_str(), F_OK) == 0, has_lane, "kept");
    unlink(path.c_str());
    unlink((path + ".1").c_str());
  }
}

void TestAttach() {
  const std::shared_ptr<Region> region = SmallRegion();
  Behaviour same("attach: in one process there is one mapping");
  Error error;
  same.Expect(AttachRegion(region->share_path(), &error) == region, error.message);

  Behaviour slots("attach: each process has a slot, and a dead one's is used again");
  {
    OtherProcess first({"attach", region->share_path()});
    slots.Equal(first.ReadLine(), "slot 1", "first");
    slots.Equal(region->processes()[1].pid, uint32_t(first.pid()), "pid");

    OtherProcess second({"attach", region->share_path()});
    const std::string refused = second.ReadLine();
    slots.Expect(refused.find("capacity.processes") != std::string::npos, refused);

    first.Kill();
    OtherProcess third({"attach", region->share_path()});
    slots.Equal(third.ReadLine(), "slot 1", "after the first was killed");
  }
}

void TestIsCurrent() {
  Behaviour current("path: superseded once it names another file");
  char path[] = "/tmp/vsr-metrics-region-test.XXXXXX";
  const int fd = mkstemp(path);
  Error error;
  const std::shared_ptr<Region> region = CreateRegionIn(fd, path, SmallSizes(), &error);
  current.Expect(region != nullptr, error.message);
  if (region == nullptr) return;
  current.Equal(region->share_path(), path, "share_path");
  current.Expect(region->IsCurrent(), "at first");
  const std::string other = std::string(path) + ".new";
  close(open(other.c_str(), O_CREAT | O_RDWR, 0600));
  rename(other.c_str(), path);
  current.Expect(!region->IsCurrent(), "after another took its place");
  unlink(path);
  current.Expect(region->IsCurrent(), "after the path was removed: nobody made a new one");
  current.Expect(SmallRegion()->IsCurrent(), "one without a path");
}

}  // namespace

int main(int count, char** arguments) {
  const std::string role = count > 1 ? arguments[1] : "";
  if (role == "attach") return AttachAndWait(arguments[2]);
  if (role == "without") return CreateWithout(arguments[2]);
  if (role == "close") return CloseAndWait(arguments[2], strcmp(arguments[3], "lane") == 0);
  TestCreated();
  TestMapping();
  TestReserve();
  TestEntryCount();
  TestAttachRefused();
  TestRefusedCalls();
  TestDamagedDirectory();
  TestForeignOwner();
  TestClosed();
  TestAttach();
  TestIsCurrent();
  return FailedBehaviours() == 0 ? 0 : 1;
}
