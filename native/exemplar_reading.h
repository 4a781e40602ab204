// The exemplars of all lanes, for a snapshot: the newest of each bucket.
#ifndef VSR_METRICS_EXEMPLAR_READING_H_
#define VSR_METRICS_EXEMPLAR_READING_H_

#include <cstdint>
#include <vector>

#include "vsr_metrics/region.h"

namespace vsr_metrics {

// One row per exemplar, by series and bucket. The text of row i ends at text_end[i] and starts
// where that of the row before ends.
struct ExemplarColumns {
  std::vector<uint32_t> series;
  std::vector<uint32_t> bucket;
  std::vector<double> value;
  std::vector<double> taken_unix_milliseconds;
  std::vector<uint32_t> text_end;
  std::vector<uint8_t> text;
};

// Of the series that are live by `states` and `generations` (by entry, as a snapshot saw them).
// Slots of an earlier series of the same entry, half written or damaged ones, and values outside
// their bucket are passed over. That the text makes sense is left to whoever decodes it.
ExemplarColumns ReadExemplars(const Region& region, const std::vector<uint8_t>& states,
                              const std::vector<uint32_t>& generations);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_EXEMPLAR_READING_H_
