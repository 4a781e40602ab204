// Earlier values of a series on their way to JavaScript.
#ifndef VSR_METRICS_HISTORY_BINDING_H_
#define VSR_METRICS_HISTORY_BINDING_H_

#include <napi.h>

#include "history_index.h"

namespace vsr_metrics {

// The arguments of history(): { series, generation, width }, from, to (unix milliseconds).
struct HistoryQuestion {
  explicit HistoryQuestion(const Napi::CallbackInfo& info);

  HistoryKey key;
  double from;
  double to;
};

// { times, monotonic, values }.
Napi::Object HistoryToObject(Napi::Env env, const SeriesHistory& history);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_HISTORY_BINDING_H_
