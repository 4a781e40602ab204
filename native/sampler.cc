#include "sampler.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include <algorithm>
#include <chrono>

#include "vsr_metrics/clock.h"
#include "vsr_metrics/file_lock.h"
#include "vsr_metrics/lanes.h"
#include "vsr_metrics/processes.h"
#include "vsr_metrics/shared_memory.h"

namespace vsr_metrics {
namespace {

constexpr uint64_t kSecond = 1000000000;

// When a task is due again that was due then: what was missed is not made up for, and the rhythm
// stays what it was.
uint64_t NextDue(uint64_t due, uint64_t period, uint64_t now) {
  return due + (std::max(now, due) - due) / period * period + period;
}

}  // namespace

Sampler& Sampler::Instance() {
  static Sampler* const instance = new Sampler();
  return *instance;
}

Sampler::Sampler() {
  // As each second of the clock begins, so that every slot of the history gets its record: see
  // HistoryRecorder.
  const uint64_t due = NextDue(0, kSecond, MonotonicNanoseconds());
  tasks_.push_back({next_id_++, kSecond, due, [this](uint64_t now) { KeepRegions(now); }});
}

bool Sampler::Start() {
  const std::unique_lock<std::mutex> lock = Enter();
  if (is_running_) return true;
  // Signals belong to the host program's threads.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_attr_t detached;
  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  const auto run = [](void* self) -> void* {
    static_cast<Sampler*>(self)->Run();
    return nullptr;
  };
  const int problem = pthread_create(&thread, &detached, run, this);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&detached);
  errno = problem;
  is_running_ = problem == 0;
  return is_running_;
}

std::unique_lock<std::mutex> Sampler::Enter() {
  entering_.fetch_add(1);
  std::unique_lock<std::mutex> lock(mutex_);
  if (entering_.fetch_sub(1) == 1) entered_.notify_one();
  return lock;
}

Sampler::TaskId Sampler::Add(uint64_t period_nanoseconds, Task task) {
  const std::unique_lock<std::mutex> lock = Enter();
  const TaskId id = next_id_++;
  tasks_.push_back(
      {id, period_nanoseconds, MonotonicNanoseconds() + period_nanoseconds, std::move(task)});
  wake_.notify_one();
  return id;
}

void Sampler::Remove(TaskId id) {
  const std::unique_lock<std::mutex> lock = Enter();
  tasks_.erase(std::remove_if(tasks_.begin(), tasks_.end(),
                              [id](const Scheduled& task) { return task.id == id; }),
               tasks_.end());
}

bool Sampler::Keep(std::weak_ptr<Region> region) {
  if (!Start()) return false;
  const std::unique_lock<std::mutex> lock = Enter();
  // Every thread that attaches asks for it; one of them is enough.
  for (const KeptRegion& kept : regions_) {
    if (!kept.region.owner_before(region) && !region.owner_before(kept.region)) return true;
  }
  regions_.push_back({std::move(region), {}, false});
  return true;
}

void Sampler::LetGo() { Enter(); }

void Sampler::Run() {
#ifdef __linux__
  pthread_setname_np(pthread_self(), "vsr-metrics");
#endif
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    const uint64_t now = MonotonicNanoseconds();
    uint64_t earliest = now + kSecond;
    // By index: a task may not add tasks, but the vector is not to be trusted with references.
    for (size_t index = 0; index < tasks_.size(); ++index) {
      Scheduled& scheduled = tasks_[index];
      if (scheduled.due <= now) {
        scheduled.task(now);
        scheduled.due = NextDue(scheduled.due, scheduled.period, now);
      }
      earliest = std::min(earliest, scheduled.due);
    }
    const uint64_t after = MonotonicNanoseconds();
    if (earliest > after) {
      wake_.wait_for(lock, std::chrono::nanoseconds(earliest - after));
    }
    // Tasks that take longer than their period would otherwise keep the mutex for good.
    entered_.wait(lock, [this] { return entering_.load() == 0; });
  }
}

void Sampler::KeepRegions(uint64_t now) {
  Recheck();
  regions_.erase(std::remove_if(regions_.begin(), regions_.end(),
                                [](const KeptRegion& kept) { return kept.region.expired(); }),
                 regions_.end());
  for (KeptRegion& kept : regions_) {
    const std::shared_ptr<Region> region = kept.region.lock();
    if (region == nullptr) continue;
    BeatProcess(*region);
    if (!kept.is_mine) kept.is_mine = TryLock(region->fd(), kSamplerLock);
    if (!kept.is_mine) continue;
    SweepLanes(*region);
    kept.history.Record(*region, now);
  }
}

}  // namespace vsr_metrics
