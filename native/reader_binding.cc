#include "reader_binding.h"

#include "arguments.h"
#include "region_reader.h"
#include "snapshot.h"
#include "snapshot_binding.h"
#include "vsr_metrics/shared_memory.h"

namespace vsr_metrics {
namespace {

// 0 stays 0: unknown.
double AsUnixMilliseconds(uint64_t monotonic) {
  if (monotonic == 0) return 0;
  return double(UnixNanoseconds()) / 1e6 -
         (double(MonotonicNanoseconds()) - double(monotonic)) / 1e6;
}

// A reader and its newest copy: describe() and history() speak of the copy of the last refresh().
class ReaderHandle : public Napi::ObjectWrap<ReaderHandle> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(
        env, "Reader",
        {InstanceMethod<&ReaderHandle::Refresh>("refresh"),
         InstanceMethod<&ReaderHandle::TakeSnapshot>("snapshot"),
         InstanceMethod<&ReaderHandle::Describe>("describe"),
         InstanceMethod<&ReaderHandle::Processes>("processes"),
         InstanceMethod<&ReaderHandle::History>("history"),
         InstanceAccessor<&ReaderHandle::RegionId>("regionId"),
         InstanceAccessor<&ReaderHandle::WasClosed>("wasClosed"),
         InstanceAccessor<&ReaderHandle::CreatedMilliseconds>("createdMilliseconds")});
  }

  explicit ReaderHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<ReaderHandle>(info) {
    Error error;
    if (!reader_.Open(info[0].As<Napi::String>().Utf8Value(), &error)) {
      Throw(info.Env(), error);
      return;
    }
    Load(info.Env());
  }

 private:
  bool Load(Napi::Env env) {
    Error error;
    std::shared_ptr<Region> copy = reader_.Copy(&error);
    if (copy == nullptr) {
      Throw(env, error);
      return false;
    }
    copy_ = std::move(copy);
    return true;
  }

  Napi::Value Refresh(const Napi::CallbackInfo& info) {
    reader_.Follow();
    Load(info.Env());
    return info.Env().Undefined();
  }

  Napi::Value TakeSnapshot(const Napi::CallbackInfo& info) {
    return FrameToObject(info.Env(), vsr_metrics::TakeSnapshot(*copy_));
  }

  Napi::Value Describe(const Napi::CallbackInfo& info) {
    return DescribeEntries(info.Env(), *copy_, info[0].As<Napi::Number>().Uint32Value(), kNoIndex);
  }

  Napi::Value History(const Napi::CallbackInfo& info) {
    return HistoryToObject(info.Env(), *copy_, info);
  }

  Napi::Value Processes(const Napi::CallbackInfo& info) {
    Napi::Array processes = Napi::Array::New(info.Env());
    for (const AttachedProcess& process : reader_.Processes(*copy_)) {
      Napi::Object described = Napi::Object::New(info.Env());
      described.Set("slot", double(process.slot));
      described.Set("pid", double(process.pid));
      described.Set("isAlive", process.is_alive);
      described.Set("attachedAt", double(process.attached_unix_nanoseconds) / 1e6);
      described.Set("heartbeatAt", AsUnixMilliseconds(process.heartbeat_monotonic_nanoseconds));
      described.Set("loopAt", AsUnixMilliseconds(process.loop_monotonic_nanoseconds));
      processes.Set(processes.Length(), described);
    }
    return processes;
  }

  Napi::Value RegionId(const Napi::CallbackInfo& info) {
    return Napi::String::New(info.Env(), std::to_string(copy_->header()->region_id));
  }

  Napi::Value WasClosed(const Napi::CallbackInfo& info) {
    return Napi::Boolean::New(info.Env(), copy_->header()->closed != 0);
  }

  Napi::Value CreatedMilliseconds(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(),
                             double(copy_->header()->created_unix_nanoseconds / 1000) / 1000.0);
  }

  RegionReader reader_;
  std::shared_ptr<Region> copy_;
};

}  // namespace

void RegisterReader(Napi::Env env, Napi::Object exports) {
  exports.Set("Reader", ReaderHandle::Define(env));
}

}  // namespace vsr_metrics
