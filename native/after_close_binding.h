// What threads record into registries that were closed, counted for the whole process.
#ifndef VSR_METRICS_AFTER_CLOSE_BINDING_H_
#define VSR_METRICS_AFTER_CLOSE_BINDING_H_

#include <napi.h>

namespace vsr_metrics {

// Sets addAfterClose and takeAfterClose.
void RegisterAfterClose(Napi::Env env, Napi::Object exports);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_AFTER_CLOSE_BINDING_H_
