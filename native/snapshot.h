// A snapshot: every series of a region merged over its lanes, in columns.
//
//   Frame frame = TakeSnapshot(*region);
//
// Only reads, never waits. What must agree is derived from the same cells: the count of a histogram
// is the sum of what its buckets were made of.
#ifndef VSR_METRICS_SNAPSHOT_H_
#define VSR_METRICS_SNAPSHOT_H_

#include <cstdint>
#include <vector>

#include "exemplar_reading.h"
#include "vsr_metrics/region.h"

namespace vsr_metrics {

// One row per entry, in the order in which the entries were made.
//
// `values` from offsets[i] on:
//   counter    total
//   gauge      value (NaN: nobody has set it), when it was sampled (unix milliseconds; 0: not by a
//              callback)
//   histogram  cumulative count of each bound, count, sum, minimum, maximum
// `cell_index` and `cell_count` from cell_start[i] to cell_start[i + 1]: the histogram's non-zero
// cells, by index. Index -1 holds what was too small for the first cell; spilled and too large
// values stand at the index after the last cell of their bound.
struct Frame {
  double taken_unix_milliseconds = 0;
  double taken_monotonic_milliseconds = 0;  // for intervals: nobody sets that clock
  uint64_t layout_changes = 0;
  std::vector<uint8_t> states;
  std::vector<uint32_t> generations;
  std::vector<double> created_unix_milliseconds;
  std::vector<uint32_t> offsets;
  std::vector<double> values;
  std::vector<uint32_t> cell_start;
  std::vector<int32_t> cell_index;
  std::vector<double> cell_count;
  ExemplarColumns exemplars;
};

// How many of these numbers a series has; of a histogram beside one for each bound.
constexpr uint32_t kCounterNumbers = 1;
constexpr uint32_t kGaugeNumbers = 2;
constexpr uint32_t kHistogramNumbers = 4;

// Which kinds of series a snapshot takes in; the others get a row without values.
enum class Scope { kAll, kGauges };

Frame TakeSnapshot(const Region& region, Scope scope = Scope::kAll);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_SNAPSHOT_H_
