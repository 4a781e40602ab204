#include "lane_binding.h"

#include <utility>

#include "arguments.h"
#include "vsr_metrics/directory.h"
#include "vsr_metrics/exemplars.h"

namespace vsr_metrics {
namespace {

// A lane of this environment. Holds it together with every buffer handed out.
class LaneHandle : public Napi::ObjectWrap<LaneHandle> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(
        env, "Lane",
        {InstanceAccessor<&LaneHandle::Index>("index"),
         InstanceMethod<&LaneHandle::Memory>("memory"),
         InstanceMethod<&LaneHandle::Scalars>("scalars"),
         InstanceMethod<&LaneHandle::Cells>("cells"), InstanceMethod<&LaneHandle::Bind>("bind"),
         InstanceMethod<&LaneHandle::Touch>("touch"),
         InstanceMethod<&LaneHandle::Acknowledge>("acknowledge"),
         InstanceMethod<&LaneHandle::Exemplars>("exemplars"),
         InstanceMethod<&LaneHandle::ExemplarOf>("exemplarOf")});
  }

  explicit LaneHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<LaneHandle>(info) {
    lane_ = *info[0].As<Napi::External<std::shared_ptr<Lane>>>().Data();
  }

 private:
  Napi::Value Index(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), lane_->index());
  }

  // All of it: scalars, then the cells of histograms.
  Napi::Value Memory(const Napi::CallbackInfo& info) {
    return ExternalBuffer(info.Env(), lane_->memory(), lane_->region().header()->lane_stride,
                          lane_);
  }

  // The scalars of the lane, mapped once.
  Napi::Value Scalars(const Napi::CallbackInfo& info) {
    return ExternalBuffer(info.Env(), lane_->memory(), lane_->region().header()->scalars_size,
                          lane_);
  }

  // The cells of one histogram.
  Napi::Value Cells(const Napi::CallbackInfo& info) {
    const uint32_t index = info[0].As<Napi::Number>().Uint32Value();
    const Entry& entry = lane_->region().entries()[index];
    const FamilyBlob* family = FamilyOf(lane_->region(), entry.family);
    return ExternalBuffer(info.Env(), lane_->memory() + entry.cells_page * kPageSize,
                          HistogramCellsSize(family->cell_count), lane_);
  }

  Napi::Value Bind(const Napi::CallbackInfo& info) {
    const bool bound = lane_->Bind(info[0].As<Napi::Number>().Uint32Value());
    return Napi::Boolean::New(info.Env(), bound);
  }

  Napi::Value Touch(const Napi::CallbackInfo& info) {
    const bool touched = lane_->Touch(info[0].As<Napi::Number>().Uint32Value(),
                                      info[1].As<Napi::Number>().Uint32Value());
    return Napi::Boolean::New(info.Env(), touched);
  }

  Napi::Value Acknowledge(const Napi::CallbackInfo& info) {
    lane_->Acknowledge(uint64_t(info[0].As<Napi::Number>().DoubleValue()));
    return info.Env().Undefined();
  }

  // The slots of the lane's exemplars; undefined when the region keeps none.
  Napi::Value Exemplars(const Napi::CallbackInfo& info) {
    const Region& region = lane_->region();
    const uint64_t size = region.header()->exemplars_size;
    if (size < sizeof(ExemplarSlot)) return info.Env().Undefined();
    return ExternalBuffer(info.Env(), region.exemplars(lane_->index()), size, lane_);
  }

  // The first of the two slots of a bucket of a series; undefined: no room.
  Napi::Value ExemplarOf(const Napi::CallbackInfo& info) {
    const uint32_t pair = FindOrAddExemplar(*lane_, info[0].As<Napi::Number>().Uint32Value(),
                                            info[1].As<Napi::Number>().Uint32Value());
    if (pair == kNoIndex) return info.Env().Undefined();
    return Napi::Number::New(info.Env(), pair);
  }

  std::shared_ptr<Lane> lane_;
};

struct Constructors {
  Napi::FunctionReference lane;
};

}  // namespace

Napi::Object LaneToObject(Napi::Env env, std::shared_ptr<Lane> lane) {
  const auto external = Napi::External<std::shared_ptr<Lane>>::New(env, &lane);
  return env.GetInstanceData<Constructors>()->lane.New({external});
}

void RegisterLanes(Napi::Env env) {
  auto* constructors = new Constructors();
  constructors->lane = Napi::Persistent(LaneHandle::Define(env));
  env.SetInstanceData(constructors);
}

}  // namespace vsr_metrics
