// Unix datagram sockets as JavaScript has them.
#ifndef VSR_METRICS_UNIX_DATAGRAM_BINDING_H_
#define VSR_METRICS_UNIX_DATAGRAM_BINDING_H_

#include <napi.h>

namespace vsr_metrics {

void RegisterUnixDatagram(Napi::Env env, Napi::Object exports);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_UNIX_DATAGRAM_BINDING_H_
