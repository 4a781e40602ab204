// A clock for handlers of a microsecond: it is read only when all that came before is done, and
// what comes after begins only then. That is the kernel's clock in every language, so that all
// peers are measured by the same one. Stored into a cell, because returning a number would allocate
// it.
#include <node_api.h>
#include <time.h>

namespace {

thread_local double nanoseconds;

napi_value Read(napi_env, napi_callback_info) {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  // Not since the machine's start: a double has no room for nanoseconds of many days.
  nanoseconds = double(now.tv_sec % 1'000'000) * 1e9 + double(now.tv_nsec);
  return nullptr;
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_value read;
  napi_value buffer;
  napi_create_function(env, "read", NAPI_AUTO_LENGTH, Read, nullptr, &read);
  napi_create_external_arraybuffer(env, &nanoseconds, sizeof nanoseconds, nullptr, nullptr,
                                   &buffer);
  napi_set_named_property(env, exports, "read", read);
  napi_set_named_property(env, exports, "cell", buffer);
  return exports;
}
