// One background thread a process that does things on time, whatever the event loops are doing.
//
//   Sampler::TaskId id = Sampler::Instance().Add(1'000'000'000, [](uint64_t now) { ... });
//   Sampler::Instance().Remove(id);   // returns once the task is not running and never will again
//
// Tasks run under the sampler's lock, one after the other. That is what makes Remove() safe to call
// from an environment that is going away: afterwards the thread cannot touch it any more.
#ifndef VSR_METRICS_SAMPLER_H_
#define VSR_METRICS_SAMPLER_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "history.h"
#include "vsr_metrics/region.h"

namespace vsr_metrics {

class Sampler {
 public:
  using TaskId = uint64_t;
  using Task = std::function<void(uint64_t now_nanoseconds)>;

  // Never destroyed: the thread may outlive every other static of the process.
  static Sampler& Instance();

  // Runs `task` every `period_nanoseconds` from now on. Runs that are missed are not made
  // up for.
  TaskId Add(uint64_t period_nanoseconds, Task task);
  void Remove(TaskId id);

  // Keeps the region's heartbeat and history going for as long as the region lives, and sweeps what
  // dead processes left in it. False, and errno: this process may have no thread more.
  bool Keep(std::weak_ptr<Region> region);

  // Returns once no task holds a region any more that nobody else holds: it is gone then.
  void LetGo();

 private:
  Sampler();
  bool Start();
  void Run();
  void KeepRegions(uint64_t now);

  struct KeptRegion {
    std::weak_ptr<Region> region;
    HistoryRecorder history;
    bool is_mine;  // to sweep, and to write the history of: no other process does
  };

  struct Scheduled {
    TaskId id;
    uint64_t period;
    uint64_t due;
    Task task;
  };

  // Locks the mutex for a caller; Run() makes way for it.
  std::unique_lock<std::mutex> Enter();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<uint32_t> entering_{0};  // callers that wait for the mutex
  std::condition_variable entered_;
  bool is_running_ = false;
  std::vector<Scheduled> tasks_;
  std::vector<KeptRegion> regions_;
  TaskId next_id_ = 1;
};

}  // namespace vsr_metrics

#endif  // VSR_METRICS_SAMPLER_H_
