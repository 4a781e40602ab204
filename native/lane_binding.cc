#include "lane_binding.h"

#include <algorithm>
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
         InstanceMethod<&LaneHandle::Memory>("memory"), InstanceMethod<&LaneHandle::Bind>("bind"),
         InstanceMethod<&LaneHandle::Touch>("touch"),
         InstanceMethod<&LaneHandle::Acknowledge>("acknowledge"),
         InstanceMethod<&LaneHandle::OpenJournal>("openJournal"),
         InstanceMethod<&LaneHandle::JournalRoom>("journalRoom"),
         InstanceMethod<&LaneHandle::RecordThroughJournal>("recordThroughJournal"),
         InstanceMethod<&LaneHandle::TakeSpilled>("takeSpilled"),
         InstanceMethod<&LaneHandle::Exemplars>("exemplars"),
         InstanceMethod<&LaneHandle::ExemplarOf>("exemplarOf")});
  }

  explicit LaneHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<LaneHandle>(info) {
    lane_ = *info[0].As<Napi::External<std::shared_ptr<MappedLane>>>().Data();
  }

 private:
  Napi::Value Index(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), lane_->lane().index());
  }

  // The scalars, or the part that begins at an offset and has a size, as far as the lane goes. Not
  // all at once: V8 takes the size of every ArrayBuffer for memory that is in use.
  Napi::Value Memory(const Napi::CallbackInfo& info) {
    const auto& memory = lane_->Memory();
    const uint64_t offset = info[0].IsNumber() ? uint64_t(info[0].ToNumber().DoubleValue()) : 0;
    uint64_t size =
        info[1].IsNumber() ? uint64_t(info[1].ToNumber().DoubleValue()) : lane_->scalars_size();
    if (memory != nullptr && offset < memory->size()) {
      size = std::min<uint64_t>(size, memory->size() - offset);
    }
    return BufferOver(info.Env(), memory, offset, size, lane_);
  }

  Napi::Value Bind(const Napi::CallbackInfo& info) {
    const bool bound = lane_->lane().Bind(info[0].As<Napi::Number>().Uint32Value());
    return Napi::Boolean::New(info.Env(), bound);
  }

  Napi::Value Touch(const Napi::CallbackInfo& info) {
    const bool touched = lane_->lane().Touch(info[0].As<Napi::Number>().Uint32Value(),
                                             info[1].As<Napi::Number>().Uint32Value());
    return Napi::Boolean::New(info.Env(), touched);
  }

  Napi::Value Acknowledge(const Napi::CallbackInfo& info) {
    lane_->lane().Acknowledge(uint64_t(info[0].As<Napi::Number>().DoubleValue()));
    return info.Env().Undefined();
  }

  // { ring, position }: where the next record goes. Undefined: there is no memory for it.
  Napi::Value OpenJournal(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    const auto& ring = lane_->Ring();
    if (ring == nullptr) return env.Undefined();
    Napi::Object journal = Napi::Object::New(env);
    journal.Set("ring", BufferOver(env, ring, 0, ring->size(), lane_));
    journal.Set("position", double(lane_->lane().journal()->position()));
    return journal;
  }

  // How many records may be stored from a position on.
  Napi::Value JournalRoom(const Napi::CallbackInfo& info) {
    const auto position = uint64_t(info[0].As<Napi::Number>().DoubleValue());
    Journal* journal = lane_->lane().journal();
    const uint64_t room =
        journal == nullptr ? kJournalEntries - position % kJournalEntries : journal->Room(position);
    return Napi::Number::New(info.Env(), double(room));
  }

  // The arguments of Journal::Record.
  Napi::Value RecordThroughJournal(const Napi::CallbackInfo& info) {
    const auto number = [&info](size_t index) {
      return info[index].As<Napi::Number>().DoubleValue();
    };
    Journal* journal = lane_->lane().journal();
    const bool is_recorded =
        journal == nullptr ||
        journal->Record(uint64_t(number(0)), uint32_t(number(1)), number(2), uint64_t(number(3)));
    return Napi::Boolean::New(info.Env(), is_recorded);
  }

  // Series and how many of their values had no memory for their cell since the last time, in turns.
  Napi::Value TakeSpilled(const Napi::CallbackInfo& info) {
    Napi::Array spilled = Napi::Array::New(info.Env());
    Journal* journal = lane_->lane().journal();
    if (journal == nullptr) return spilled;
    uint32_t length = 0;
    for (const auto& [series, count] : journal->TakeSpilled()) {
      spilled.Set(length++, double(series));
      spilled.Set(length++, double(count));
    }
    return spilled;
  }

  // The slots of the lane's exemplars; undefined when the region keeps none.
  Napi::Value Exemplars(const Napi::CallbackInfo& info) {
    if (!lane_->HasExemplars()) return info.Env().Undefined();
    return BufferOver(info.Env(), lane_->Exemplars(), 0, lane_->exemplars_size(), lane_);
  }

  // The first of the two slots of a bucket of a series; undefined: no room.
  Napi::Value ExemplarOf(const Napi::CallbackInfo& info) {
    if (lane_->lane().has_ended()) return info.Env().Undefined();
    const uint32_t pair = FindOrAddExemplar(lane_->lane(), info[0].As<Napi::Number>().Uint32Value(),
                                            info[1].As<Napi::Number>().Uint32Value());
    if (pair == kNoIndex) return info.Env().Undefined();
    return Napi::Number::New(info.Env(), pair);
  }

  std::shared_ptr<MappedLane> lane_;
};

struct Constructors {
  Napi::FunctionReference lane;
};

}  // namespace

Napi::Object LaneToObject(Napi::Env env, std::shared_ptr<MappedLane> lane) {
  const auto external = Napi::External<std::shared_ptr<MappedLane>>::New(env, &lane);
  return env.GetInstanceData<Constructors>()->lane.New({external});
}

void RegisterLanes(Napi::Env env) {
  auto* constructors = new Constructors();
  constructors->lane = Napi::Persistent(LaneHandle::Define(env));
  env.SetInstanceData(constructors);
}

}  // namespace vsr_metrics
