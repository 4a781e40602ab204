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

class RecordingThread {
 public:
  using Warn = std::function<void(const std::string& message)>;

  RecordingThread(std::shared_ptr<Lane> lane, Warn warn)
      : lane_(std::move(lane)),
        default_labels_(DefaultLabels(lane_->region())),
        warn_(std::move(warn)) {}

  Lane& lane() const { return *lane_; }
  Region& region() const { return lane_->region(); }
  const JsonLabels& default_labels() const { return default_labels_; }

  std::string_view MetricOf(uint32_t series) const {
    return KeyOf(region(), region().entries()[region().entries()[series].family]);
  }

  // A value that was refused: counted, and warned of once.
  void Reject(uint32_t series, double value) {
    const char* reason = value != value       ? rejection_reason::kNan
                         : value - value != 0 ? rejection_reason::kInfinite
                                              : rejection_reason::kNegative;
    RejectAs(series, reason, std::to_string(value));
  }

  void RejectAs(uint32_t series, const char* reason, const std::string& given) {
    if (!Count(series, reason) || !warn_) return;
    const std::string metric(MetricOf(series));
    warn_(metric + ": " + given + " was not recorded (" + reason +
          "); further ones are only counted, in " + kRejectedFamily + "{metric=\"" + metric +
          "\",reason=\"" + reason + "\"}");
  }

  // Counts without a warning; true the first time.
  bool Count(uint32_t series, const char* reason) {
    const std::string metric(MetricOf(series));
    const auto [known, is_first] = own_cells_.try_emplace(metric + ' ' + reason, nullptr);
    if (is_first) {
      known->second =
          OwnCell(kRejectedFamily, {{"metric", QuoteJson(metric)}, {"reason", QuoteJson(reason)}});
    }
    Step(known->second);
    return is_first;
  }

  // The series of a family with this key, or the family's overflow series, bound in this lane.
  // kNoIndex: there is no room.
  uint32_t OpenSeries(uint32_t family, const std::string& key) {
    const SeriesResult series = FindOrAddSeries(region(), family, key);
    if (series.outcome == SeriesOutcome::kFull || !lane_->Bind(series.index)) return kNoIndex;
    const std::string_view metric = MetricOf(series.index);
    if (series.outcome == SeriesOutcome::kOverflow && metric != kOverflowedFamily) {
      Step(OwnCell(kOverflowedFamily, {{"metric", QuoteJson(metric)}}));
    }
    return series.index;
  }

 private:
  // The cell of one of the library's own counters. Null: there is no room for it.
  CounterCell* OwnCell(const char* family_name, JsonLabels labels) {
    const uint32_t family = FindFamily(region(), family_name);
    if (family == kNoIndex) return nullptr;
    labels.insert(default_labels_.begin(), default_labels_.end());
    std::string_view missing;
    const std::string key =
        SeriesKey(LabelsOf(region(), region().entries()[family]), labels, &missing);
    const uint32_t series = OpenSeries(family, key);
    if (series == kNoIndex) return nullptr;
    return reinterpret_cast<CounterCell*>(lane_->memory() + region().entries()[series].cell_offset);
  }

  static void Step(CounterCell* cell) {
    if (cell != nullptr) StoreRelaxed(&cell->ones, AddWrapping(LoadRelaxed(&cell->ones), 1));
  }

  std::shared_ptr<Lane> lane_;
  JsonLabels default_labels_;
  Warn warn_;
  std::map<std::string, CounterCell*> own_cells_;
};

}  // namespace vsr_metrics

#endif  // VSR_METRICS_RECORDING_THREAD_H_
