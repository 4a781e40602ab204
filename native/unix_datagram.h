// A Unix datagram socket that sends and never waits. Node's dgram has UDP only.
#ifndef VSR_METRICS_UNIX_DATAGRAM_H_
#define VSR_METRICS_UNIX_DATAGRAM_H_

#include <cstddef>
#include <string>

namespace vsr_metrics {

class UnixDatagram {
 public:
  UnixDatagram() = default;
  UnixDatagram(const UnixDatagram&) = delete;
  UnixDatagram& operator=(const UnixDatagram&) = delete;
  ~UnixDatagram();

  // The longest path that a socket address holds.
  static size_t LongestPath();

  // 0, or the errno: EAGAIN when the receiver's queue is full. The socket is opened when it is
  // first needed, and the path looked up every time, so that a receiver may start late and again.
  int Send(const std::string& path, const void* bytes, size_t size);

 private:
  int descriptor_ = -1;
};

}  // namespace vsr_metrics

#endif  // VSR_METRICS_UNIX_DATAGRAM_H_
