// What JavaScript sees of regions that it only reads.
#ifndef VSR_METRICS_READER_BINDING_H_
#define VSR_METRICS_READER_BINDING_H_

#include <napi.h>

namespace vsr_metrics {

void RegisterReader(Napi::Env env, Napi::Object exports);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_READER_BINDING_H_
