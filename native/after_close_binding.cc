#include "after_close_binding.h"

#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace vsr_metrics {
namespace {

struct Tally {
  std::mutex mutex;
  // By metric.
  std::map<std::string, double> amounts;
};

// Never destroyed: threads may add to it while the process ends.
Tally& ProcessTally() {
  static Tally& tally = *new Tally;
  return tally;
}

void Add(const Napi::CallbackInfo& info) {
  const std::string metric = info[0].As<Napi::String>().Utf8Value();
  const double amount = info[1].As<Napi::Number>().DoubleValue();
  Tally& tally = ProcessTally();
  const std::lock_guard<std::mutex> lock(tally.mutex);
  tally.amounts[metric] += amount;
}

Napi::Value Take(const Napi::CallbackInfo& info) {
  std::map<std::string, double> amounts;
  {
    Tally& tally = ProcessTally();
    const std::lock_guard<std::mutex> lock(tally.mutex);
    amounts.swap(tally.amounts);
  }
  const Napi::Array pairs = Napi::Array::New(info.Env(), amounts.size());
  uint32_t index = 0;
  for (const auto& [metric, amount] : amounts) {
    const Napi::Array pair = Napi::Array::New(info.Env(), 2);
    pair.Set(0u, Napi::String::New(info.Env(), metric));
    pair.Set(1u, Napi::Number::New(info.Env(), amount));
    pairs.Set(index++, pair);
  }
  return pairs;
}

}  // namespace

void RegisterAfterClose(Napi::Env env, Napi::Object exports) {
  exports.Set("addAfterClose", Napi::Function::New(env, Add));
  exports.Set("takeAfterClose", Napi::Function::New(env, Take));
}

}  // namespace vsr_metrics
