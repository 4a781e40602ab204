#include "unix_datagram_binding.h"

#include <memory>
#include <string>

#include "unix_datagram.h"

namespace vsr_metrics {
namespace {

// unixDatagram(path) returns send(bytes), which returns 0 or an errno. The socket is closed when
// that function is collected, at the latest with its environment.
Napi::Value Open(const Napi::CallbackInfo& info) {
  auto socket = std::make_shared<UnixDatagram>();
  const std::string path = info[0].ToString().Utf8Value();
  return Napi::Function::New(info.Env(), [socket, path](const Napi::CallbackInfo& call) {
    const auto bytes = call[0].As<Napi::Uint8Array>();
    const int error = socket->Send(path, bytes.Data(), bytes.ByteLength());
    return Napi::Number::New(call.Env(), error);
  });
}

}  // namespace

void RegisterUnixDatagram(Napi::Env env, Napi::Object exports) {
  exports.Set("unixDatagram", Napi::Function::New(env, Open));
  exports.Set("longestUnixPath", Napi::Number::New(env, double(UnixDatagram::LongestPath())));
}

}  // namespace vsr_metrics
