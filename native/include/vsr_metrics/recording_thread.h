// What the recorders of one thread share: its lane, and how they count what they refuse.
#ifndef VSR_METRICS_RECORDING_THREAD_H_
#define VSR_METRICS_RECORDING_THREAD_H_

#include <cstdio>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "directory.h"
#include "json.h"
#include "lanes.h"
#include "region.h"
#include "removals.h"
#include "series.h"
#include "shared_memory.h"
#include "sums.h"

namespace vsr_metrics {

// Labels by name, with their values as JSON.
using JsonLabels = std::map<std::string, std::string, std::less<>>;

// Why a value was not recorded as it was given; a value of the label `reason`.
namespace rejection_reason {
constexpr const char* kNan = "nan";
constexpr const char* kInfinite = "infinite";
constexpr const char* kNegative = "negative";
constexpr const char* kNotACount = "not_a_count";
constexpr const char* kClockStepBack = "clock_step_back";
constexpr const char* kMemoryExhausted = "memory_exhausted";
}  // namespace rejection_reason

constexpr const char* kRejectedFamily = "vsr_metrics_rejected_total";
constexpr const char* kOverflowedFamily = "vsr_metrics_overflowed_total";
constexpr const char* kReuseDelayedFamily = "vsr_metrics_reuse_delayed_total";

// Labels whose values the registry's creator chose for every family (its defaultLabels).
inline JsonLabels DefaultLabels(const Region& region) {
  JsonLabels labels;
  const RegionHeader* header = region.header();
  const uint64_t offset = header->default_labels_offset;
  const uint64_t size = header->default_labels_size;
  if (offset > header->heap_size || size > header->heap_size - offset) return labels;
  const auto* text = reinterpret_cast<const char*>(region.heap() + offset);
  for (const JsonMember& label : ReadJson(std::string_view(text, size))) {
    labels[std::string(label.name)] = std::string(label.value);
  }
  return labels;
}

// The labels that a family declares, in its order.
inline std::vector<std::string_view> LabelsOf(const Region& region, const Entry& family) {
  std::vector<std::string_view> names;
  for (const JsonMember& property : ReadJson(DescriptionOf(region, family))) {
    if (property.name != "labels") continue;
    for (const JsonMember& label : ReadJson(property.value)) names.push_back(Unquoted(label.value));
  }
  return names;
}

// The identity of a series: all labels of its family as JSON, in their order. Empty, and the name
// of the label in `missing`, when one has no value.
inline std::string SeriesKey(const std::vector<std::string_view>& names, const JsonLabels& values,
                             std::string_view* missing) {
  std::string key;
  for (const std::string_view name : names) {
    const auto found = values.find(name);
    if (found == values.end()) {
      *missing = name;
      return "";
    }
    key += (key.empty() ? '{' : ',') + QuoteJson(name) + ':' + found->second;
  }
  return key.empty() ? "{}" : key + '}';
}

// Where the recorders of one series store on this thread. Once the series was removed that is
// memory of this thread alone: other series get its cells.
struct Binding {
  uint8_t* scalars;
  int64_t* cells;  // histograms only
  // Histograms: the smallest and the largest value that a cell was stepped for. Bad values are
  // never between, and once the series was removed nothing is.
  double least = std::numeric_limits<double>::infinity();
  double greatest = -std::numeric_limits<double>::infinity();
  uint32_t series;
  uint32_t generation;
  bool is_void = false;
};

class RecordingThread {
 public:
  using Warn = std::function<void(const std::string& message)>;

  RecordingThread(std::shared_ptr<Lane> lane, Warn warn)
      : lane_(std::move(lane)),
        default_labels_(DefaultLabels(lane_->region())),
        warn_(std::move(warn)),
        removals_(LoadAcquire(&lane_->region().lane_records()[lane_->index()].acknowledged)) {}

  Lane& lane() const { return *lane_; }
  Region& region() const { return lane_->region(); }
  const JsonLabels& default_labels() const { return default_labels_; }

  std::string_view MetricOf(uint32_t series) const {
    return KeyOf(region(), region().entries()[region().entries()[series].family]);
  }

  // A value that was refused: counted, and warned of once.
  void Reject(const Binding& binding, double value) {
    const char* reason = value != value       ? rejection_reason::kNan
                         : value - value != 0 ? rejection_reason::kInfinite
                                              : rejection_reason::kNegative;
    RejectAs(binding, reason, std::to_string(value));
  }

  void RejectAs(const Binding& binding, const char* reason, const std::string& given) {
    if (!Count(binding, reason) || !warn_) return;
    const std::string metric(MetricOf(binding.series));
    warn_(metric + ": " + given + " was not recorded (" + reason +
          "); further ones are only counted, in " + kRejectedFamily + "{metric=\"" + metric +
          "\",reason=\"" + reason + "\"}");
  }

  // Counts without a warning; true the first time.
  bool Count(const Binding& binding, const char* reason) {
    if (binding.is_void) return false;
    const std::string metric(MetricOf(binding.series));
    const auto [known, is_first] = own_cells_.try_emplace(metric + ' ' + reason, nullptr);
    // Somebody may have removed the series that counted it so far.
    if (is_first || (known->second != nullptr && known->second->is_void)) {
      known->second =
          OwnCell(kRejectedFamily, {{"metric", QuoteJson(metric)}, {"reason", QuoteJson(reason)}});
    }
    Step(known->second.get());
    return is_first;
  }

  // The series of a family with this key, or the family's overflow series, bound in this lane.
  // Null, and why, when there is no room.
  std::shared_ptr<Binding> OpenSeries(uint32_t family, const std::string& key, Shortage* shortage) {
    CatchUp();
    const SeriesResult series = FindOrAddSeries(region(), family, key);
    *shortage = series.shortage;
    if (series.outcome == SeriesOutcome::kFull) return nullptr;
    if (!lane_->Bind(series.index)) {
      *shortage = Shortage::kMemory;
      return nullptr;
    }
    const std::string_view metric = MetricOf(series.index);
    if (series.is_delayed && metric != kReuseDelayedFamily) {
      Step(OwnCell(kReuseDelayedFamily, {{"metric", QuoteJson(metric)}}).get());
    }
    if (series.outcome == SeriesOutcome::kOverflow && metric != kOverflowedFamily) {
      Step(OwnCell(kOverflowedFamily,
                   {{"metric", QuoteJson(metric)}, {"reason", QuoteJson(NameOf(series.shortage))}})
               .get());
    }
    return Bind(series);
  }

  // Lets go of series that were removed, by whichever thread, and says so: their memory is used
  // again only afterwards.
  void CatchUp() {
    if (LoadAcquire(&region().header()->removals) == removals_) return;
    std::vector<uint32_t> removed;
    const bool is_complete = RemovedSince(region(), &removals_, &removed);
    if (is_complete) {
      for (const uint32_t series : removed) LetGo(bindings_.find(series));
    } else {
      for (auto binding = bindings_.begin(); binding != bindings_.end(); ++binding) LetGo(binding);
    }
    lane_->Acknowledge(removals_);
  }

 private:
  using Bindings = std::map<uint32_t, std::weak_ptr<Binding>>;

  std::shared_ptr<Binding> Bind(const SeriesResult& series) {
    std::weak_ptr<Binding>& known = bindings_[series.index];
    std::shared_ptr<Binding> binding = known.lock();
    if (binding != nullptr && binding->generation == series.generation && !binding->is_void) {
      return binding;
    }
    const Entry& entry = region().entries()[series.index];
    const bool is_shared =
        Kind(entry.kind) == Kind::kGauge && Combine(entry.combine) == Combine::kLast;
    binding = std::make_shared<Binding>();
    binding->scalars = (is_shared ? region().shared() : lane_->memory()) + entry.cell_offset;
    binding->cells = reinterpret_cast<int64_t*>(lane_->memory() + entry.cells_page * kPageSize);
    binding->series = series.index;
    binding->generation = series.generation;
    known = binding;
    return binding;
  }

  void LetGo(Bindings::iterator found) {
    if (found == bindings_.end()) return;
    const std::shared_ptr<Binding> binding = found->second.lock();
    if (binding == nullptr || IsLiveSeries(region(), binding->series, binding->generation)) return;
    binding->is_void = true;
    binding->scalars = void_scalars_;
    binding->least = std::numeric_limits<double>::infinity();
    binding->greatest = -binding->least;
  }

  // One of the library's own counters. Null: there is no room for it.
  std::shared_ptr<Binding> OwnCell(const char* family_name, JsonLabels labels) {
    const uint32_t family = FindFamily(region(), family_name);
    if (family == kNoIndex) return nullptr;
    labels.insert(default_labels_.begin(), default_labels_.end());
    std::string_view missing;
    const std::string key =
        SeriesKey(LabelsOf(region(), region().entries()[family]), labels, &missing);
    Shortage ignored;
    return OpenSeries(family, key, &ignored);
  }

  static void Step(Binding* binding) {
    if (binding == nullptr) return;
    auto* cell = reinterpret_cast<CounterCell*>(binding->scalars);
    StoreRelaxed(&cell->ones, AddWrapping(LoadRelaxed(&cell->ones), 1));
  }

  std::shared_ptr<Lane> lane_;
  JsonLabels default_labels_;
  Warn warn_;
  // By metric and reason.
  std::map<std::string, std::shared_ptr<Binding>> own_cells_;
  // By series. Recorders hold them.
  Bindings bindings_;
  uint64_t removals_;  // those up to here are let go of
  alignas(kCacheLine) uint8_t void_scalars_[kCacheLine] = {};
};

}  // namespace vsr_metrics

#endif  // VSR_METRICS_RECORDING_THREAD_H_
