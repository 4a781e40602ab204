#include "reader_binding.h"

#include "arguments.h"
#include "description_binding.h"
#include "history_binding.h"
#include "region_reader.h"
#include "snapshot.h"
#include "snapshot_binding.h"

namespace vsr_metrics {
namespace {

// A reader of a file. What it says is of the copy that the last refresh() made.
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
         InstanceMethod<&ReaderHandle::ForgetHistory>("forgetHistory"),
         InstanceMethod<&ReaderHandle::Close>("close"),
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
    Refresh(info);
  }

 private:
  Napi::Value Refresh(const Napi::CallbackInfo& info) {
    Error error;
    if (reader_.Refresh(&error) == nullptr) Throw(info.Env(), error);
    return info.Env().Undefined();
  }

  Napi::Value TakeSnapshot(const Napi::CallbackInfo& info) {
    if (!HasCopy(info)) return Napi::Value();
    return FrameToObject(info.Env(), vsr_metrics::TakeSnapshot(*reader_.copy()));
  }

  Napi::Value Describe(const Napi::CallbackInfo& info) {
    if (!HasCopy(info)) return Napi::Value();
    return DescribeEntries(
        info.Env(), *reader_.copy(), info[0].As<Napi::Number>().Uint32Value(),
        info[1].IsNumber() ? info[1].As<Napi::Number>().Uint32Value() : kNoIndex);
  }

  Napi::Value History(const Napi::CallbackInfo& info) {
    if (!HasCopy(info)) return Napi::Value();
    const HistoryQuestion question(info);
    SeriesHistory history;
    Error error;
    if (reader_.ReadHistory(question.key, question.from, question.to, &history, &error)) {
      return HistoryToObject(info.Env(), history);
    }
    Throw(info.Env(), error);
    return Napi::Value();
  }

  Napi::Value ForgetHistory(const Napi::CallbackInfo& info) {
    reader_.ForgetHistory();
    return info.Env().Undefined();
  }

  Napi::Value Close(const Napi::CallbackInfo& info) {
    reader_.Close();
    return info.Env().Undefined();
  }

  Napi::Value Processes(const Napi::CallbackInfo& info) {
    Napi::Array processes = Napi::Array::New(info.Env());
    for (const AttachedProcess& process : reader_.processes()) {
      Napi::Object described = Napi::Object::New(info.Env());
      described.Set("slot", double(process.slot));
      described.Set("pid", double(process.pid));
      described.Set("isAlive", process.is_alive);
      described.Set("attachedAt", double(process.attached_unix_nanoseconds) / 1e6);
      described.Set("heartbeatAgeMs", double(process.heartbeat_age_nanoseconds) / 1e6);
      if (process.has_loop) {
        described.Set("loopAgeMs", double(process.loop_age_nanoseconds) / 1e6);
      }
      processes.Set(processes.Length(), described);
    }
    return processes;
  }

  Napi::Value RegionId(const Napi::CallbackInfo& info) {
    if (!HasCopy(info)) return Napi::Value();
    return Napi::String::New(info.Env(), std::to_string(reader_.copy()->header()->region_id));
  }

  Napi::Value WasClosed(const Napi::CallbackInfo& info) {
    if (!HasCopy(info)) return Napi::Value();
    return Napi::Boolean::New(info.Env(), reader_.copy()->header()->closed != 0);
  }

  Napi::Value CreatedMilliseconds(const Napi::CallbackInfo& info) {
    if (!HasCopy(info)) return Napi::Value();
    const uint64_t created = reader_.copy()->header()->created_unix_nanoseconds;
    return Napi::Number::New(info.Env(), double(created / 1000) / 1000.0);
  }

  // After a refresh() that failed there is none, and it is tried once more.
  bool HasCopy(const Napi::CallbackInfo& info) {
    if (reader_.copy() == nullptr) Refresh(info);
    return reader_.copy() != nullptr;
  }

  RegionReader reader_;
};

// Whether some process records into the region of this file.
Napi::Value InUse(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), IsRegionInUse(info[0].As<Napi::String>().Utf8Value()));
}

}  // namespace

void RegisterReader(Napi::Env env, Napi::Object exports) {
  exports.Set("Reader", ReaderHandle::Define(env));
  exports.Set("isRegionInUse", Napi::Function::New(env, InUse));
}

}  // namespace vsr_metrics
