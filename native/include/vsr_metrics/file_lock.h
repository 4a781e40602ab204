// Locks on single bytes of a file that live exactly as long as their holder.
//
// Open file description locks: they belong to the descriptor, not to the process. So a process that
// opens and closes the same file to read it does not lose them, two copies of this library in one
// process do not share them, and close-on-exec keeps them from children.
#ifndef VSR_METRICS_FILE_LOCK_H_
#define VSR_METRICS_FILE_LOCK_H_

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>

namespace vsr_metrics {

#ifdef F_OFD_SETLK
constexpr int kSetLock = F_OFD_SETLK;
constexpr int kGetLock = F_OFD_GETLK;
#else
constexpr int kSetLock = F_SETLK;
constexpr int kGetLock = F_GETLK;
#endif

inline struct flock ByteLock(int64_t byte) {
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = byte;
  lock.l_len = 1;
  return lock;
}

// Takes the byte, or returns false at once when somebody has it.
inline bool TryLock(int fd, int64_t byte) {
  struct flock lock = ByteLock(byte);
  return fcntl(fd, kSetLock, &lock) == 0;
}

inline void Unlock(int fd, int64_t byte) {
  struct flock lock = ByteLock(byte);
  lock.l_type = F_UNLCK;
  fcntl(fd, kSetLock, &lock);
}

// Whether somebody else has the byte. One's own locks do not show.
inline bool IsLockedByOther(int fd, int64_t byte) {
  struct flock lock = ByteLock(byte);
  return fcntl(fd, kGetLock, &lock) == 0 && lock.l_type != F_UNLCK;
}

// The same of this byte and all that follow.
inline bool IsAnyLockedByOther(int fd, int64_t byte) {
  struct flock lock = ByteLock(byte);
  lock.l_len = 0;
  return fcntl(fd, kGetLock, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_FILE_LOCK_H_
