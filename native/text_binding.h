// Text with numbers filled in, for JavaScript: lib/exposition/fill.ts says how.
#ifndef VSR_METRICS_TEXT_BINDING_H_
#define VSR_METRICS_TEXT_BINDING_H_

#include <napi.h>

namespace vsr_metrics {

// Sets fillText and fillBytes.
void RegisterText(Napi::Env env, Napi::Object exports);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_TEXT_BINDING_H_
