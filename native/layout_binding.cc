#include "layout_binding.h"

#include <initializer_list>
#include <utility>

#include "file_copy.h"
#include "resources_binding.h"
#include "snapshot.h"
#include "vsr_metrics/clock.h"
#include "vsr_metrics/exemplars.h"
#include "vsr_metrics/layout.h"

namespace vsr_metrics {
namespace {

Napi::Object Names(Napi::Env env, std::initializer_list<std::pair<const char*, double>> numbers) {
  Napi::Object names = Napi::Object::New(env);
  for (const auto& [name, number] : numbers) names.Set(name, number);
  return names;
}

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
  set("gaugeSampled", offsetof(GaugeCell, sampled_monotonic_milliseconds));
  set("sharedGaugeSize", kCacheLine);
  set("headTouchedLow", offsetof(HistogramHead, touched_low));
  set("headTouchedHigh", offsetof(HistogramHead, touched_high));
  set("headSum", offsetof(HistogramHead, sum));
  set("headMinimum", offsetof(HistogramHead, minimum));
  set("headMaximum", offsetof(HistogramHead, maximum));
  set("headBelow", offsetof(HistogramHead, below));
  set("headAbove", offsetof(HistogramHead, above));
  set("headSplits", sizeof(HistogramHead));
  set("cellSize", sizeof(int64_t));
  set("cacheLine", kCacheLine);
  set("exemplarSize", sizeof(ExemplarSlot));
  set("exemplarChecksum", offsetof(ExemplarSlot, checksum));
  set("exemplarSequence", offsetof(ExemplarSlot, sequence));
  set("exemplarValue", offsetof(ExemplarSlot, value));
  set("exemplarTaken", offsetof(ExemplarSlot, taken_unix_milliseconds));
  set("exemplarTextSize", offsetof(ExemplarSlot, text_size));
  set("exemplarGeneration", offsetof(ExemplarSlot, generation));
  set("exemplarPadding", offsetof(ExemplarSlot, padding));
  set("exemplarText", offsetof(ExemplarSlot, text));
  set("exemplarsOfBucket", kExemplarsOfBucket);
  set("exemplarSeparator", kExemplarSeparator);
  set("mostExemplarCharacters", kMostExemplarCharacters);
  set("journalEntries", kJournalEntries);
  set("journalEntrySize", sizeof(JournalEntry));
  set("journalMostTimes", kJournalMostTimes);
  set("journalSeriesBits", kJournalSeriesBits);
  set("journalSize", kJournalSize);
  set("pageSize", kPageSize);
  set("entrySize", sizeof(Entry));
  set("boundSplitFlag", kBoundSplitFlag);
  set("stateLive", double(EntryState::kLive));
  set("mostBytesRead", double(kMostBytesRead));
  set("historySeriesSize", sizeof(HistorySeries));
  set("longestDuration", kDurationTicksEnd);
  layout.Set("kinds", Names(env, {{"counter", double(Kind::kCounter)},
                                  {"gauge", double(Kind::kGauge)},
                                  {"histogram", double(Kind::kHistogram)}}));
  layout.Set("combines", Names(env, {{"last", double(Combine::kLast)},
                                     {"sum", double(Combine::kSum)},
                                     {"min", double(Combine::kMinimum)},
                                     {"max", double(Combine::kMaximum)}}));
  layout.Set("numbers", Names(env, {{"counter", kCounterNumbers},
                                    {"gauge", kGaugeNumbers},
                                    {"histogram", kHistogramNumbers}}));
  layout.Set("resources", ResourceNames(env));
  return layout;
}

}  // namespace

void RegisterLayout(Napi::Env env, Napi::Object exports) {
  exports.Set("layout", LayoutConstants(env));
}

}  // namespace vsr_metrics
