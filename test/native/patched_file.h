// What the fuzzer's inputs mean: a sound region file and what is changed in it.
//
//   input:  uint8  which file: even: of this layout; odd: of the one before
//           uint16 how much of the file is left, in 65535ths; 0: all of it
//           then patches until it ends:
//             uint8 section | uint16 position in it | uint8 size, up to 64 | that many bytes
//
// So an input is short, and every byte of it is one that a reader looks at.
#ifndef VSR_METRICS_TEST_PATCHED_FILE_H_
#define VSR_METRICS_TEST_PATCHED_FILE_H_

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "hostile_file.h"

namespace vsr_metrics {

// Takes values off the front of an input; zeros once it is used up.
class Input {
 public:
  Input(const uint8_t* bytes, size_t size) : bytes_(bytes), size_(size) {}

  bool IsEmpty() const { return size_ == 0; }

  template <typename T>
  T Take() {
    T value = 0;
    CopyTo(reinterpret_cast<uint8_t*>(&value), sizeof value);
    return value;
  }

  void CopyTo(uint8_t* to, size_t size) {
    const size_t given = std::min(size, size_);
    if (given > 0) memcpy(to, bytes_, given);
    bytes_ += given;
    size_ -= given;
  }

 private:
  const uint8_t* bytes_;
  size_t size_;
};

inline std::vector<uint8_t> PatchedFile(const std::vector<uint8_t>& sound, Input input) {
  const std::vector<Section> sections = DamageableSections(HeaderOf(sound));
  std::vector<uint8_t> file = sound;
  const uint64_t left = input.Take<uint16_t>();
  while (!input.IsEmpty()) {
    const Section& section = sections[input.Take<uint8_t>() % sections.size()];
    const uint64_t at = section.offset + input.Take<uint16_t>() % section.size;
    const size_t size = std::min<size_t>(input.Take<uint8_t>() % 65, file.size() - at);
    input.CopyTo(&file[at], size);
  }
  if (left > 0) file.resize(file.size() * left / 65535);
  return file;
}

// Reads the file that an input stands for, as any reader would. False: neither a reading nor a
// named error came of it.
inline bool ReadPatchedFile(const uint8_t* bytes, size_t size) {
  static const std::vector<uint8_t> files[] = {SoundFile(), OlderFile()};
  static const int fd = memfd_create("vsr-metrics-patched", MFD_CLOEXEC);
  Input input(bytes, size);
  const std::vector<uint8_t>& sound = files[input.Take<uint8_t>() % 2];
  WriteFile(fd, PatchedFile(sound, input));
  return ReadEverything("/proc/self/fd/" + std::to_string(fd)) != Outcome::kNameless;
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_TEST_PATCHED_FILE_H_
