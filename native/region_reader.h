// Reading a region from outside: of a process that runs, hangs, is stopped, or is dead.
//
//   RegionReader reader;
//   if (!reader.Open(path, &error)) ...
//   const Region* copy = reader.Refresh(&error);   // checked; TakeSnapshot(*copy) is safe
//
// Every byte of the file is hostile. It is never mapped: a mapping can shrink or change between a
// check and its use. What is needed is copied out, the copy is checked, and only the copy is used.
// The history is copied when somebody asks for it, and not before.
#ifndef VSR_METRICS_REGION_READER_H_
#define VSR_METRICS_REGION_READER_H_

#include <memory>
#include <string>
#include <vector>

#include "history_index.h"
#include "vsr_metrics/region.h"

namespace vsr_metrics {

struct AttachedProcess {
  uint32_t slot;
  uint32_t pid;
  bool is_alive;
  uint64_t attached_unix_nanoseconds;
  // How long ago it gave a sign of life; that of its event loop may be unknown.
  uint64_t heartbeat_age_nanoseconds;
  bool has_loop;
  uint64_t loop_age_nanoseconds;
};

class RegionReader {
 public:
  RegionReader() = default;
  ~RegionReader();
  RegionReader(const RegionReader&) = delete;
  RegionReader& operator=(const RegionReader&) = delete;

  bool Open(const std::string& path, Error* error);

  // Gives back the file and the copy. Nothing but Open() makes sense afterwards.
  void Close();

  // A private copy of what is there now, checked from end to end; null and an error when it makes
  // no sense. When another file has taken the place of this one, because its program started again,
  // that of the other. The one before is gone: its memory is used again.
  const Region* Refresh(Error* error);

  // The newest copy; null before the first one and after one that failed.
  const Region* copy() const { return copy_.get(); }

  // Everyone who ever attached, the creator first, as of the newest copy.
  const std::vector<AttachedProcess>& processes() const { return processes_; }

  // Earlier values of a series of the newest copy. What was copied for it is kept for the next one,
  // for as long as the file's history does not change.
  bool ReadHistory(const HistoryKey& key, double from_unix_milliseconds,
                   double to_unix_milliseconds, SeriesHistory* history, Error* error);
  void ForgetHistory() { history_.Clear(); }

 private:
  void Follow();
  bool ReadHeader(RegionHeader* header, Error* error);
  bool Copy(const RegionHeader& header, Error* error);
  void LookAtProcesses();
  void UnsetGaugesOfTheDead();
  Error Unreadable(const std::string& problem) const;

  std::string path_;
  int fd_ = -1;
  bool is_older_ = false;
  std::shared_ptr<Region> copy_;
  std::vector<AttachedProcess> processes_;
  HistoryIndex history_;
};

// Whether everything that TakeSnapshot and the directory's readers will use is in bounds. Cursors
// beyond their section are cut.
bool CheckRegion(Region& region, std::string* problem);

// Whether some process has the region of this file open to record into it. Looks at the locks
// alone.
bool IsRegionInUse(const std::string& path);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_REGION_READER_H_
