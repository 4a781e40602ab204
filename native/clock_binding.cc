#include "clock_binding.h"

#include <cstring>

#include "arguments.h"
#include "clock.h"

namespace vsr_metrics {
namespace {

// Raw Node-API without arguments or result: the reading is stored where JavaScript looks, because
// making a number and returning it would cost as much again.
napi_value ReadClock(napi_env env, napi_callback_info info) {
  void* cell;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &cell);
  ReadInto(static_cast<double*>(cell));
  return nullptr;
}

}  // namespace

void RegisterClock(Napi::Env env, Napi::Object exports) {
  // One cell an environment, kept by its buffer.
  auto cell = std::make_shared<double>(0);
  double* address = cell.get();
  exports.Set("clockCell", ExternalBuffer(env, address, sizeof(double), std::move(cell)));
  napi_value read;
  napi_create_function(env, "readClock", NAPI_AUTO_LENGTH, ReadClock, address, &read);
  exports.Set("readClock", Napi::Value(env, read));
  exports.Set("clockSource", Napi::Function::New(env, [](const Napi::CallbackInfo& info) {
                return Napi::String::New(info.Env(), ClockSourceName(Source()));
              }));
  exports.Set("nanosecondsPerTick", Napi::Function::New(env, [](const Napi::CallbackInfo& info) {
                return Napi::Number::New(info.Env(), NanosecondsPerTick());
              }));
}

}  // namespace vsr_metrics
