// Copies parts of a file that may be anybody's into private memory.
//
//   FileCopy copy(fd);
//   if (!copy.Read(offset, size, to)) message = path + " " + copy.problem();
//
// A file may claim to hold any amount: all that one of these copies is kMostBytesRead, and holes
// cost neither time nor memory.
#ifndef VSR_METRICS_FILE_COPY_H_
#define VSR_METRICS_FILE_COPY_H_

#include <cstdint>
#include <string>

namespace vsr_metrics {

// What a region may hold for its readers, its history apart; and what its history may.
constexpr uint64_t kMostBytesRead = uint64_t{4} << 30;

class FileCopy {
 public:
  explicit FileCopy(int fd) : fd_(fd) {}

  // `to` holds zeros. False: see problem().
  bool Read(uint64_t offset, uint64_t size, uint8_t* to);

  // What is wrong with the file, after its name.
  const std::string& problem() const { return problem_; }

 private:
  bool ReadData(uint64_t offset, uint64_t size, uint8_t* to);

  int fd_;
  uint64_t left_ = kMostBytesRead;
  std::string problem_;
};

// Private memory that is zero and costs nothing until it is stored into. Null bytes: there was not
// enough address space.
class PrivateMemory {
 public:
  PrivateMemory() = default;
  explicit PrivateMemory(uint64_t size);
  ~PrivateMemory();
  PrivateMemory(PrivateMemory&& other) noexcept;
  PrivateMemory& operator=(PrivateMemory&& other) noexcept;

  uint8_t* bytes() const { return bytes_; }
  uint64_t size() const { return size_; }
  // Hands the memory over: whoever takes it unmaps it.
  uint8_t* Release();

 private:
  uint8_t* bytes_ = nullptr;
  uint64_t size_ = 0;
};

}  // namespace vsr_metrics

#endif  // VSR_METRICS_FILE_COPY_H_
