// This test program once more, in a process of its own: to attach from outside, and to die.
//
//   OtherProcess other({"claim", region->share_path()});   // runs main() with these arguments
//   other.ReadLine();                                       // what it printed first
//   other.Kill();                                           // SIGKILL, and waits for the end
#ifndef VSR_METRICS_TEST_OTHER_PROCESS_H_
#define VSR_METRICS_TEST_OTHER_PROCESS_H_

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

extern char** environ;

namespace vsr_metrics {

class OtherProcess {
 public:
  // Its standard input closes when this object goes away; its output is what ReadLine() reads.
  explicit OtherProcess(std::vector<std::string> arguments) {
    int input[2];
    int output[2];
    if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) return;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
    arguments.insert(arguments.begin(), "other process");
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(&argument[0]);
    pointers.push_back(nullptr);
    if (posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr, pointers.data(), environ) != 0) {
      pid_ = -1;
    }
    posix_spawn_file_actions_destroy(&actions);
    close(input[0]);
    close(output[1]);
    input_ = input[1];
    output_ = fdopen(output[0], "r");
  }

  ~OtherProcess() {
    close(input_);
    Wait();
    fclose(output_);
  }
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;

  pid_t pid() const { return pid_; }

  // Without the newline; empty once the process has ended.
  std::string ReadLine() {
    std::string line;
    for (int byte = fgetc(output_); byte != EOF && byte != '\n'; byte = fgetc(output_)) {
      line.push_back(char(byte));
    }
    return line;
  }

  // Lets a process that waits in WaitForParent() go on.
  void Proceed() { (void)!write(input_, "\n", 1); }

  void Kill() {
    kill(pid_, SIGKILL);
    Wait();
  }

 private:
  void Wait() {
    if (pid_ > 0) waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

  pid_t pid_ = -1;
  int input_ = -1;
  FILE* output_ = nullptr;
};

// In the other process: until Proceed(), or until the parent is done with us.
inline void WaitForParent() {
  char byte;
  (void)!read(STDIN_FILENO, &byte, 1);
}

// In the other process: a line for ReadLine().
inline void Tell(const std::string& line) {
  printf("%s\n", line.c_str());
  fflush(stdout);
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_TEST_OTHER_PROCESS_H_
