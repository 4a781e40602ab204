// Regions that are files: made, kept after a crash, and told from those of the living.
#ifndef VSR_METRICS_REGION_FILE_H_
#define VSR_METRICS_REGION_FILE_H_

#include <memory>
#include <string>

#include "vsr_metrics/region.h"
#include "vsr_metrics/sections.h"

namespace vsr_metrics {

struct FileOptions {
  std::string path;
  // How many regions of crashed processes are kept beside it: path.1 is the newest.
  uint32_t keep = 3;
  // Take a file system that writes pages to a disk: stores stall while a page is written.
  bool allow_disk = false;
};

// A new region before it has its name. Nobody finds it until then, so that whoever makes it says
// first what is in it. One that never gets its name is deleted; what a process that was killed left
// is used by the next.
class RegionDraft {
 public:
  static std::unique_ptr<RegionDraft> Create(const FileOptions& options, const RegionSizes& sizes,
                                             Error* error);
  ~RegionDraft();
  RegionDraft(const RegionDraft&) = delete;
  RegionDraft& operator=(const RegionDraft&) = delete;

  const std::shared_ptr<Region>& region() const { return region_; }

  // Gives it its name. Refused while the creator of the region that has it lives; a dead one's is
  // kept, a cleanly closed one's replaced.
  bool Publish(Error* error);

 private:
  explicit RegionDraft(const FileOptions& options) : options_(options) {}

  FileOptions options_;
  std::shared_ptr<Region> region_;  // null: there is nothing to delete
};

// Makes a region and gives it its name at once.
std::shared_ptr<Region> CreateRegionFile(const FileOptions& options, const RegionSizes& sizes,
                                         Error* error);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_REGION_FILE_H_
