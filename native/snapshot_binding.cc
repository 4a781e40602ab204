#include "snapshot_binding.h"

#include <algorithm>
#include <deque>

#include "arguments.h"
#include "history.h"
#include "sampler.h"
#include "vsr_metrics/directory.h"
#include "vsr_metrics/shared_memory.h"

namespace vsr_metrics {
namespace {

Napi::Object DescribeFamily(Napi::Env env, const Region& region, const Entry& entry) {
  Napi::Object described = Napi::Object::New(env);
  const std::string_view blob = BlobOf(region, entry);
  const std::string_view name = KeyOf(region, entry);
  FamilyBlob family;
  if (blob.size() < sizeof family) return described;
  memcpy(&family, blob.data(), sizeof family);
  std::vector<double> bounds(family.bound_count);
  if (sizeof family + 8ull * family.bound_count <= blob.size() && family.bound_count > 0) {
    memcpy(bounds.data(), blob.data() + sizeof family, 8ull * family.bound_count);
  }
  described.Set("isFamily", true);
  described.Set("name", Napi::String::New(env, name.data(), name.size()));
  const std::string_view description = DescriptionOf(region, entry);
  described.Set("description", Napi::String::New(env, description.data(), description.size()));
  described.Set("scale", family.scale);
  described.Set("baseIndex", double(family.base_index));
  described.Set("cellCount", double(family.cell_count));
  described.Set("shift", double(family.shift));
  described.Set("bounds", CopyToTypedArray<Napi::Float64Array>(env, bounds));
  return described;
}

Napi::Object DescribeSeries(Napi::Env env, const Region& region, const Entry& entry) {
  Napi::Object described = Napi::Object::New(env);
  const std::string_view key = KeyOf(region, entry);
  described.Set("isFamily", false);
  described.Set("family", double(entry.family));
  described.Set("key", Napi::String::New(env, key.data(), key.size()));
  return described;
}

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
  napi_remove_env_cleanup_hook(subscription->env, StopAtExit, subscription);
  napi_release_threadsafe_function(subscription->announce, napi_tsfn_abort);
}

}  // namespace

Napi::Object FrameToObject(Napi::Env env, const Frame& frame) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("takenAt", frame.taken_unix_milliseconds);
  object.Set("layoutChanges", double(frame.layout_changes));
  object.Set("states", CopyToTypedArray<Napi::Uint8Array>(env, frame.states));
  object.Set("created", CopyToTypedArray<Napi::Float64Array>(env, frame.created_unix_milliseconds));
  object.Set("offsets", CopyToTypedArray<Napi::Uint32Array>(env, frame.offsets));
  object.Set("values", CopyToTypedArray<Napi::Float64Array>(env, frame.values));
  object.Set("cellStart", CopyToTypedArray<Napi::Uint32Array>(env, frame.cell_start));
  object.Set("cellIndex", CopyToTypedArray<Napi::Int32Array>(env, frame.cell_index));
  object.Set("cellCount", CopyToTypedArray<Napi::Float64Array>(env, frame.cell_count));
  const ExemplarColumns& exemplars = frame.exemplars;
  if (exemplars.series.empty()) return object;
  Napi::Object columns = Napi::Object::New(env);
  columns.Set("series", CopyToTypedArray<Napi::Uint32Array>(env, exemplars.series));
  columns.Set("bucket", CopyToTypedArray<Napi::Uint32Array>(env, exemplars.bucket));
  columns.Set("value", CopyToTypedArray<Napi::Float64Array>(env, exemplars.value));
  columns.Set("takenAt",
              CopyToTypedArray<Napi::Float64Array>(env, exemplars.taken_unix_milliseconds));
  columns.Set("textEnd", CopyToTypedArray<Napi::Uint32Array>(env, exemplars.text_end));
  columns.Set("text", CopyToTypedArray<Napi::Uint8Array>(env, exemplars.text));
  object.Set("exemplars", columns);
  return object;
}

Napi::Array DescribeEntries(Napi::Env env, const Region& region, uint32_t first, uint32_t limit) {
  const uint32_t count = uint32_t(std::min<uint64_t>(region.EntryCount(), uint64_t{first} + limit));
  Napi::Array described = Napi::Array::New(env);
  for (uint32_t index = first; index < count; ++index) {
    Napi::HandleScope scope(env);
    const Entry& entry = region.entries()[index];
    if (EntryState(LoadAcquire(&entry.state)) == EntryState::kEmpty) {
      described.Set(index - first, env.Undefined());
    } else if (entry.type == uint8_t(EntryType::kFamily)) {
      described.Set(index - first, DescribeFamily(env, region, entry));
    } else {
      described.Set(index - first, DescribeSeries(env, region, entry));
    }
  }
  return described;
}

Napi::Object HistoryToObject(Napi::Env env, const Region& region, const Napi::CallbackInfo& info) {
  const SeriesHistory history = ReadHistory(region, info[0].As<Napi::Number>().Uint32Value(),
                                            info[1].As<Napi::Number>().DoubleValue(),
                                            info[2].As<Napi::Number>().DoubleValue());
  Napi::Object object = Napi::Object::New(env);
  object.Set("width", double(history.width));
  object.Set("times", CopyToTypedArray<Napi::Float64Array>(env, history.taken_unix_milliseconds));
  object.Set("values", CopyToTypedArray<Napi::Float64Array>(env, history.values));
  return object;
}

Napi::Function SubscribeToSnapshots(Napi::Env env, std::shared_ptr<Region> region,
                                    uint64_t period_nanoseconds, uint32_t keep,
                                    Napi::Function callback) {
  auto* subscription = new Subscription();
  subscription->region = std::move(region);
  subscription->keep = keep;
  subscription->env = env;
  napi_create_threadsafe_function(
      env, callback, nullptr, Napi::String::New(env, "vsr-metrics snapshot"), 0, 1, subscription,
      [](napi_env, void* data, void*) { delete static_cast<Subscription*>(data); }, subscription,
      Deliver, &subscription->announce);
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
