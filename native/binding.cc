// The addon: everything JavaScript can reach, put together.
#include <napi.h>

#include "after_close_binding.h"
#include "clock_binding.h"
#include "lane_binding.h"
#include "layout_binding.h"
#include "reader_binding.h"
#include "registry_binding.h"
#include "resources_binding.h"
#include "text_binding.h"
#include "unix_datagram_binding.h"

namespace vsr_metrics {
namespace {

Napi::Object Register(Napi::Env env, Napi::Object exports) {
  RegisterLanes(env);
  RegisterLayout(env, exports);
  RegisterRegistry(env, exports);
  RegisterClock(env, exports);
  RegisterAfterClose(env, exports);
  RegisterReader(env, exports);
  RegisterText(env, exports);
  RegisterResources(env, exports);
  RegisterUnixDatagram(env, exports);
  return exports;
}

}  // namespace
}  // namespace vsr_metrics

static Napi::Object Init(Napi::Env env, Napi::Object exports) {
  return vsr_metrics::Register(env, exports);
}

NODE_API_MODULE(vsr_metrics, Init)
