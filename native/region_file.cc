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
#include "vsr_metrics/processes.h"

namespace vsr_metrics {
namespace {

const char* const kOptions = "VSR_METRICS_REGISTRY_OPTIONS";
constexpr int kMostNaps = 1000;  // for somebody else who makes the same file
constexpr useconds_t kNapMicroseconds = 1000;

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

std::string DraftOf(const std::string& path) { return path + ".new"; }

Error CannotBeMade(const std::string& path, const std::string& why) {
  return {kOptions, "file " + path + " cannot be made in " + DirectoryOf(path) + ": " + why};
}

// An empty file under the draft's name that is this process' alone: its creator's lock is held. -1
// and why, when it cannot be had.
int OpenDraft(const std::string& path, Error* error) {
  const std::string draft = DraftOf(path);
  const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  int naps = 0;
  for (;;) {
    const int fd = open(draft.c_str(), flags, 0600);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0) {
      *error = CannotBeMade(path, strerror(errno));
      if (fd >= 0) close(fd);
      return -1;
    }
    if (!S_ISREG(status.st_mode) || status.st_uid != geteuid()) {
      *error = CannotBeMade(path, draft + " is no file of this user");
      close(fd);
      return -1;
    }
    const bool is_mine = TryLock(fd, kProcessLocks + kCreatorSlot);
    const int refusal = is_mine ? 0 : errno;
    // Between opening and locking it may have become a region.
    const bool is_draft = IsStillNamed(fd, draft);
    if (is_mine && is_draft) {
      if (fchmod(fd, 0600) == 0 && ftruncate(fd, 0) == 0) return fd;
      *error = CannotBeMade(path, strerror(errno));
      close(fd);
      return -1;
    }
    close(fd);
    if (!is_mine && refusal != EAGAIN && refusal != EACCES) {
      errno = refusal;
      *error = NoProcessSlot(path, 1);
      return -1;
    }
    if (!is_draft) continue;
    // Making one takes milliseconds.
    if (++naps > kMostNaps) {
      *error = CannotBeMade(path, "another thread or process is making it and does not go on");
      return -1;
    }
    usleep(kNapMicroseconds);
  }
}

}  // namespace

std::unique_ptr<RegionDraft> RegionDraft::Create(const FileOptions& options,
                                                 const RegionSizes& sizes, Error* error) {
  const std::string& path = options.path;
  if (!options.allow_disk && !IsMemoryFileSystem(DirectoryOf(path))) {
    *error = {kOptions, "file " + path +
                            " is not on a memory file system: stores would stall whenever a page "
                            "is written to the disk; use /dev/shm, or say allowDisk: true"};
    return nullptr;
  }
  const int fd = OpenDraft(path, error);
  if (fd < 0) return nullptr;
  std::unique_ptr<RegionDraft> draft(new RegionDraft(options));
  draft->region_ = CreateRegionIn(fd, path, sizes, error);
  if (draft->region_ != nullptr) return draft;
  unlink(DraftOf(path).c_str());
  return nullptr;
}

RegionDraft::~RegionDraft() {
  if (region_ != nullptr) unlink(DraftOf(options_.path).c_str());
}

bool RegionDraft::Publish(Error* error) {
  const std::string& path = options_.path;
  const std::string draft = DraftOf(path);
  for (int attempt = 0; ClearPath(options_, error); ++attempt) {
    if (!IsStillNamed(region_->fd(), draft)) {
      *error = CannotBeMade(path, draft + " was removed meanwhile");
      break;
    }
    if (RenameNew(draft, path)) {
      region_ = nullptr;
      return true;
    }
    if (errno != EEXIST || attempt == 100) {
      *error = CannotBeMade(path, strerror(errno));
      break;
    }
  }
  return false;
}

std::shared_ptr<Region> CreateRegionFile(const FileOptions& options, const RegionSizes& sizes,
                                         Error* error) {
  const std::unique_ptr<RegionDraft> draft = RegionDraft::Create(options, sizes, error);
  if (draft == nullptr) return nullptr;
  std::shared_ptr<Region> region = draft->region();
  return draft->Publish(error) ? region : nullptr;
}

}  // namespace vsr_metrics
