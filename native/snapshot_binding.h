// Snapshots on their way to JavaScript.
#ifndef VSR_METRICS_SNAPSHOT_BINDING_H_
#define VSR_METRICS_SNAPSHOT_BINDING_H_

#include <napi.h>

#include "snapshot.h"

namespace vsr_metrics {

// Columns as typed arrays.
Napi::Object FrameToObject(Napi::Env env, const Frame& frame);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_SNAPSHOT_BINDING_H_
