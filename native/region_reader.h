// Reading a region from outside: of a process that runs, hangs, is stopped, or is dead.
//
//   RegionReader reader;
//   if (!reader.Open(path, &error)) ...
//   std::shared_ptr<Region> copy = reader.Copy(&error);   // checked; TakeSnapshot(*copy) is safe
//
// Every byte of the file is hostile. It is never mapped: a mapping can shrink or change between a
// check and its use. What is needed is copied out, the copy is checked, and only the copy is used.
#ifndef VSR_METRICS_REGION_READER_H_
#define VSR_METRICS_REGION_READER_H_

#include <memory>
#include <string>
#include <vector>

#include "vsr_metrics/region.h"

namespace vsr_metrics {

struct AttachedProcess {
  uint32_t slot;
  uint32_t pid;
  bool is_alive;
  uint64_t attached_unix_nanoseconds;
  uint64_t heartbeat_monotonic_nanoseconds;
  uint64_t loop_monotonic_nanoseconds;
};

class RegionReader {
 public:
  RegionReader() = default;
  ~RegionReader();
  RegionReader(const RegionReader&) = delete;
  RegionReader& operator=(const RegionReader&) = delete;

  bool Open(const std::string& path, Error* error);

  // A private copy of everything that was ever stored, checked from end to end.
  std::shared_ptr<Region> Copy(Error* error);

  // Everyone who ever attached, the creator first.
  std::vector<AttachedProcess> Processes(const Region& copy) const;

  // Follows the path when another file has taken its place: its program started again.
  void Follow();

 private:
  std::string path_;
  int fd_ = -1;
};

// Whether everything that TakeSnapshot and the directory's readers will use is in bounds. Cursors
// beyond their section are cut.
bool CheckRegion(Region& region, std::string* problem);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_REGION_READER_H_
