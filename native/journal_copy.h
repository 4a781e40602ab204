// The histograms of a lane with a journal, copied out of a file: cells and ring of one moment.
//
//   JournalCopy journals(fd, copy);
//   if (!journals.CopyHistogram(lane, index, *family, &problem)) ...
//   journals.Finish();
//
// What is still in the ring is added to the cells of the copy, so that whoever reads the copy needs
// to know of no journal.
#ifndef VSR_METRICS_JOURNAL_COPY_H_
#define VSR_METRICS_JOURNAL_COPY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "file_copy.h"
#include "vsr_metrics/journal_reading.h"
#include "vsr_metrics/region.h"

namespace vsr_metrics {

class JournalCopy {
 public:
  JournalCopy(int fd, Region& copy) : file_(fd), copy_(copy), lanes_(copy.LanesInUse()) {}

  // Copies head and cells of a series that was checked. False: the file cannot be read.
  bool CopyHistogram(uint32_t lane, uint32_t index, const FamilyBlob& family);

  // The lanes of the copy have no journals any more.
  void Finish();

  const std::string& problem() const { return file_.problem(); }

 private:
  struct Lane {
    bool is_loaded = false;
    JournalContents contents;
  };

  bool CopyTo(const void* in_copy, uint64_t size) {
    auto* to = static_cast<uint8_t*>(const_cast<void*>(in_copy));
    return file_.Read(uint64_t(to - copy_.base()), size, to);
  }
  bool Load(uint32_t lane, bool* is_current);
  bool LoadProgress(uint32_t lane, uint64_t* progress);
  bool CopyOnce(uint32_t lane, const Entry& entry, const FamilyBlob& family);
  void Apply(uint32_t lane, uint32_t index, const FamilyBlob& family);

  FileCopy file_;
  Region& copy_;
  std::vector<Lane> lanes_;
  // A file that is changed on purpose must not be read for ever.
  uint32_t attempts_left_ = 20000;
};

}  // namespace vsr_metrics

#endif  // VSR_METRICS_JOURNAL_COPY_H_
