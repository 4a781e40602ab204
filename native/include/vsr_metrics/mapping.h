// A range of addresses over a part of a file, most of which nobody ever touches.
//
//   std::shared_ptr<Mapping> mapping = Mapping::Map(fd, 0, size);   // null, and errno, when it
//   fails mapping->bytes(); mapping->Blank();   // from now on private zeros: whoever still stores
//   there harms nobody
//
// Only pages that were touched cost memory: not those that lie between them in a core dump, not
// those of a process that locks its memory, and none at all in a child made by fork().
#ifndef VSR_METRICS_MAPPING_H_
#define VSR_METRICS_MAPPING_H_

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <memory>

#include "forked_child.h"

namespace vsr_metrics {

namespace mapping_internal {

// Gives pages that were mapped without rights their rights. Without them at first: after
// mlockall(MCL_FUTURE) the kernel would otherwise fill in every page at once.
inline bool Open(void* memory, uint64_t size) {
  munlock(memory, size);
  if (mprotect(memory, size, PROT_READ | PROT_WRITE) != 0) return false;
#ifdef MADV_NOHUGEPAGE
  // One touched cell must not cost 2 MB.
  madvise(memory, size, MADV_NOHUGEPAGE);
#endif
#ifdef MADV_DONTDUMP
  madvise(memory, size, MADV_DONTDUMP);
#endif
  return true;
}

#ifdef __linux__
// Where the system grants no more memory than it has, private pages are counted before they are
// used; those of a file without a name are not.
inline void BlankWithFile(void* memory, uint64_t size) {
  const int fd = memfd_create("vsr-metrics-blank", MFD_CLOEXEC);
  if (fd < 0) return;
  if (ftruncate(fd, off_t(size)) == 0) {
    mmap(memory, size, PROT_NONE, MAP_SHARED | MAP_NORESERVE | MAP_FIXED, fd, 0);
    Open(memory, size);
  }
  close(fd);
}
#endif

}  // namespace mapping_internal

class Mapping {
 public:
  static std::shared_ptr<Mapping> Map(int fd, uint64_t offset, uint64_t size) {
    // Where the system's pages are larger than a region's, a part may start inside of one.
    const uint64_t before = offset % uint64_t(sysconf(_SC_PAGESIZE));
    return Of(mmap(nullptr, before + size, PROT_NONE, MAP_SHARED | MAP_NORESERVE, fd,
                   off_t(offset - before)),
              before, size);
  }

  // Zeros of this process alone.
  static std::shared_ptr<Mapping> MapZeros(uint64_t size) {
    return Of(mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANON | MAP_NORESERVE, -1, 0), 0,
              size);
  }

  // Takes over what mmap() gave.
  static std::shared_ptr<Mapping> Adopt(uint8_t* memory, uint64_t size) {
    return std::shared_ptr<Mapping>(new Mapping(memory, 0, size));
  }

  ~Mapping() { munmap(memory_, before_ + size_); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  uint8_t* bytes() const { return memory_ + before_; }
  uint64_t size() const { return size_; }

  // The addresses stay, what was there is given up.
  void Blank() {
    using namespace mapping_internal;
    const uint64_t size = before_ + size_;
    mmap(memory_, size, PROT_NONE, MAP_PRIVATE | MAP_ANON | MAP_NORESERVE | MAP_FIXED, -1, 0);
    if (Open(memory_, size)) return;
#ifdef __linux__
    BlankWithFile(memory_, size);
#endif
  }

 private:
  static std::shared_ptr<Mapping> Of(void* memory, uint64_t before, uint64_t size) {
    if (memory == MAP_FAILED) return nullptr;
    if (mapping_internal::Open(memory, before + size)) {
      return std::shared_ptr<Mapping>(new Mapping(static_cast<uint8_t*>(memory), before, size));
    }
    const int problem = errno;
    munmap(memory, before + size);
    errno = problem;
    return nullptr;
  }

  Mapping(uint8_t* memory, uint64_t before, uint64_t size)
      : memory_(memory), before_(before), size_(size) {}

  uint8_t* memory_;
  uint64_t before_;
  uint64_t size_;
  ForkedChild in_child_{[](void* self) { static_cast<Mapping*>(self)->Blank(); }, this};
};

}  // namespace vsr_metrics

#endif  // VSR_METRICS_MAPPING_H_
