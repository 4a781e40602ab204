// A small file of /proc or /sys that is opened once and read again and again: opening costs more
// than reading, and a sampler should not fail because descriptors ran out later.
//
//   ReadBuffer buffer;                              // one for many files, one after the other
//   KeptFile file("/proc/self/statm");
//   std::string_view text = file.Read(&buffer);     // valid until the buffer is used again
//
// A file that cannot be opened or read, or that is larger than the buffer, reads as empty.
#ifndef VSR_METRICS_KEPT_FILE_H_
#define VSR_METRICS_KEPT_FILE_H_

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace vsr_metrics {

class ReadBuffer {
 public:
  // A machine with hundreds of containers has some 60 kB of network interfaces.
  static constexpr size_t kSize = 128 * 1024;

  char* data() const { return data_.get(); }

 private:
  // Not cleared: pages that no file ever reached cost nothing.
  std::unique_ptr<char[]> data_{new char[kSize]};
};

class KeptFile {
 public:
  KeptFile() = default;
  explicit KeptFile(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~KeptFile() {
    if (fd_ >= 0) close(fd_);
  }
  KeptFile(KeptFile&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  KeptFile(const KeptFile&) = delete;
  KeptFile& operator=(const KeptFile&) = delete;
  KeptFile& operator=(KeptFile&&) = delete;

  bool is_open() const { return fd_ >= 0; }

  // All of it.
  std::string_view Read(ReadBuffer* buffer) const {
    const size_t size = ReadUpTo(buffer, ReadBuffer::kSize);
    return size == ReadBuffer::kSize ? std::string_view() : std::string_view(buffer->data(), size);
  }

  // Its beginning, for a file of unknown length that starts with what is wanted.
  std::string_view ReadStart(ReadBuffer* buffer, size_t size_max) const {
    return {buffer->data(), ReadUpTo(buffer, std::min(size_max, ReadBuffer::kSize))};
  }

 private:
  size_t ReadUpTo(ReadBuffer* buffer, size_t size_max) const {
    if (fd_ < 0) return 0;
    size_t size = 0;
    // The kernel makes such a text a page at a time.
    while (size < size_max) {
      const ssize_t got = pread(fd_, buffer->data() + size, size_max - size, off_t(size));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return 0;
      if (got == 0) break;
      size += size_t(got);
    }
    return size;
  }

  int fd_ = -1;
};

}  // namespace vsr_metrics

#endif  // VSR_METRICS_KEPT_FILE_H_
