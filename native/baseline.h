// The baseline lane: what reset() and the return of a removed series subtract.
//
// Cells have one writer each, so nobody may set another thread's counter back to zero. Instead the
// totals of that moment are kept in lane 0 and every reader subtracts them.
#ifndef VSR_METRICS_BASELINE_H_
#define VSR_METRICS_BASELINE_H_

#include "region.h"

namespace vsr_metrics {

// From now on the series reads as if nothing had been recorded yet.
void SetBaseline(Region& region, uint32_t series);

// The same for every series. Meant for tests: records that run meanwhile fall on either side.
void SetAllBaselines(Region& region);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_BASELINE_H_
