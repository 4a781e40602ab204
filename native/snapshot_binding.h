// Snapshots on their way to JavaScript: taken on request, or on time by the sampler thread.
#ifndef VSR_METRICS_SNAPSHOT_BINDING_H_
#define VSR_METRICS_SNAPSHOT_BINDING_H_

#include <napi.h>

#include <memory>

#include "snapshot.h"
#include "vsr_metrics/region.h"

namespace vsr_metrics {

// Columns as typed arrays.
Napi::Object FrameToObject(Napi::Env env, const Frame& frame);

// `limit` entries from `first` on, as an array; undefined where one is not published yet.
Napi::Array DescribeEntries(Napi::Env env, const Region& region, uint32_t first, uint32_t limit);

// History of one series: arguments entry, from, to (unix milliseconds). { width, times, values }.
Napi::Object HistoryToObject(Napi::Env env, const Region& region, const Napi::CallbackInfo& info);

// Calls `callback(frame, missed)` for a snapshot every period. They are taken on time by the
// sampler thread; while the event loop is busy the last `keep` are held back and then handed over
// in order. Returns a function that stops it. Keeps neither the process nor a worker alive.
Napi::Function SubscribeToSnapshots(Napi::Env env, std::shared_ptr<Region> region,
                                    uint64_t period_nanoseconds, uint32_t keep,
                                    Napi::Function callback);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_SNAPSHOT_BINDING_H_
