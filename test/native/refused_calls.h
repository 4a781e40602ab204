// A process that the system refuses something, as containers, sandboxes and file systems do.
//
//   RefuseCall(SYS_fcntl, F_OFD_SETLK, EINVAL);   // for good: in a process of its own
#ifndef VSR_METRICS_TEST_REFUSED_CALLS_H_
#define VSR_METRICS_TEST_REFUSED_CALLS_H_

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cstdint>

namespace vsr_metrics {

constexpr uint32_t kAnyArgument = 0xffffffff;

// From now on this system call, with this second argument, fails like that. False: not possible
// here.
inline bool RefuseCall(uint32_t number, uint32_t argument, uint32_t error) {
  const uint8_t unless_number = 3;
  const uint8_t unless_argument = argument == kAnyArgument ? 0 : 1;
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, unless_number),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[1])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, argument, 0, unless_argument),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program = {sizeof filter / sizeof *filter, filter};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_TEST_REFUSED_CALLS_H_
