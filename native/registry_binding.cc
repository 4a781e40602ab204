#include "registry_binding.h"

#include <errno.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "arguments.h"
#include "description_binding.h"
#include "families.h"
#include "history_binding.h"
#include "history_index.h"
#include "lane_binding.h"
#include "region_create.h"
#include "region_file.h"
#include "resources_binding.h"
#include "sampler.h"
#include "snapshot.h"
#include "snapshot_binding.h"
#include "subscription_binding.h"
#include "vsr_metrics/attach.h"
#include "vsr_metrics/baseline.h"
#include "vsr_metrics/directory.h"
#include "vsr_metrics/lanes.h"
#include "vsr_metrics/processes.h"
#include "vsr_metrics/series.h"
#include "vsr_metrics/shared_memory.h"

namespace vsr_metrics {
namespace {

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

RegionSizes SizesOf(const Napi::Object& given) {
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
  if (given.Has("defaultLabels")) sizes.default_labels = StringOf(given, "defaultLabels");
  return sizes;
}

FileOptions FileOf(const Napi::Object& given) {
  FileOptions file;
  file.path = StringOf(given, "file");
  file.keep = uint32_t(NumberOf(given, "keep"));
  file.allow_disk = given.Get("allowDisk").ToBoolean();
  return file;
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
         InstanceMethod<&RegionHandle::Removals>("removals"),
         InstanceMethod<&RegionHandle::RemovedSince>("removedSince"),
         InstanceMethod<&RegionHandle::IsLive>("isLive"),
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
         InstanceMethod<&RegionHandle::Publish>("publish"),
         InstanceMethod<&RegionHandle::MarkClosed>("markClosed"),
         InstanceMethod<&RegionHandle::Close>("close"),
         InstanceMethod<&RegionHandle::History>("history"),
         InstanceMethod<&RegionHandle::ForgetHistory>("forgetHistory"),
         InstanceAccessor<&RegionHandle::IsCreator>("isCreator"),
         InstanceAccessor<&RegionHandle::CreatedMilliseconds>("createdMilliseconds")});
  }

  // { attach: path }, or the sizes of a new region with an optional { file, keep, allowDisk }.
  explicit RegionHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<RegionHandle>(info) {
    const auto given = info[0].As<Napi::Object>();
    Error error;
    is_creator_ = !given.Has("attach");
    region_ = Open(given, &error);
    if (region_ == nullptr) {
      Throw(info.Env(), error);
      return;
    }
    if (Sampler::Instance().Keep(region_)) return;
    draft_ = nullptr;
    region_ = nullptr;
    Throw(info.Env(),
          {"VSR_METRICS_REGISTRY_OPTIONS",
           std::string("a registry needs a thread of its own, and this process may have "
                       "none more: ") +
               strerror(errno)});
  }

 private:
  std::shared_ptr<Region> Open(const Napi::Object& given, Error* error) {
    if (!is_creator_) return AttachRegion(StringOf(given, "attach"), error);
    if (!given.Has("file")) return CreateRegion(SizesOf(given), error);
    draft_ = RegionDraft::Create(FileOf(given), SizesOf(given), error);
    return draft_ == nullptr ? nullptr : draft_->region();
  }

  bool IsOpen(Napi::Env env) {
    if (region_ != nullptr) return true;
    Throw(env, {"VSR_METRICS_REGISTRY_CLOSED", "the registry is closed"});
    return false;
  }

  Napi::Value AddFamily(const Napi::CallbackInfo& info) {
    if (!IsOpen(info.Env())) return Napi::Value();
    Error error;
    const FamilySpec spec = SpecOf(info[0].As<Napi::Object>());
    const uint32_t index = FindOrAddFamily(*region_, spec, &error);
    if (index != kNoIndex) return Napi::Number::New(info.Env(), index);
    Throw(info.Env(), error);
    return Napi::Value();
  }

  Napi::Value AddOverflow(const Napi::CallbackInfo& info) {
    if (!IsOpen(info.Env())) return Napi::Value();
    const Shortage shortage = AddOverflowSeries(*region_, info[0].As<Napi::Number>().Uint32Value(),
                                                info[1].As<Napi::String>().Utf8Value());
    return Napi::Boolean::New(info.Env(), shortage == Shortage::kNone);
  }

  // See NativeSeries in lib/core/region/native.ts; the name of what ran out when there is no room
  // even for the overflow series.
  Napi::Value Series(const Napi::CallbackInfo& info) {
    if (!IsOpen(info.Env())) return Napi::Value();
    const SeriesResult result = FindOrAddSeries(*region_, info[0].As<Napi::Number>().Uint32Value(),
                                                info[1].As<Napi::String>().Utf8Value());
    const Napi::Env env = info.Env();
    if (result.outcome == SeriesOutcome::kFull) {
      return Napi::String::New(env, NameOf(result.shortage));
    }
    const Entry& entry = region_->entries()[result.index];
    Napi::Object series = Napi::Object::New(env);
    series.Set("index", result.index);
    series.Set("generation", result.generation);
    series.Set("own", result.outcome == SeriesOutcome::kOwn);
    series.Set("cellOffset", double(entry.cell_offset));
    series.Set("cellsOffset", double(entry.cells_page * kPageSize));
    series.Set("delayed", result.is_delayed);
    if (result.shortage != Shortage::kNone) series.Set("full", NameOf(result.shortage));
    return series;
  }

  Napi::Value RemoveSeries(const Napi::CallbackInfo& info) {
    if (!IsOpen(info.Env())) return Napi::Value();
    uint32_t index;
    const std::string key = info[1].As<Napi::String>().Utf8Value();
    switch (vsr_metrics::RemoveSeries(*region_, info[0].As<Napi::Number>().Uint32Value(), key,
                                      &index)) {
      case Removal::kRemoved:
        return Napi::Number::New(info.Env(), index);
      case Removal::kNotFound:
        return info.Env().Undefined();
      case Removal::kBusy:
        break;
    }
    Throw(info.Env(), {"VSR_METRICS_REGISTRY_BUSY",
                       "the series " + key + " cannot be removed now: somebody holds the " +
                           "registry's directory and does not go on; it may be stopped"});
    return Napi::Value();
  }

  // The word that with() looks at: the low half of how many series were ever removed.
  Napi::Value Removals(const Napi::CallbackInfo& info) {
    if (!IsOpen(info.Env())) return Napi::Value();
    if (removals_ == nullptr)
      removals_ = region_->MapPart(&region_->header()->removals, kCacheLine);
    return BufferOver(info.Env(), removals_, 0, kCacheLine, removals_);
  }

  // { epoch, entries }: those removed since that epoch. No entries: too many, or too long ago.
  Napi::Value RemovedSince(const Napi::CallbackInfo& info) {
    if (!IsOpen(info.Env())) return Napi::Value();
    std::vector<uint32_t> entries;
    uint64_t epoch = uint64_t(info[0].As<Napi::Number>().DoubleValue());
    const bool is_complete = vsr_metrics::RemovedSince(*region_, &epoch, &entries);
    Napi::Object removed = Napi::Object::New(info.Env());
    removed.Set("epoch", double(epoch));
    if (is_complete) {
      removed.Set("entries", CopyToTypedArray<Napi::Uint32Array>(info.Env(), entries));
    }
    return removed;
  }

  // Whether the entry still is the series that it was in that generation, and shown.
  Napi::Value IsLive(const Napi::CallbackInfo& info) {
    if (!IsOpen(info.Env())) return Napi::Value();
    const bool is_live = IsLiveSeries(*region_, info[0].As<Napi::Number>().Uint32Value(),
                                      info[1].As<Napi::Number>().Uint32Value());
    return Napi::Boolean::New(info.Env(), is_live);
  }

  Napi::Value Describe(const Napi::CallbackInfo& info) {
    if (!IsOpen(info.Env())) return Napi::Value();
    return DescribeEntries(
        info.Env(), *region_, info[0].As<Napi::Number>().Uint32Value(),
        info[1].IsNumber() ? info[1].As<Napi::Number>().Uint32Value() : kNoIndex);
  }

  Napi::Value ClaimLane(const Napi::CallbackInfo& info) {
    if (!IsOpen(info.Env())) return Napi::Value();
    Error error;
    std::shared_ptr<Lane> claimed = Lane::Claim(region_, &error);
    if (claimed == nullptr) {
      Throw(info.Env(), error);
      return Napi::Value();
    }
    auto lane = std::make_shared<MappedLane>(std::move(claimed));
    lanes_.push_back(lane);
    return LaneToObject(info.Env(), std::move(lane));
  }

  // The gauges that keep the last value.
  Napi::Value Shared(const Napi::CallbackInfo& info) {
    if (!IsOpen(info.Env())) return Napi::Value();
    if (shared_ == nullptr) {
      shared_ = region_->MapPart(region_->shared(), region_->header()->shared_size);
    }
    return BufferOver(info.Env(), shared_, 0, region_->header()->shared_size, shared_);
  }

  Napi::Value TakeSnapshot(const Napi::CallbackInfo& info) {
    if (!IsOpen(info.Env())) return Napi::Value();
    return FrameToObject(info.Env(), vsr_metrics::TakeSnapshot(*region_));
  }

  Napi::Value Subscribe(const Napi::CallbackInfo& info) {
    if (!IsOpen(info.Env())) return Napi::Value();
    return SubscribeToSnapshots(
        info.Env(), region_, uint64_t(info[0].As<Napi::Number>().DoubleValue() * 1e6),
        info[1].As<Napi::Number>().Uint32Value(), info[2].As<Napi::Function>());
  }

  Napi::Value SampleResources(const Napi::CallbackInfo& info) {
    if (!IsOpen(info.Env())) return Napi::Value();
    return StartResourceSampling(info.Env(), region_,
                                 uint64_t(info[0].As<Napi::Number>().DoubleValue() * 1e6),
                                 info[1].As<Napi::Object>());
  }

  Napi::Value Reset(const Napi::CallbackInfo& info) {
    if (!IsOpen(info.Env())) return Napi::Value();
    Error error;
    if (!SetAllBaselines(*region_, &error)) Throw(info.Env(), error);
    return info.Env().Undefined();
  }

  Napi::Value SharePath(const Napi::CallbackInfo& info) {
    if (!IsOpen(info.Env())) return Napi::Value();
    return Napi::String::New(info.Env(), region_->share_path());
  }

  Napi::Value RegionId(const Napi::CallbackInfo& info) {
    if (!IsOpen(info.Env())) return Napi::Value();
    return Napi::String::New(info.Env(), std::to_string(region_->header()->region_id));
  }

  Napi::Value IsCurrent(const Napi::CallbackInfo& info) {
    if (!IsOpen(info.Env())) return Napi::Value();
    return Napi::Boolean::New(info.Env(), region_->IsCurrent());
  }

  Napi::Value BeatLoop(const Napi::CallbackInfo& info) {
    if (!IsOpen(info.Env())) return Napi::Value();
    BeatEventLoop(*region_);
    return info.Env().Undefined();
  }

  Napi::Value IsCreator(const Napi::CallbackInfo& info) {
    return Napi::Boolean::New(info.Env(), is_creator_);
  }

  // Gives the file of a region that this object made its name, now that it says what is in it.
  Napi::Value Publish(const Napi::CallbackInfo& info) {
    if (!IsOpen(info.Env()) || draft_ == nullptr) return info.Env().Undefined();
    Error error;
    const bool is_published = draft_->Publish(&error);
    draft_ = nullptr;
    if (!is_published) Throw(info.Env(), error);
    return info.Env().Undefined();
  }

  // Only the word of the handle that created the region counts: what others leave is still in use.
  Napi::Value MarkClosed(const Napi::CallbackInfo& info) {
    if (!IsOpen(info.Env())) return Napi::Value();
    if (is_creator_) StoreRelease(&region_->header()->closed, uint32_t{1});
    return info.Env().Undefined();
  }

  // Gives back what this object has of the region, at once. What it handed out stays at its
  // addresses, as memory of nobody.
  Napi::Value Close(const Napi::CallbackInfo& info) {
    for (const std::weak_ptr<MappedLane>& claimed : lanes_) {
      if (const std::shared_ptr<MappedLane> lane = claimed.lock()) lane->End();
    }
    lanes_.clear();
    draft_ = nullptr;
    if (shared_ != nullptr) shared_->Blank();
    if (removals_ != nullptr) removals_->Blank();
    region_ = nullptr;
    Sampler::Instance().LetGo();
    return info.Env().Undefined();
  }

  Napi::Value History(const Napi::CallbackInfo& info) {
    if (!IsOpen(info.Env())) return Napi::Value();
    const HistoryQuestion question(info);
    history_.Update(MappedHistory(*region_));
    return HistoryToObject(info.Env(), history_.Find(question.key, question.from, question.to));
  }

  Napi::Value ForgetHistory(const Napi::CallbackInfo& info) {
    history_.Clear();
    return info.Env().Undefined();
  }

  Napi::Value CreatedMilliseconds(const Napi::CallbackInfo& info) {
    if (!IsOpen(info.Env())) return Napi::Value();
    return Napi::Number::New(info.Env(),
                             double(region_->header()->created_unix_nanoseconds / 1000) / 1000.0);
  }

  std::shared_ptr<Region> region_;      // null once closed
  std::unique_ptr<RegionDraft> draft_;  // until the region's file has its name
  HistoryIndex history_;
  bool is_creator_ = false;
  std::vector<std::weak_ptr<MappedLane>> lanes_;
  std::shared_ptr<Mapping> shared_;
  std::shared_ptr<Mapping> removals_;
};

}  // namespace

void RegisterRegistry(Napi::Env env, Napi::Object exports) {
  exports.Set("Region", RegionHandle::Define(env));
}

}  // namespace vsr_metrics
