// Making regions, in memory or in a file that is there.
//
//   RegionSizes sizes;                       // capacities; pages cost memory only once used
//   Error error;
//   std::shared_ptr<Region> region = CreateRegion(sizes, &error);
//
// region_file.h gives them names; region_reader.h copies those of others.
#ifndef VSR_METRICS_REGION_CREATE_H_
#define VSR_METRICS_REGION_CREATE_H_

#include <memory>
#include <string>

#include "vsr_metrics/region.h"
#include "vsr_metrics/sections.h"

namespace vsr_metrics {

// In memory that other threads and processes reach through a descriptor; see Region::share_path().
std::shared_ptr<Region> CreateRegion(const RegionSizes& sizes, Error* error);

// In an empty file that is open for reading and writing. Takes the descriptor over.
std::shared_ptr<Region> CreateRegionIn(int fd, std::string path, const RegionSizes& sizes,
                                       Error* error);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_REGION_CREATE_H_
