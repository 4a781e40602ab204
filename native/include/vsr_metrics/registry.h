// A registry as one thread of C++ sees it; vsr_metrics.h shows how to use it.
#ifndef VSR_METRICS_REGISTRY_H_
#define VSR_METRICS_REGISTRY_H_

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "attach.h"
#include "histogram.h"
#include "json.h"
#include "lanes.h"
#include "recorders.h"
#include "recording_thread.h"

namespace vsr_metrics {

using Labels = std::vector<std::pair<std::string, std::string>>;

struct AttachOptions {
  // Given to every family that declares them; then they are no longer asked for. What the creator
  // of the registry gave as defaultLabels is there already.
  Labels fixed_labels;
  // Told once of each metric that refuses a value for a reason; the error output unless set.
  RecordingThread::Warn warn = [](const std::string& message) {
    fprintf(stderr, "vsr-metrics: %s\n", message.c_str());
  };
};

namespace registry_internal {

inline std::string List(const std::vector<std::string_view>& names) {
  std::string list;
  for (const std::string_view name : names) list += (list.empty() ? "" : ", ") + QuoteJson(name);
  return list.empty() ? "none" : list;
}

inline Error About(const char* code, std::string_view metric, const std::string& problem) {
  return {code, "metric " + QuoteJson(metric) + ": " + problem};
}

inline std::string Explain(Shortage shortage) {
  const std::string problem = "there is no room for another series; ";
  switch (shortage) {
    case Shortage::kMaxSeries:
      return problem + "allowed: more, with maxSeries of the family";
    case Shortage::kHistograms:
      return problem + "allowed: more, with the option capacity.histograms of createRegistry";
    case Shortage::kLabelBytes:
      return problem +
             "allowed: longer labels, with the option capacity.labelBytes of createRegistry";
    case Shortage::kMemory:
      return problem + "the file system of the registry is full: make it larger";
    case Shortage::kBusy:
      return problem +
             "a process that is at work on the registry does not go on: it may be stopped";
    default:
      return problem + "allowed: more, with the option capacity.series of createRegistry";
  }
}

// Adds labels as JSON. False: one is no text, or there already.
inline bool AddLabels(const Labels& labels, JsonLabels* added, Error* error) {
  const auto refuse = [error](const std::string& name, const std::string& problem) {
    *error = {"VSR_METRICS_LABEL_VALUE", "the label " + QuoteJson(name) + problem};
    return false;
  };
  for (const auto& [name, value] : labels) {
    if (!IsUtf8(value)) return refuse(name, " has a value that is not UTF-8");
    if (!added->emplace(name, QuoteJson(value)).second) return refuse(name, " is given twice");
  }
  return true;
}

}  // namespace registry_internal

class Registry {
 public:
  // Binds this thread to the registry in a file, or to the one whose share() gave this path: claims
  // a lane of it. Null, and why, when there is none or all its lanes are in use.
  static std::unique_ptr<Registry> Attach(const std::string& path, const AttachOptions& options,
                                          Error* error) {
    JsonLabels fixed;
    if (!registry_internal::AddLabels(options.fixed_labels, &fixed, error)) return nullptr;
    std::shared_ptr<Region> region = AttachRegion(path, error);
    if (region == nullptr) return nullptr;
    std::shared_ptr<Lane> lane = Lane::Claim(std::move(region), error);
    if (lane == nullptr) return nullptr;
    auto thread = std::make_shared<RecordingThread>(std::move(lane), options.warn);
    fixed.insert(thread->default_labels().begin(), thread->default_labels().end());
    return std::unique_ptr<Registry>(new Registry(std::move(thread), std::move(fixed)));
  }

  static std::unique_ptr<Registry> Attach(const std::string& path, Error* error) {
    return Attach(path, AttachOptions(), error);
  }

  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // Each resolves a series once; the recorder is then used on this thread as often as one likes.
  // Empty, and why, when the registry has no such family, it is of another kind, the labels are not
  // its labels, or there is no room.

  std::optional<Counter> OpenCounter(std::string_view family, const Labels& labels, Error* error) {
    return Open<Counter>("a counter", family, labels, error,
                         [](const Entry& entry) { return Kind(entry.kind) == Kind::kCounter; });
  }

  std::optional<Gauge> OpenGauge(std::string_view family, const Labels& labels, Error* error) {
    return Open<Gauge>("a gauge", family, labels, error,
                       [](const Entry& entry) { return Kind(entry.kind) == Kind::kGauge; });
  }

  std::optional<CombiningGauge> OpenCombiningGauge(std::string_view family, const Labels& labels,
                                                   Error* error) {
    const char* kind = "a gauge that combines threads (sum, min, max)";
    return Open<CombiningGauge>(kind, family, labels, error, [](const Entry& entry) {
      return Kind(entry.kind) == Kind::kGauge && Combine(entry.combine) != Combine::kLast;
    });
  }

  std::optional<Histogram> OpenHistogram(std::string_view family, const Labels& labels,
                                         Error* error) {
    return Open<Histogram>("a histogram", family, labels, error,
                           [](const Entry& entry) { return Kind(entry.kind) == Kind::kHistogram; });
  }

  // To be called about once a second, on this thread: lets go of series that were removed, so that
  // others may have their memory, refines the clock's rate and shows readers that the process
  // lives. Opening a recorder lets go of them too. False once the registry has been replaced,
  // because its creator died and started again, and in a child made by fork(), which has nothing of
  // its parent's: attach anew then.
  bool KeepAlive() {
    if (thread_->region().process_slot() == kNoIndex) return false;
    thread_->CatchUp();
    Recheck();
    BeatProcess(thread_->region());
    return thread_->region().IsCurrent();
  }

 private:
  Registry(std::shared_ptr<RecordingThread> thread, JsonLabels fixed)
      : thread_(std::move(thread)), fixed_(std::move(fixed)) {}

  template <typename Recorder, typename IsKind>
  std::optional<Recorder> Open(const char* kind, std::string_view family_name, const Labels& labels,
                               Error* error, IsKind is_kind) {
    using registry_internal::About;
    const Region& region = thread_->region();
    if (region.process_slot() == kNoIndex) {
      *error =
          About("VSR_METRICS_REGISTRY_CLOSED", family_name,
                "the registry was attached to before this process was made by fork(); allowed: "
                "a registry that it attaches to itself");
      return std::nullopt;
    }
    const uint32_t family = FindFamily(region, family_name);
    if (family == kNoIndex) {
      *error = About("VSR_METRICS_REGISTRY_MISMATCH", family_name,
                     "the registry has no such family; allowed: those of the catalogues it was "
                     "created with");
      return std::nullopt;
    }
    if (!IsSoundFamily(region, region.entries()[family])) {
      *error = About("VSR_METRICS_REGION_UNREADABLE", family_name,
                     "the registry is damaged: the family's entry makes no sense");
      return std::nullopt;
    }
    if (!is_kind(region.entries()[family])) {
      *error =
          About("VSR_METRICS_REGISTRY_MISMATCH", family_name, std::string("it is not ") + kind);
      return std::nullopt;
    }
    std::shared_ptr<Binding> binding = FindSeries(family, family_name, labels, error);
    if (binding == nullptr) return std::nullopt;
    return Recorder(thread_, std::move(binding));
  }

  // The series, or the family's overflow series, bound in the lane of this thread.
  std::shared_ptr<Binding> FindSeries(uint32_t family, std::string_view family_name,
                                      const Labels& labels, Error* error) {
    std::string key;
    if (!KeyFor(family, family_name, labels, &key, error)) return nullptr;
    Shortage shortage;
    std::shared_ptr<Binding> binding = thread_->OpenSeries(family, key, &shortage);
    if (binding == nullptr) {
      *error = registry_internal::About("VSR_METRICS_REGISTRY_FULL", family_name,
                                        registry_internal::Explain(shortage));
    }
    return binding;
  }

  bool KeyFor(uint32_t family, std::string_view family_name, const Labels& labels, std::string* key,
              Error* error) {
    using namespace registry_internal;
    const std::vector<std::string_view> names =
        LabelsOf(thread_->region(), thread_->region().entries()[family]);
    std::vector<std::string_view> free;
    for (const std::string_view name : names) {
      if (fixed_.find(name) == fixed_.end()) free.push_back(name);
    }
    for (const auto& [name, value] : labels) {
      if (std::find(free.begin(), free.end(), name) != free.end()) continue;
      *error =
          About("VSR_METRICS_LABEL_UNKNOWN", family_name,
                "no such label to choose; given " + QuoteJson(name) + "; allowed: " + List(free));
      return false;
    }
    JsonLabels values;
    if (!AddLabels(labels, &values, error)) {
      *error = About(error->code.c_str(), family_name, error->message);
      return false;
    }
    values.insert(fixed_.begin(), fixed_.end());
    std::string_view missing;
    *key = SeriesKey(names, values, &missing);
    if (!key->empty()) return true;
    *error = About("VSR_METRICS_LABEL_MISSING", family_name,
                   "the label " + QuoteJson(missing) + " is missing; allowed: " + List(free));
    return false;
  }

  std::shared_ptr<RecordingThread> thread_;
  JsonLabels fixed_;
};

}  // namespace vsr_metrics

#endif  // VSR_METRICS_REGISTRY_H_
