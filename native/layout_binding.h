// The numbers of layout.h for JavaScript, so that they stand in one place.
#ifndef VSR_METRICS_LAYOUT_BINDING_H_
#define VSR_METRICS_LAYOUT_BINDING_H_

#include <napi.h>

namespace vsr_metrics {

void RegisterLayout(Napi::Env env, Napi::Object exports);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_LAYOUT_BINDING_H_
