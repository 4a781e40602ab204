// The smallest call that Node-API can make: no argument, no result. It counts itself, so that a
// benchmark can tell that it was made.
#include <node_api.h>

namespace {

thread_local double calls;

napi_value Call(napi_env, napi_callback_info) {
  calls += 1;
  return nullptr;
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_value call;
  napi_value buffer;
  napi_create_function(env, "call", NAPI_AUTO_LENGTH, Call, nullptr, &call);
  napi_create_external_arraybuffer(env, &calls, sizeof calls, nullptr, nullptr, &buffer);
  napi_set_named_property(env, exports, "call", call);
  napi_set_named_property(env, exports, "calls", buffer);
  return exports;
}
