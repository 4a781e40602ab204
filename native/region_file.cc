#include "region_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#ifdef __linux__
#include <linux/magic.h>
#include <sys/vfs.h>
#endif

#include "region_create.h"
#include "vsr_metrics/file_lock.h"

namespace vsr_metrics {
namespace {

const char* const kOptions = "VSR_METRICS_REGISTRY_OPTIONS";

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Whether pages of files here stay in memory. Unknown systems count as such: there is nothing to
// ask.
bool IsMemoryFileSystem(const std::string& directory) {
#ifdef __linux__
  struct statfs status;
  if (statfs(directory.c_str(), &status) != 0) return true;
  const auto type = uint32_t(status.f_type);
  return type == TMPFS_MAGIC || type == RAMFS_MAGIC;
#else
  (void)directory;
  return true;
#endif
}

// Renames without replacing what is there. EEXIST: somebody was faster.
bool RenameNew(const std::string& from, const std::string& to) {
#ifdef RENAME_NOREPLACE
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
#endif
  if (link(from.c_str(), to.c_str()) != 0) return false;
  unlink(from.c_str());
  return true;
}

// Makes room under `path` for a new one: the last `keep` dead ones move up by one number.
void KeepDead(const std::string& path, uint32_t keep) {
  if (keep == 0) {
    unlink(path.c_str());
    return;
  }
  for (uint32_t number = keep; number > 1; --number) {
    const std::string older = path + "." + std::to_string(number);
    const std::string newer = path + "." + std::to_string(number - 1);
    rename(newer.c_str(), older.c_str());
  }
  rename(path.c_str(), (path + ".1").c_str());
}

bool IsStillNamed(int fd, const std::string& path) {
  struct stat opened;
  struct stat named;
  return fstat(fd, &opened) == 0 && lstat(path.c_str(), &named) == 0 && IsSameFile(opened, named);
}

uint32_t CreatorPid(int fd) {
  RegionHeader header;
  ProcessRecord creator;
  if (pread(fd, &header, sizeof header, 0) != ssize_t(sizeof header) ||
      memcmp(header.magic, kMagic, sizeof kMagic) != 0 || header.layout_version != kLayoutVersion ||
      pread(fd, &creator, sizeof creator, off_t(header.process_table_offset)) !=
          ssize_t(sizeof creator)) {
    return 0;
  }
  return creator.pid;
}

// Whether its creator closed it and nobody was recording any more: then it is no evidence of a
// crash.
bool WasClosed(int fd) {
  RegionHeader header;
  if (pread(fd, &header, sizeof header, 0) != ssize_t(sizeof header) || header.closed == 0 ||
      header.layout_version != kLayoutVersion) {
    return false;
  }
  for (uint32_t lane = 0; lane < header.lane_count; ++lane) {
    LaneRecord record;
    const off_t offset = off_t(header.lane_table_offset + lane * sizeof record);
    if (pread(fd, &record, sizeof record, offset) != ssize_t(sizeof record)) return false;
    if (uint32_t(record.owner) != 0) return false;
  }
  return true;
}

// What stands under the path now is moved away, if nobody lives in it. Returns false with an error
// when somebody does, or when it is nothing of ours.
bool ClearPath(const FileOptions& options, Error* error) {
  const std::string& path = options.path;
  const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) {
    if (errno == ENOENT) return true;
    *error = {kOptions, "file " + path + " cannot be used: " +
                            (errno == ELOOP ? "it is a symbolic link" : strerror(errno))};
    return false;
  }
  struct stat status;
  uint8_t magic[sizeof kMagic] = {};
  const bool is_region =
      fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
      (status.st_size == 0 || (pread(fd, magic, sizeof magic, 0) == ssize_t(sizeof magic) &&
                               memcmp(magic, kMagic, sizeof magic) == 0));
  if (!is_region || status.st_uid != geteuid()) {
    *error = {kOptions, "file " + path + " cannot be used: " +
                            (is_region ? "it belongs to another user"
                                       : "it is no region, and is not overwritten")};
    close(fd);
    return false;
  }
  if (!TryLock(fd, kProcessLocks + kCreatorSlot)) {
    const uint32_t pid = CreatorPid(fd);
    *error = {kOptions, "file " + path + " is the registry of a running process (pid " +
                            std::to_string(pid) +
                            "); attach to it with attachRegistry, or give another path"};
    close(fd);
    return false;
  }
  // Between opening and locking somebody may have moved it and made a new one: then look again.
  if (IsStillNamed(fd, path)) {
    if (WasClosed(fd)) {
      unlink(path.c_str());
    } else {
      KeepDead(path, options.keep);
    }
  }
  close(fd);
  return true;
}

}  // namespace

std::shared_ptr<Region> CreateRegionFile(const FileOptions& options, const RegionSizes& sizes,
                                         Error* error) {
  const std::string& path = options.path;
  const std::string directory = DirectoryOf(path);
  if (!options.allow_disk && !IsMemoryFileSystem(directory)) {
    *error = {kOptions, "file " + path +
                            " is not on a memory file system: stores would stall whenever a page "
                            "is written to the disk; use /dev/shm, or say allowDisk: true"};
    return nullptr;
  }
  const std::string draft =
      path + "." + std::to_string(getpid()) + "." + std::to_string(UnixNanoseconds()) + ".new";
  const int fd = open(draft.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) {
    *error = {kOptions,
              "file " + path + " cannot be made in " + directory + ": " + strerror(errno)};
    return nullptr;
  }
  // Complete before it has its name: nobody ever opens half a region.
  std::shared_ptr<Region> region = CreateRegionIn(fd, path, sizes, error);
  for (int attempt = 0; region != nullptr; ++attempt) {
    if (!ClearPath(options, error)) break;
    if (RenameNew(draft, path)) return region;
    if (errno != EEXIST || attempt == 100) {
      *error = {kOptions, "file " + path + " cannot be made: " + strerror(errno)};
      break;
    }
  }
  unlink(draft.c_str());
  return nullptr;
}

}  // namespace vsr_metrics
