#include "history_binding.h"

#include "arguments.h"

namespace vsr_metrics {

HistoryQuestion::HistoryQuestion(const Napi::CallbackInfo& info) {
  const auto given = info[0].As<Napi::Object>();
  key = {uint32_t(NumberOf(given, "series")), uint32_t(NumberOf(given, "generation")),
         uint32_t(NumberOf(given, "width"))};
  from = info[1].As<Napi::Number>().DoubleValue();
  to = info[2].As<Napi::Number>().DoubleValue();
}

Napi::Object HistoryToObject(Napi::Env env, const SeriesHistory& history) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("times", CopyToTypedArray<Napi::Float64Array>(env, history.taken_unix_milliseconds));
  object.Set("monotonic",
             CopyToTypedArray<Napi::Float64Array>(env, history.taken_monotonic_milliseconds));
  object.Set("values", CopyToTypedArray<Napi::Float64Array>(env, history.values));
  return object;
}

}  // namespace vsr_metrics
