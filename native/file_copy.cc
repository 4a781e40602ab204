#include "file_copy.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace vsr_metrics {
namespace {

// Asking where a hole ends costs as much as reading this many bytes of it.
constexpr uint64_t kWorthSkipping = 64 << 10;

// The next byte at or after `offset` that the file has data for; `end` when there is none before
// it.
uint64_t NextData(int fd, uint64_t offset, uint64_t end) {
#ifdef SEEK_DATA
  const off_t found = lseek(fd, off_t(offset), SEEK_DATA);
  if (found >= 0) return std::min(uint64_t(found), end);
  if (errno == ENXIO) return end;
#endif
  return offset;
}

// The next byte after `offset` that it has none for.
uint64_t NextHole(int fd, uint64_t offset, uint64_t end) {
#ifdef SEEK_HOLE
  const off_t found = lseek(fd, off_t(offset), SEEK_HOLE);
  if (found > off_t(offset)) return std::min(uint64_t(found), end);
#endif
  return end;
}

}  // namespace

bool FileCopy::Read(uint64_t offset, uint64_t size, uint8_t* to) {
  if (size <= kWorthSkipping) return ReadData(offset, size, to);
  const uint64_t end = offset + size;
  for (uint64_t at = NextData(fd_, offset, end); at < end;) {
    const uint64_t stop = NextHole(fd_, at, end);
    if (!ReadData(at, stop - at, to + (at - offset))) return false;
    at = stop < end ? NextData(fd_, stop, end) : end;
  }
  return true;
}

bool FileCopy::ReadData(uint64_t offset, uint64_t size, uint8_t* to) {
  if (size > left_) {
    problem_ = "holds more than " + std::to_string(kMostBytesRead >> 20) +
               " MB, which is as much as anybody reads of a file";
    return false;
  }
  left_ -= size;
  while (size > 0) {
    const ssize_t got = pread(fd_, to, size, off_t(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      problem_ = std::string("cannot be read: ") + strerror(errno);
      return false;
    }
    if (got == 0) {
      problem_ = "is truncated: it became shorter while it was read";
      return false;
    }
    offset += uint64_t(got);
    to += got;
    size -= uint64_t(got);
  }
  return true;
}

PrivateMemory::PrivateMemory(uint64_t size) {
  if (size == 0) return;
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return;
#ifdef MADV_NOHUGEPAGE
  // One byte must not cost 2 MB.
  madvise(memory, size, MADV_NOHUGEPAGE);
#endif
#ifdef MADV_DONTDUMP
  madvise(memory, size, MADV_DONTDUMP);
#endif
  bytes_ = static_cast<uint8_t*>(memory);
  size_ = size;
}

PrivateMemory::~PrivateMemory() {
  if (bytes_ != nullptr) munmap(bytes_, size_);
}

PrivateMemory::PrivateMemory(PrivateMemory&& other) noexcept
    : bytes_(std::exchange(other.bytes_, nullptr)), size_(std::exchange(other.size_, 0)) {}

PrivateMemory& PrivateMemory::operator=(PrivateMemory&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  std::swap(size_, other.size_);
  return *this;
}

uint8_t* PrivateMemory::Release() {
  size_ = 0;
  return std::exchange(bytes_, nullptr);
}

}  // namespace vsr_metrics
