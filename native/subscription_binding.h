// onSnapshot(): snapshots taken on time by the sampler thread, delivered when the event loop is
// free.
#ifndef VSR_METRICS_SUBSCRIPTION_BINDING_H_
#define VSR_METRICS_SUBSCRIPTION_BINDING_H_

#include <napi.h>

#include <memory>

#include "vsr_metrics/region.h"

namespace vsr_metrics {

// Calls `callback(frame, missed)` for a snapshot every period. They are taken on time by the
// sampler thread; while the event loop is busy the last `keep` are held back and then handed over
// in order. Returns a function that stops it. Keeps neither the process nor a worker alive. Empty,
// with an exception pending, when the environment is going away.
Napi::Value SubscribeToSnapshots(Napi::Env env, std::shared_ptr<Region> region,
                                 uint64_t period_nanoseconds, uint32_t keep,
                                 Napi::Function callback);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_SUBSCRIPTION_BINDING_H_
