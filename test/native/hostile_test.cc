// Every byte of a region file is hostile to its reader: thousands of damaged files, and files that
// change while they are read. Each gives a named error or a reading; none crashes or hangs.
//
// VSR_METRICS_HOSTILE_CASES says how many; 3,000 unless told otherwise, 100,000 at full size.
// VSR_METRICS_HOSTILE_SEED starts somewhere else. A case that fails prints its number.

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "check.h"
#include "hostile_file.h"

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

constexpr uint64_t kExtremes[] = {0,          1,          2,          7,           63,
                                  4095,       4096,       0x7fffffff, 0x80000000u, 0xffffffffu,
                                  1ull << 32, 1ull << 46, 1ull << 62, 1ull << 63,  ~0ull};

uint64_t SomeOffset(const RegionHeader& header, Random* random) {
  const std::vector<Section> sections = DamageableSections(header);
  const Section& section = sections[random->Below(sections.size())];
  return section.offset + random->Below(section.size);
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

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* value = getenv(name);
  return value == nullptr ? otherwise : strtoull(value, nullptr, 10);
}

void TestDamagedFiles(const std::string& which, const std::vector<uint8_t>& sound,
                      const std::string& path, int fd) {
  const uint64_t cases = FromEnvironment("VSR_METRICS_HOSTILE_CASES", 3000);
  const uint64_t seed = FromEnvironment("VSR_METRICS_HOSTILE_SEED", 1);
  Behaviour damaged("hostile: a damaged file of " + which + " gives a named error or a reading");
  Behaviour quick("hostile: no file of " + which + " is read for more than a second");
  const RegionHeader header = HeaderOf(sound);
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
  printf("# %llu readings of %s, %llu named errors of %s\n", (unsigned long long)readings,
         which.c_str(), (unsigned long long)errors, which.c_str());
}

void TestChangingFile(const std::vector<uint8_t>& sound, const std::string& path, int fd) {
  Behaviour changing("hostile: a file that is truncated and rewritten meanwhile does no harm");
  const RegionHeader header = HeaderOf(sound);
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
  const std::vector<uint8_t> older = OlderFile();
  {
    Behaviour intact("hostile: the files are sound before they are damaged");
    for (const std::vector<uint8_t>& file : {sound, older}) {
      WriteFile(fd, file);
      intact.Expect(ReadEverything(path) == Outcome::kReading, "one is refused");
    }
  }
  TestDamagedFiles("this layout", sound, path, fd);
  TestDamagedFiles("the one before", older, path, fd);
  TestChangingFile(sound, path, fd);
  unlink(path);
  return FailedBehaviours() == 0 ? 0 : 1;
}
