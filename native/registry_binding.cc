#include "registry_binding.h"

#include "arguments.h"
#include "families.h"
#include "history.h"
#include "region_create.h"
#include "region_file.h"
#include "resources_binding.h"
#include "sampler.h"
#include "snapshot.h"
#include "snapshot_binding.h"
#include "vsr_metrics/attach.h"
#include "vsr_metrics/baseline.h"
#include "vsr_metrics/directory.h"
#include "vsr_metrics/exemplars.h"
#include "vsr_metrics/lanes.h"
#include "vsr_metrics/processes.h"
#include "vsr_metrics/series.h"
#include "vsr_metrics/shared_memory.h"

namespace vsr_metrics {
namespace {

// A lane of this environment. Holds it together with every buffer handed out.
class LaneHandle : public Napi::ObjectWrap<LaneHandle> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(
        env, "Lane",
        {InstanceAccessor<&LaneHandle::Index>("index"),
         InstanceMethod<&LaneHandle::Scalars>("scalars"),
         InstanceMethod<&LaneHandle::Cells>("cells"), InstanceMethod<&LaneHandle::Bind>("bind"),
         InstanceMethod<&LaneHandle::Touch>("touch"),
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

FamilySpec SpecOf(const Napi::Object& given) {
  FamilySpec spec;
  spec.kind = Kind(uint8_t(NumberOf(given, "kind")));
  spec.combine = Combine(uint8_t(NumberOf(given, "combine")));
  spec.name = StringOf(given, "name");
  spec.description = StringOf(given, "description");
  spec.max_series = uint32_t(NumberOf(given, "maxSeries"));
  if (spec.kind != Kind::kHistogram) return spec;
  spec.scale = NumberOf(given, "scale");
  spec.base_index = int32_t(NumberOf(given, "baseIndex"));
  spec.cell_count = uint32_t(NumberOf(given, "cellCount"));
  spec.shift = uint32_t(NumberOf(given, "shift"));
  spec.split_count = uint32_t(NumberOf(given, "splitCount"));
  const auto bounds = given.Get("bounds").As<Napi::Float64Array>();
  spec.bounds.assign(bounds.Data(), bounds.Data() + bounds.ElementLength());
  const auto cells = given.Get("boundCells").As<Napi::Uint32Array>();
  spec.bound_cells.assign(cells.Data(), cells.Data() + cells.ElementLength());
  return spec;
}

std::shared_ptr<Region> CreateFrom(const Napi::Object& given, Error* error) {
  RegionSizes sizes;
  sizes.lanes = uint32_t(NumberOf(given, "lanes"));
  sizes.processes = uint32_t(NumberOf(given, "processes"));
  sizes.entries = uint32_t(NumberOf(given, "entries"));
  sizes.heap_bytes = uint64_t(NumberOf(given, "heapBytes"));
  sizes.scalar_bytes = uint64_t(NumberOf(given, "scalarBytes"));
  sizes.histogram_bytes = uint64_t(NumberOf(given, "histogramBytes"));
  sizes.shared_bytes = uint64_t(NumberOf(given, "sharedBytes"));
  sizes.history_bytes = uint64_t(NumberOf(given, "historyBytes"));
  sizes.exemplar_bytes = uint64_t(NumberOf(given, "exemplarBytes"));
  if (!given.Has("file")) return CreateRegion(sizes, error);
  FileOptions file;
  file.path = StringOf(given, "file");
  file.keep = uint32_t(NumberOf(given, "keep"));
  file.allow_disk = given.Get("allowDisk").ToBoolean();
  return CreateRegionFile(file, sizes, error);
}

class RegionHandle : public Napi::ObjectWrap<RegionHandle> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(
        env, "Region",
        {InstanceMethod<&RegionHandle::AddFamily>("addFamily"),
         InstanceMethod<&RegionHandle::AddOverflow>("addOverflow"),
         InstanceMethod<&RegionHandle::Series>("series"),
         InstanceMethod<&RegionHandle::RemoveSeries>("removeSeries"),
         InstanceMethod<&RegionHandle::Describe>("describe"),
         InstanceMethod<&RegionHandle::ClaimLane>("claimLane"),
         InstanceMethod<&RegionHandle::Shared>("shared"),
         InstanceMethod<&RegionHandle::TakeSnapshot>("snapshot"),
         InstanceMethod<&RegionHandle::Subscribe>("subscribe"),
         InstanceMethod<&RegionHandle::SampleResources>("sampleResources"),
         InstanceMethod<&RegionHandle::Reset>("reset"),
         InstanceMethod<&RegionHandle::SharePath>("sharePath"),
         InstanceMethod<&RegionHandle::RegionId>("regionId"),
         InstanceMethod<&RegionHandle::IsCurrent>("isCurrent"),
         InstanceMethod<&RegionHandle::BeatLoop>("beatLoop"),
         InstanceMethod<&RegionHandle::MarkClosed>("markClosed"),
         InstanceMethod<&RegionHandle::History>("history"),
         InstanceAccessor<&RegionHandle::CreatedMilliseconds>("createdMilliseconds")});
  }

  // { attach: path }, or the sizes of a new region with an optional { file, keep, allowDisk }.
  explicit RegionHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<RegionHandle>(info) {
    const auto given = info[0].As<Napi::Object>();
    Error error;
    region_ = given.Has("attach") ? AttachRegion(StringOf(given, "attach"), &error)
                                  : CreateFrom(given, &error);
    if (region_ == nullptr) {
      Throw(info.Env(), error);
      return;
    }
    Sampler::Instance().Keep(region_);
  }

 private:
  Napi::Value AddFamily(const Napi::CallbackInfo& info) {
    Error error;
    const FamilySpec spec = SpecOf(info[0].As<Napi::Object>());
    const uint32_t index = FindOrAddFamily(*region_, spec, &error);
    if (index != kNoIndex) return Napi::Number::New(info.Env(), index);
    Throw(info.Env(), error);
    return Napi::Value();
  }

  Napi::Value AddOverflow(const Napi::CallbackInfo& info) {
    const bool added = AddOverflowSeries(*region_, info[0].As<Napi::Number>().Uint32Value(),
                                         info[1].As<Napi::String>().Utf8Value());
    return Napi::Boolean::New(info.Env(), added);
  }

  // { index, own }: own is false for the overflow series. Undefined: no room for either.
  Napi::Value Series(const Napi::CallbackInfo& info) {
    const SeriesResult result = FindOrAddSeries(*region_, info[0].As<Napi::Number>().Uint32Value(),
                                                info[1].As<Napi::String>().Utf8Value());
    if (result.outcome == SeriesOutcome::kFull) return info.Env().Undefined();
    Napi::Object series = Napi::Object::New(info.Env());
    series.Set("index", result.index);
    series.Set("own", result.outcome == SeriesOutcome::kOwn);
    series.Set("cellOffset", double(region_->entries()[result.index].cell_offset));
    return series;
  }

  Napi::Value RemoveSeries(const Napi::CallbackInfo& info) {
    const bool removed = vsr_metrics::RemoveSeries(
        *region_, info[0].As<Napi::Number>().Uint32Value(), info[1].As<Napi::String>().Utf8Value());
    return Napi::Boolean::New(info.Env(), removed);
  }

  Napi::Value Describe(const Napi::CallbackInfo& info) {
    return DescribeEntries(
        info.Env(), *region_, info[0].As<Napi::Number>().Uint32Value(),
        info[1].IsNumber() ? info[1].As<Napi::Number>().Uint32Value() : kNoIndex);
  }

  Napi::Value ClaimLane(const Napi::CallbackInfo& info) {
    Error error;
    std::shared_ptr<Lane> lane = Lane::Claim(region_, &error);
    if (lane == nullptr) {
      Throw(info.Env(), error);
      return Napi::Value();
    }
    const auto external = Napi::External<std::shared_ptr<Lane>>::New(info.Env(), &lane);
    return info.Env().GetInstanceData<Constructors>()->lane.New({external});
  }

  // The gauges that keep the last value.
  Napi::Value Shared(const Napi::CallbackInfo& info) {
    return ExternalBuffer(info.Env(), region_->shared(), region_->header()->shared_size, region_);
  }

  Napi::Value TakeSnapshot(const Napi::CallbackInfo& info) {
    return FrameToObject(info.Env(), vsr_metrics::TakeSnapshot(*region_));
  }

  Napi::Value Subscribe(const Napi::CallbackInfo& info) {
    return SubscribeToSnapshots(
        info.Env(), region_, uint64_t(info[0].As<Napi::Number>().DoubleValue() * 1e6),
        info[1].As<Napi::Number>().Uint32Value(), info[2].As<Napi::Function>());
  }

  Napi::Value SampleResources(const Napi::CallbackInfo& info) {
    return StartResourceSampling(info.Env(), region_,
                                 uint64_t(info[0].As<Napi::Number>().DoubleValue() * 1e6),
                                 info[1].As<Napi::Object>());
  }

  Napi::Value Reset(const Napi::CallbackInfo& info) {
    SetAllBaselines(*region_);
    return info.Env().Undefined();
  }

  Napi::Value SharePath(const Napi::CallbackInfo& info) {
    return Napi::String::New(info.Env(), region_->share_path());
  }

  Napi::Value RegionId(const Napi::CallbackInfo& info) {
    return Napi::String::New(info.Env(), std::to_string(region_->header()->region_id));
  }

  Napi::Value IsCurrent(const Napi::CallbackInfo& info) {
    return Napi::Boolean::New(info.Env(), region_->IsCurrent());
  }

  Napi::Value BeatLoop(const Napi::CallbackInfo& info) {
    BeatEventLoop(*region_);
    return info.Env().Undefined();
  }

  // Only the creator's word counts: what others leave behind is still in use.
  Napi::Value MarkClosed(const Napi::CallbackInfo& info) {
    if (region_->process_slot() == kCreatorSlot) {
      StoreRelease(&region_->header()->closed, uint32_t{1});
    }
    return info.Env().Undefined();
  }

  Napi::Value History(const Napi::CallbackInfo& info) {
    return HistoryToObject(info.Env(), *region_, info);
  }

  Napi::Value CreatedMilliseconds(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(),
                             double(region_->header()->created_unix_nanoseconds / 1000) / 1000.0);
  }

  std::shared_ptr<Region> region_;
};

// The offsets that JavaScript needs, from the one place that defines them.
Napi::Object LayoutConstants(Napi::Env env) {
  Napi::Object layout = Napi::Object::New(env);
  const auto set = [&layout](const char* name, double value) { layout.Set(name, value); };
  set("version", kLayoutVersion);
  set("counterSize", sizeof(CounterCell));
  set("counterOnes", offsetof(CounterCell, ones));
  set("counterAmounts", offsetof(CounterCell, amounts));
  set("gaugeSize", sizeof(GaugeCell));
  set("gaugeValue", offsetof(GaugeCell, value));
  set("gaugeSampled", offsetof(GaugeCell, sampled_unix_milliseconds));
  set("sharedGaugeSize", kCacheLine);
  set("headTouchedLow", offsetof(HistogramHead, touched_low));
  set("headTouchedHigh", offsetof(HistogramHead, touched_high));
  set("headSum", offsetof(HistogramHead, sum));
  set("headMinimum", offsetof(HistogramHead, minimum));
  set("headMaximum", offsetof(HistogramHead, maximum));
  set("headBelow", offsetof(HistogramHead, below));
  set("headAbove", offsetof(HistogramHead, above));
  set("headSplits", sizeof(HistogramHead));
  set("exemplarSize", sizeof(ExemplarSlot));
  set("exemplarChecksum", offsetof(ExemplarSlot, checksum));
  set("exemplarSequence", offsetof(ExemplarSlot, sequence));
  set("exemplarValue", offsetof(ExemplarSlot, value));
  set("exemplarTaken", offsetof(ExemplarSlot, taken_unix_milliseconds));
  set("exemplarTextSize", offsetof(ExemplarSlot, text_size));
  set("exemplarPadding", offsetof(ExemplarSlot, padding));
  set("exemplarText", offsetof(ExemplarSlot, text));
  set("exemplarsOfBucket", kExemplarsOfBucket);
  set("exemplarSeparator", kExemplarSeparator);
  set("mostExemplarCharacters", kMostExemplarCharacters);
  set("pageSize", kPageSize);
  set("entrySize", sizeof(Entry));
  set("boundSplitFlag", kBoundSplitFlag);
  set("stateLive", double(EntryState::kLive));
  return layout;
}

}  // namespace

void RegisterRegistry(Napi::Env env, Napi::Object exports) {
  auto* constructors = new Constructors();
  constructors->lane = Napi::Persistent(LaneHandle::Define(env));
  env.SetInstanceData(constructors);
  exports.Set("Region", RegionHandle::Define(env));
  exports.Set("layout", LayoutConstants(env));
}

}  // namespace vsr_metrics
