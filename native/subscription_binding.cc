#include "subscription_binding.h"

#include <deque>
#include <mutex>
#include <utility>

#include "arguments.h"
#include "sampler.h"
#include "snapshot.h"
#include "snapshot_binding.h"

namespace vsr_metrics {
namespace {

// What one onSnapshot() needs. Owned by its thread-safe function; the sampler only reaches it
// through a task that is removed, under the sampler's lock, before anything here goes away.
struct Subscription {
  std::shared_ptr<Region> region;
  size_t keep = 0;
  std::mutex mutex;  // guards what follows: filled by the sampler, emptied by the event loop
  std::deque<Frame> frames;
  uint32_t missed = 0;
  bool announced = false;
  napi_threadsafe_function announce = nullptr;
  Sampler::TaskId task = 0;
  bool stopped = false;
  napi_env env = nullptr;
};

void TakeDueSnapshot(Subscription* subscription) {
  Frame frame = TakeSnapshot(*subscription->region);
  std::lock_guard<std::mutex> lock(subscription->mutex);
  subscription->frames.push_back(std::move(frame));
  if (subscription->frames.size() > subscription->keep) {
    subscription->frames.pop_front();
    ++subscription->missed;
  }
  if (subscription->announced) return;
  subscription->announced = true;
  napi_call_threadsafe_function(subscription->announce, nullptr, napi_tsfn_nonblocking);
}

// Makes what a listener threw an uncaught exception, like one from a timer; Node by itself would
// only warn. False when the environment is going away.
bool ReportUncaught(napi_env env) {
  napi_value exception;
  return napi_get_and_clear_last_exception(env, &exception) == napi_ok &&
         napi_fatal_exception(env, exception) == napi_ok;
}

// On the event loop: hands over everything that waits.
void Deliver(napi_env raw_env, napi_value raw_callback, void* context, void*) {
  // Stopped with a call under way: Node empties its queue after the subscription was deleted.
  if (raw_env == nullptr) return;
  auto* subscription = static_cast<Subscription*>(context);
  std::deque<Frame> frames;
  uint32_t missed;
  {
    std::lock_guard<std::mutex> lock(subscription->mutex);
    frames.swap(subscription->frames);
    missed = subscription->missed;
    subscription->missed = 0;
    subscription->announced = false;
  }
  Napi::Env env(raw_env);
  Napi::HandleScope scope(env);
  Napi::Function callback(env, raw_callback);
  for (const Frame& frame : frames) {
    if (subscription->stopped) return;
    Napi::HandleScope frame_scope(env);
    callback.Call({FrameToObject(env, frame), Napi::Number::New(env, missed)});
    missed = 0;
    if (env.IsExceptionPending() && !ReportUncaught(env)) return;
  }
}

void Stop(Subscription* subscription);

void StopAtExit(void* subscription) { Stop(static_cast<Subscription*>(subscription)); }

// On the environment's own thread. Afterwards the sampler cannot reach the subscription.
void Stop(Subscription* subscription) {
  if (subscription->stopped) return;
  subscription->stopped = true;
  Sampler::Instance().Remove(subscription->task);
  subscription->region = nullptr;
  napi_remove_env_cleanup_hook(subscription->env, StopAtExit, subscription);
  napi_release_threadsafe_function(subscription->announce, napi_tsfn_abort);
}

}  // namespace

Napi::Value SubscribeToSnapshots(Napi::Env env, std::shared_ptr<Region> region,
                                 uint64_t period_nanoseconds, uint32_t keep,
                                 Napi::Function callback) {
  auto* subscription = new Subscription();
  subscription->region = std::move(region);
  subscription->keep = keep;
  subscription->env = env;
  const napi_status status = napi_create_threadsafe_function(
      env, callback, nullptr, Napi::String::New(env, "vsr-metrics snapshot"), 0, 1, subscription,
      [](napi_env, void* data, void*) { delete static_cast<Subscription*>(data); }, subscription,
      Deliver, &subscription->announce);
  if (status != napi_ok) {
    delete subscription;
    Throw(env, {"VSR_METRICS_REGISTRY_CLOSED",
                "onSnapshot cannot begin: this thread is ending, or has no memory left"});
    return Napi::Value();
  }
  napi_unref_threadsafe_function(env, subscription->announce);
  napi_add_env_cleanup_hook(env, StopAtExit, subscription);
  subscription->task = Sampler::Instance().Add(
      period_nanoseconds, [subscription](uint64_t) { TakeDueSnapshot(subscription); });
  auto stopped = std::make_shared<bool>(false);
  return Napi::Function::New(env, [subscription, stopped](const Napi::CallbackInfo&) {
    if (*stopped) return;
    *stopped = true;
    Stop(subscription);
  });
}

}  // namespace vsr_metrics
