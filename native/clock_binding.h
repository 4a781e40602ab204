// The clock as JavaScript reads it.
#ifndef VSR_METRICS_CLOCK_BINDING_H_
#define VSR_METRICS_CLOCK_BINDING_H_

#include <napi.h>

namespace vsr_metrics {

void RegisterClock(Napi::Env env, Napi::Object exports);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_CLOCK_BINDING_H_
