// What a region says of its families and series, on its way to JavaScript.
#ifndef VSR_METRICS_DESCRIPTION_BINDING_H_
#define VSR_METRICS_DESCRIPTION_BINDING_H_

#include <napi.h>

#include "vsr_metrics/region.h"

namespace vsr_metrics {

// `limit` entries from `first` on, as an array; undefined where there is no family and no live
// series.
Napi::Array DescribeEntries(Napi::Env env, const Region& region, uint32_t first, uint32_t limit);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_DESCRIPTION_BINDING_H_
