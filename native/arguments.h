// Reading arguments that lib/core/ has already checked: the two are one program, so these helpers
// convert and do not validate.
#ifndef VSR_METRICS_ARGUMENTS_H_
#define VSR_METRICS_ARGUMENTS_H_

#include <napi.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "vsr_metrics/region.h"

namespace vsr_metrics {

inline double NumberOf(const Napi::Object& object, const char* key) {
  return object.Get(key).ToNumber().DoubleValue();
}

inline std::string StringOf(const Napi::Object& object, const char* key) {
  return object.Get(key).ToString().Utf8Value();
}

// Throws in JavaScript: an Error with a `code`.
inline void Throw(Napi::Env env, const Error& error) {
  Napi::Error exception = Napi::Error::New(env, error.message);
  exception.Set("code", Napi::String::New(env, error.code));
  exception.ThrowAsJavaScriptException();
}

// A copy of a column as a typed array.
template <typename ArrayType, typename T>
ArrayType CopyToTypedArray(Napi::Env env, const std::vector<T>& column) {
  ArrayType array = ArrayType::New(env, column.size());
  // Empty while the environment is going away.
  if (!column.empty() && !array.IsEmpty())
    memcpy(array.Data(), column.data(), column.size() * sizeof(T));
  return array;
}

// An ArrayBuffer over memory that `holder` keeps mapped. Empty, with an exception pending, where
// the runtime refuses external buffers.
template <typename Holder>
Napi::Value ExternalBuffer(Napi::Env env, void* memory, size_t size, Holder holder) {
  auto* kept = new Holder(std::move(holder));
  napi_value buffer;
  const napi_status status = napi_create_external_arraybuffer(
      env, memory, size, [](napi_env, void*, void* hint) { delete static_cast<Holder*>(hint); },
      kept, &buffer);
  if (status == napi_ok) return Napi::Value(env, buffer);
  delete kept;
  Throw(env, {"VSR_METRICS_REGISTRY_OPTIONS",
              "this runtime does not let native code share memory with JavaScript (Electron does "
              "not); use Node.js 20 or newer"});
  return Napi::Value();
}

// The same over a part of a mapping, held by what may end it.
template <typename Holder>
Napi::Value BufferOver(Napi::Env env, const std::shared_ptr<Mapping>& mapping, uint64_t offset,
                       uint64_t size, Holder holder) {
  if (mapping != nullptr && offset <= mapping->size() && size <= mapping->size() - offset) {
    return ExternalBuffer(env, mapping->bytes() + offset, size, std::move(holder));
  }
  Throw(env, {"VSR_METRICS_REGISTRY_FULL",
              "no address space for the memory of the registry; lower the capacity options (lanes, "
              "series, histograms)"});
  return Napi::Value();
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_ARGUMENTS_H_
