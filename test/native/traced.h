// Another process, taken through what it does instruction by instruction.
//
//   in the other one:  if (!LetTrace()) return 2;  ...  raise(SIGSTOP);
//   here:              StepThrough(&other, [](int instructions) { return instructions > 99; });
#ifndef VSR_METRICS_TEST_TRACED_H_
#define VSR_METRICS_TEST_TRACED_H_

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "other_process.h"

namespace vsr_metrics {

// Stops until the parent steps it; what follows, up to another SIGSTOP, is what it is taken
// through.
inline bool LetTrace() {
  return ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0 && raise(SIGSTOP) == 0;
}

// Kills it where `is_over(instructions)`. False: it could not be traced, or was done before.
template <typename IsOver>
bool StepThrough(OtherProcess* other, const IsOver& is_over) {
  const pid_t pid = other->pid();
  int status;
  bool goes_on = waitpid(pid, &status, 0) == pid && WIFSTOPPED(status);
  for (int instructions = 0; goes_on && !is_over(instructions); ++instructions) {
    goes_on = ptrace(PTRACE_SINGLESTEP, pid, nullptr, nullptr) == 0 &&
              waitpid(pid, &status, 0) == pid && WIFSTOPPED(status) && WSTOPSIG(status) != SIGSTOP;
  }
  other->Kill();
  return goes_on;
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_TEST_TRACED_H_
