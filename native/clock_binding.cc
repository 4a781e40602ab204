#include "clock_binding.h"

#include <cstring>

#include "arguments.h"
#include "vsr_metrics/clock.h"

namespace vsr_metrics {
namespace {

// Where a reading is stored for JavaScript. One a thread: environments of one thread take turns,
// and each reads it right after its call.
thread_local double cell;

// Raw Node-API without arguments or result: making a number and returning it would cost as much
// again, and so would asking Node-API for a pointer.
napi_value ReadClock(napi_env, napi_callback_info) {
  ReadInto(&cell);
  return nullptr;
}

}  // namespace

void RegisterClock(Napi::Env env, Napi::Object exports) {
  // The scale is measured from now on: by the time that it is needed nobody has to wait.
  Source();
  // The environment is gone before its thread's storage is.
  exports.Set("clockCell", ExternalBuffer(env, &cell, sizeof cell, nullptr));
  napi_value read;
  napi_create_function(env, "readClock", NAPI_AUTO_LENGTH, ReadClock, nullptr, &read);
  exports.Set("readClock", Napi::Value(env, read));
  exports.Set("clockSource", Napi::Function::New(env, [](const Napi::CallbackInfo& info) {
                return Napi::String::New(info.Env(), ClockSourceName(Source()));
              }));
  exports.Set("nanosecondsPerTick", Napi::Function::New(env, [](const Napi::CallbackInfo& info) {
                return Napi::Number::New(info.Env(), NanosecondsPerTick());
              }));
}

}  // namespace vsr_metrics
