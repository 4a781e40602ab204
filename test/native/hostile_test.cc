// Every byte of a region file is hostile to its reader: thousands of damaged files, and files that
// change while they are read. Each gives a named error or a reading; none crashes or hangs.
//
// VSR_METRICS_HOSTILE_CASES says how many; 3,000 unless told otherwise, 100,000 at full size.
// VSR_METRICS_HOSTILE_SEED starts somewhere else. A case that fails prints its number.

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "check.h"
#include "history.h"
#include "lane_writer.h"
#include "region_reader.h"
#include "snapshot.h"
#include "vsr_metrics/directory.h"
#include "vsr_metrics/exemplars.h"

using namespace vsr_metrics;

namespace {

// The same numbers from the same seed, so that a case can be looked at again.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 2654435761u + 88172645463325252u) {}
  uint64_t Next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }
  uint64_t Below(uint64_t limit) { return limit == 0 ? 0 : Next() % limit; }

 private:
  uint64_t state_;
};

// A file with something of everything.
std::vector<uint8_t> SoundFile() {
  RegionSizes sizes;
  sizes.lanes = 2;
  sizes.processes = 2;
  sizes.entries = 64;
  sizes.heap_bytes = 8 << 10;
  sizes.scalar_bytes = 8 << 10;
  sizes.histogram_bytes = 32 << 10;
  sizes.shared_bytes = 4 << 10;
  sizes.history_bytes = 16 << 10;
  sizes.exemplar_bytes = 4 << 10;
  const std::shared_ptr<Region> region = MakeRegion(sizes);
  Error error;
  const std::shared_ptr<Lane> lane = Lane::Claim(region, &error);

  const uint32_t counters = AddFamily(*region, CounterFamily("steps_total", 4));
  AddOverflowSeries(*region, counters, R"({"tenant":"_other"})");
  for (const char* key : {R"({"tenant":"a"})", R"({"tenant":"b"})", R"({"tenant":"c"})"}) {
    CounterWriter(*lane, AddSeries(*region, counters, key)).Add(7);
  }
  RemoveSeries(*region, counters, R"({"tenant":"b"})");
  GaugeWriter(*lane,
              AddSeries(*region, AddFamily(*region, GaugeFamily("last", Combine::kLast)), "{}"))
      .Set(3);
  GaugeWriter(*lane,
              AddSeries(*region, AddFamily(*region, GaugeFamily("least", Combine::kMinimum)), "{}"))
      .Set(-3);
  // One histogram whose bounds are edges of cells, one whose bounds split them.
  const uint32_t aligned =
      AddFamily(*region, HistogramFamily("wait", {0.5, 1, 2}, 1, 1e-3, 1e3, 16));
  const uint32_t split =
      AddFamily(*region, HistogramFamily("thirds", {1.0 / 3, 2.0 / 3}, 1, 1e-3, 1e3, 16));
  for (const uint32_t family : {aligned, split}) {
    HistogramWriter writer(*lane, AddSeries(*region, family, "{}"));
    for (int i = 0; i < 200; ++i) writer.Record(0.01 * i);
    const uint32_t pair = FindOrAddExemplar(*lane, AddSeries(*region, family, "{}"), 0);
    WriteExemplar(*lane, pair, 0.25, UnixMilliseconds(),
                  "trace_id\xff"
                  "a1b2\xff");
  }
  for (int i = 0; i < 20; ++i) {
    AppendHistory(*region, uint32_t(i % 2), TakeSnapshot(*region));
  }
  return std::vector<uint8_t>(region->base(), region->base() + region->size());
}

constexpr uint64_t kExtremes[] = {0,          1,          2,          7,           63,
                                  4095,       4096,       0x7fffffff, 0x80000000u, 0xffffffffu,
                                  1ull << 32, 1ull << 46, 1ull << 62, 1ull << 63,  ~0ull};

// Where damage hurts: the header, the tables, entries, names, heads of histograms, history.
uint64_t SomeOffset(const RegionHeader& header, Random* random) {
  const uint64_t lane = header.lanes_offset + random->Below(3) * header.lane_stride;
  const uint64_t sections[][2] = {{0, 208},
                                  {3584, 512},
                                  {header.lane_table_offset, 192},
                                  {header.process_table_offset, 128},
                                  {header.entries_offset, 16 * sizeof(Entry)},
                                  {header.heap_offset, 1024},
                                  {header.shared_offset, 256},
                                  {header.history_offset, 8192},
                                  {header.exemplars_offset + header.exemplars_size, 2400},
                                  {lane, 1024},
                                  {lane + header.scalars_size, 4096},
                                  {0, header.total_size}};
  const auto& section = sections[random->Below(sizeof sections / sizeof sections[0])];
  return section[0] + random->Below(section[1]);
}

void Store(std::vector<uint8_t>* file, uint64_t offset, const void* bytes, size_t size) {
  if (offset + size <= file->size()) memcpy(file->data() + offset, bytes, size);
}

void Damage(const RegionHeader& header, std::vector<uint8_t>* file, Random* random) {
  const uint64_t times = 1 + random->Below(4);
  for (uint64_t time = 0; time < times; ++time) {
    const uint64_t offset = SomeOffset(header, random);
    switch (random->Below(7)) {
      case 0:
        if (offset < file->size()) (*file)[offset] ^= uint8_t(1u << random->Below(8));
        break;
      case 1: {
        const uint64_t extreme = kExtremes[random->Below(sizeof kExtremes / sizeof kExtremes[0])];
        Store(file, offset / 8 * 8, &extreme, 8);
        break;
      }
      case 2: {
        const auto extreme =
            uint32_t(kExtremes[random->Below(sizeof kExtremes / sizeof kExtremes[0])]);
        Store(file, offset / 4 * 4, &extreme, 4);
        break;
      }
      case 3: {  // two fields change places
        const uint64_t other = SomeOffset(header, random) / 8 * 8;
        const uint64_t one = offset / 8 * 8;
        if (one + 8 > file->size() || other + 8 > file->size()) break;
        uint8_t kept[8];
        memcpy(kept, file->data() + one, 8);
        memcpy(file->data() + one, file->data() + other, 8);
        memcpy(file->data() + other, kept, 8);
        break;
      }
      case 4: {  // something near what was there
        uint64_t value = 0;
        if (offset / 8 * 8 + 8 > file->size()) break;
        memcpy(&value, file->data() + offset / 8 * 8, 8);
        value += random->Below(5) - 2;
        Store(file, offset / 8 * 8, &value, 8);
        break;
      }
      case 5:
        for (uint64_t i = offset; i < offset + random->Below(256) && i < file->size(); ++i) {
          (*file)[i] = uint8_t(random->Next());
        }
        break;
      default:
        if (random->Below(4) == 0) file->resize(random->Below(file->size()));
    }
  }
  if (random->Below(200) == 0) {
    for (uint8_t& byte : *file) byte = uint8_t(random->Next());
  }
}

enum class Outcome { kReading, kNamedError, kNameless };

// Does with a file all that a reader does.
Outcome ReadEverything(const std::string& path) {
  RegionReader reader;
  Error error;
  if (!reader.Open(path, &error))
    return error.code.empty() ? Outcome::kNameless : Outcome::kNamedError;
  const std::shared_ptr<Region> copy = reader.Copy(&error);
  if (copy == nullptr) {
    return error.code.empty() || error.message.find(path) == std::string::npos
               ? Outcome::kNameless
               : Outcome::kNamedError;
  }
  const Frame frame = TakeSnapshot(*copy);
  const Frame gauges = TakeSnapshot(*copy, Scope::kGauges);
  size_t bytes = frame.values.size() + gauges.values.size() + reader.Processes(*copy).size();
  bytes += frame.exemplars.text.size();
  for (uint32_t index = 0; index < copy->EntryCount(); ++index) {
    if (EntryState(copy->entries()[index].state) == EntryState::kEmpty) continue;
    bytes += BlobOf(*copy, copy->entries()[index]).size();
    bytes += KeyOf(*copy, copy->entries()[index]).size();
    bytes += ReadHistory(*copy, index, 0, 1e300).values.size();
  }
  return bytes < (size_t{1} << 40) ? Outcome::kReading : Outcome::kNameless;
}

void WriteFile(int fd, const std::vector<uint8_t>& bytes) {
  // A file system that is full would make every case the same.
  if (ftruncate(fd, 0) != 0 || pwrite(fd, bytes.data(), bytes.size(), 0) != ssize_t(bytes.size())) {
    printf("not ok a damaged file can be written\n");
    exit(1);
  }
}

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* value = getenv(name);
  return value == nullptr ? otherwise : strtoull(value, nullptr, 10);
}

void TestDamagedFiles(const std::vector<uint8_t>& sound, const std::string& path, int fd) {
  const uint64_t cases = FromEnvironment("VSR_METRICS_HOSTILE_CASES", 3000);
  const uint64_t seed = FromEnvironment("VSR_METRICS_HOSTILE_SEED", 1);
  Behaviour damaged("hostile: a damaged file gives a named error or a reading");
  Behaviour quick("hostile: no file is read for more than a second");
  RegionHeader header;
  memcpy(&header, sound.data(), sizeof header);
  uint64_t readings = 0;
  uint64_t errors = 0;
  std::vector<uint8_t> file;
  for (uint64_t number = 0; number < cases; ++number) {
    Random random(seed + number);
    file = sound;
    Damage(header, &file, &random);
    WriteFile(fd, file);
    const auto start = std::chrono::steady_clock::now();
    const Outcome outcome = ReadEverything(path);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    const std::string name = "case " + std::to_string(seed + number);
    damaged.Expect(outcome != Outcome::kNameless, name + ": neither an error nor a reading");
    quick.Expect(taken.count() < 1, name + ": " + std::to_string(taken.count()) + " s");
    ++(outcome == Outcome::kReading ? readings : errors);
    if (cases > 20000 && number % 5000 == 4999) {
      fprintf(stderr, "  %llu of %llu\n", (unsigned long long)(number + 1),
              (unsigned long long)cases);
    }
  }
  // Damage that is always refused, or always read, would test only one half of the reader.
  damaged.Expect(readings > cases / 20 && errors > cases / 20,
                 std::to_string(readings) + " readings, " + std::to_string(errors) + " errors");
  printf("# %llu readings, %llu named errors\n", (unsigned long long)readings,
         (unsigned long long)errors);
}

void TestChangingFile(const std::vector<uint8_t>& sound, const std::string& path, int fd) {
  Behaviour changing("hostile: a file that is truncated and rewritten meanwhile does no harm");
  RegionHeader header;
  memcpy(&header, sound.data(), sizeof header);
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    Random random(99);
    std::vector<uint8_t> file;
    while (!stop) {
      file = sound;
      if (random.Below(2) == 0) Damage(header, &file, &random);
      WriteFile(fd, file);
      if (random.Below(3) == 0 && ftruncate(fd, off_t(random.Below(file.size()))) != 0) return;
    }
  });
  const uint64_t reads = FromEnvironment("VSR_METRICS_HOSTILE_CASES", 3000) / 3;
  for (uint64_t read = 0; read < reads; ++read) {
    changing.Expect(ReadEverything(path) != Outcome::kNameless, "neither an error nor a reading");
  }
  stop = true;
  writer.join();
}

}  // namespace

int main() {
  char path[] = "/tmp/vsr-metrics-hostile.XXXXXX";
  const int fd = mkstemp(path);
  if (fd < 0) {
    printf("not ok a file for the test can be made\n");
    return 1;
  }
  const std::vector<uint8_t> sound = SoundFile();
  {
    Behaviour intact("hostile: the file is sound before it is damaged");
    WriteFile(fd, sound);
    intact.Expect(ReadEverything(path) == Outcome::kReading, "it is refused");
  }
  TestDamagedFiles(sound, path, fd);
  TestChangingFile(sound, path, fd);
  unlink(path);
  return FailedBehaviours() == 0 ? 0 : 1;
}
