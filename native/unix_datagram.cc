#include "unix_datagram.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

namespace vsr_metrics {
namespace {

// Not inherited by programs that this one starts. SOCK_CLOEXEC is not to be had on macOS.
int OpenSocket() {
  const int descriptor = socket(AF_UNIX, SOCK_DGRAM, 0);
  if (descriptor >= 0) fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  return descriptor;
}

}  // namespace

UnixDatagram::~UnixDatagram() {
  if (descriptor_ >= 0) close(descriptor_);
}

size_t UnixDatagram::LongestPath() { return sizeof(sockaddr_un::sun_path) - 1; }

int UnixDatagram::Send(const std::string& path, const void* bytes, size_t size) {
  if (path.size() > LongestPath()) return ENAMETOOLONG;
  if (descriptor_ < 0) descriptor_ = OpenSocket();
  if (descriptor_ < 0) return errno;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path, path.data(), path.size());
  ssize_t sent;
  do {
    sent = sendto(descriptor_, bytes, size, MSG_DONTWAIT,
                  reinterpret_cast<const sockaddr*>(&address), sizeof address);
  } while (sent < 0 && errno == EINTR);
  return sent < 0 ? errno : 0;
}

}  // namespace vsr_metrics
