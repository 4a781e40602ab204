// What JavaScript sees of regions and lanes.
#ifndef VSR_METRICS_REGISTRY_BINDING_H_
#define VSR_METRICS_REGISTRY_BINDING_H_

#include <napi.h>

namespace vsr_metrics {

void RegisterRegistry(Napi::Env env, Napi::Object exports);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_REGISTRY_BINDING_H_
