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

// Makes the region under its path. Refused while the creator of the one that is there lives; a dead
// one's is kept, a cleanly closed one's replaced. The file is complete when it appears.
std::shared_ptr<Region> CreateRegionFile(const FileOptions& options, const RegionSizes& sizes,
                                         Error* error);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_REGION_FILE_H_
