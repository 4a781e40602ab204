// Making families. Each keeps in the region all that a reader or another recorder needs to know.
//
//   const uint32_t family = FindOrAddFamily(region, spec, &error);
#ifndef VSR_METRICS_FAMILIES_H_
#define VSR_METRICS_FAMILIES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vsr_metrics/region.h"
#include "vsr_metrics/room.h"

namespace vsr_metrics {

struct FamilySpec {
  Kind kind = Kind::kCounter;
  Combine combine = Combine::kLast;
  std::string name;
  std::string description;  // JSON: whatever a reader should know besides
  uint32_t max_series = 1000;
  // Histograms only.
  double scale = 1;
  int32_t base_index = 0;
  uint32_t cell_count = 0;
  uint32_t shift = 10;
  uint32_t split_count = 0;
  std::vector<double> bounds;
  std::vector<uint32_t> bound_cells;  // see kBoundSplitFlag
};

// The family of that name, made when it is new. kNoIndex and an error when the region is full.
uint32_t FindOrAddFamily(Region& region, const FamilySpec& spec, Error* error);

// Gives a family the series that takes what does not fit. kNone: it has one now.
Shortage AddOverflowSeries(Region& region, uint32_t family, std::string_view key);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_FAMILIES_H_
