// Merging the lanes of one series: what a snapshot and a baseline are made of.
//
// Reads only. Each total is a sum of cells that never step back, so it never steps back either,
// whatever the writers do meanwhile.
#ifndef VSR_METRICS_MERGE_H_
#define VSR_METRICS_MERGE_H_

#include <cstdint>
#include <vector>

#include "region.h"

namespace vsr_metrics {

// Cells of a damaged file may hold anything; sums of them wrap instead of being undefined.
inline int64_t AddWrapping(int64_t left, int64_t right) {
  return int64_t(uint64_t(left) + uint64_t(right));
}

struct CounterTotal {
  int64_t ones = 0;
  double amounts = 0;
};

struct GaugeTotal {
  double value = 0;
  double sampled_unix_milliseconds = 0;
};

// One histogram over lanes. Reused from series to series, so that merging allocates nothing once it
// has grown.
struct HistogramTotal {
  double sum = 0;
  double minimum = 0;
  double maximum = 0;
  int64_t below = 0;
  int64_t above = 0;
  uint32_t low = 0;            // cells[i] is cell low + i
  std::vector<int64_t> cells;  // of [low, low + cells.size())
  std::vector<int64_t> splits;
  std::vector<int64_t> spills;
};

// Lanes 1 and up, without the baseline.
CounterTotal SumCounter(const Region& region, const Entry& entry);
void SumHistogram(const Region& region, const Entry& entry, const FamilyBlob& family,
                  HistogramTotal* total);

// The same less the baseline: what a reader should see.
CounterTotal ReadCounter(const Region& region, const Entry& entry);
GaugeTotal ReadGauge(const Region& region, const Entry& entry);
void ReadHistogram(const Region& region, const Entry& entry, const FamilyBlob& family,
                   HistogramTotal* total);

// The largest value that belongs to cell `index`; of -1: the smallest that is too small for it.
double UpperEdge(const FamilyBlob& family, int64_t index);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_MERGE_H_
