// The directory of a region: families and series, found or added by any thread without a lock.
//
//   uint32_t family = FindOrAddFamily(region, spec, &error);
//   SeriesResult series = FindOrAddSeries(region, family, R"({"status":"success"})");
//
// An entry is written whole and then linked into its hash chain by one compare-and-swap. Whoever
// loses that race finds the winner's entry; whoever dies before it leaks a slot and blocks nobody.
#ifndef VSR_METRICS_DIRECTORY_H_
#define VSR_METRICS_DIRECTORY_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "region.h"

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

enum class SeriesOutcome {
  kOwn,       // the series asked for
  kOverflow,  // the family is full: its overflow series
  kFull,      // the region is full and the family has no overflow series
};
struct SeriesResult {
  SeriesOutcome outcome;
  uint32_t index;
};

// The family of that name, made when it is new. kNoIndex and an error when the region is full.
uint32_t FindOrAddFamily(Region& region, const FamilySpec& spec, Error* error);

// Gives a family the series that takes what does not fit.
bool AddOverflowSeries(Region& region, uint32_t family, std::string_view key);

// The series with exactly these labels (`key`: a JSON object, labels in the family's order). A
// removed one comes back and starts again from nothing.
SeriesResult FindOrAddSeries(Region& region, uint32_t family, std::string_view key);

// Hides the series. False when there is none or it is hidden already.
bool RemoveSeries(Region& region, uint32_t family, std::string_view key);

// What a family's blob says; null when it does not fit into the heap.
const FamilyBlob* FamilyOf(const Region& region, uint32_t family);

// The bytes of an entry's blob.
std::string_view BlobOf(const Region& region, const Entry& entry);
// The part of the blob that identifies the entry: a family's name, a series' labels.
std::string_view KeyOf(const Region& region, const Entry& entry);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_DIRECTORY_H_
