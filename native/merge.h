// Merging the lanes of one series into what a reader should see: sums less the baseline.
#ifndef VSR_METRICS_MERGE_H_
#define VSR_METRICS_MERGE_H_

#include <cstdint>

#include "vsr_metrics/region.h"
#include "vsr_metrics/sums.h"

namespace vsr_metrics {

struct GaugeTotal {
  double value = 0;
  double sampled_monotonic_milliseconds = 0;
};

CounterTotal ReadCounter(const Region& region, const Entry& entry);
GaugeTotal ReadGauge(const Region& region, const Entry& entry);
void ReadHistogram(const Region& region, const Entry& entry, const FamilyBlob& family,
                   JournalledLanes* journalled, HistogramTotal* total);

// The largest value that belongs to cell `index`; of -1: the smallest that is too small for it.
double UpperEdge(const FamilyBlob& family, int64_t index);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_MERGE_H_
