// The public recorders of vsr_metrics.h, where a test needs to see inside: held against
// lane_writer.h cell by cell, on a full file system, with starts that are none.

#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "check.h"
#include "families.h"
#include "lane_writer.h"
#include "merge.h"
#include "region_file.h"
#include "snapshot.h"
#include "traced.h"
#include "vsr_metrics.h"

using namespace vsr_metrics;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

FamilySpec Described(FamilySpec spec, std::string description) {
  spec.description = std::move(description);
  return spec;
}

// A region whose creator has a default label.
std::shared_ptr<Region> LabelledRegion() {
  RegionSizes sizes = SmallSizes();
  sizes.default_labels = R"({"service":"a\"b"})";
  return MakeRegion(sizes);
}

// What a registry of JavaScript has of its own.
void AddOwnFamilies(Region& region) {
  const uint32_t rejected = AddFamily(
      region, Described(CounterFamily(kRejectedFamily),
                        R"({"help":"a \"]}\" b","labels":["metric","reason","service"]})"));
  AddOverflowSeries(region, rejected, R"({"metric":"_other","reason":"_other","service":"a\"b"})");
}

std::unique_ptr<Registry> AttachTo(const Region& region) {
  Error error;
  AttachOptions options;
  options.warn = nullptr;
  auto registry = Registry::Attach(region.share_path(), options, &error);
  if (registry == nullptr) {
    printf("not ok a registry can be attached to: %s\n", error.message.c_str());
    exit(1);
  }
  return registry;
}

// The value of a series of counters, or of the gauge or count of a histogram.
double ValueOf(const Region& region, std::string_view family_name, std::string_view key) {
  const uint32_t family = FindFamily(region, family_name);
  const uint32_t index = FindLive(region, family, key).index;
  if (index == kNoIndex) return -1;
  return TakeSnapshot(region).values[TakeSnapshot(region).offsets[index]];
}

double RejectedOf(const Region& region, const std::string& metric, const std::string& reason) {
  return ValueOf(
      region, kRejectedFamily,
      "{\"metric\":\"" + metric + "\",\"reason\":\"" + reason + "\",\"service\":\"a\\\"b\"}");
}

void TestJson() {
  Behaviour quoting("recorders: labels are quoted as JSON.stringify does");
  quoting.Equal(QuoteJson(std::string("a\"\\\b\f\n\r\t\x01\x1f\x7f\0z", 13)),
                std::string("\"a\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\\u0000z\""), "quoted");

  Behaviour utf8("recorders: UTF-8 is told from other bytes");
  for (const char* text : {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                           "\xee\x80\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "k\xc3\xa4se"}) {
    utf8.Expect(IsUtf8(text), std::string("refuses ") + text);
  }
  for (const char* text :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe2\x82",
        "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "a\xf0\x90\x80"}) {
    utf8.Expect(!IsUtf8(text), "takes " + QuoteJson(text));
  }

  Behaviour reading("recorders: descriptions are read past nested and escaped text");
  const std::vector<JsonMember> members = ReadJson(
      R"({"help":"\"labels\":[\"x\"]}\\","inner":{"a":[1,{"b":2}]},"labels":["p","q"],"n":7})");
  if (reading.Equal(members.size(), size_t{4}, "members")) {
    reading.Equal(members[1].value, std::string_view(R"({"a":[1,{"b":2}]})"), "inner");
    reading.Equal(members[2].name, std::string_view("labels"), "name");
    const std::vector<JsonMember> labels = ReadJson(members[2].value);
    reading.Equal(labels.size(), size_t{2}, "labels");
    reading.Equal(Unquoted(labels.back().value), std::string_view("q"), "label");
    reading.Equal(members[3].value, std::string_view("7"), "number");
  }
  // Cut anywhere, it ends.
  const std::string whole = R"({"a":"b\"","c":["d",{"e":1}],"f":{}})";
  for (size_t size = 0; size <= whole.size(); ++size) {
    reading.Expect(ReadJson(whole.substr(0, size)).size() <= 3, "more members than there are");
  }
  for (const char* text : {"{}", "[]", "", "{", "7", "{,}", "{7}", "[,", "{\"a\"}", "{\"a\":"}) {
    reading.Expect(ReadJson(text).size() <= 2, text);
  }
}

void TestGauges() {
  Behaviour gauges("recorders: gauges combine what the threads set and step");
  const std::shared_ptr<Region> region = LabelledRegion();
  AddOwnFamilies(*region);
  for (const auto& [name, combine] :
       {std::pair("sum", Combine::kSum), std::pair("least", Combine::kMinimum)}) {
    AddFamily(*region, GaugeFamily(name, combine));
  }
  Error error;
  const auto one = AttachTo(*region);
  const auto other = AttachTo(*region);
  auto sum = one->OpenCombiningGauge("sum", {}, &error);
  auto sum_too = other->OpenCombiningGauge("sum", {}, &error);
  auto least = one->OpenCombiningGauge("least", {}, &error);
  if (!gauges.Expect(sum && sum_too && least, error.message)) return;
  sum->Inc();
  sum->Inc(4);
  sum->Dec(2);
  sum_too->Set(10);
  sum_too->Dec();
  gauges.Equal(ValueOf(*region, "sum", "{}"), 12.0, "sum");
  gauges.Expect(std::isnan(ValueOf(*region, "least", "{}")), "a value before any was set");
  least->Dec(3);  // never set counts as 0
  gauges.Equal(ValueOf(*region, "least", "{}"), -3.0, "least");
  sum->Inc(kInfinity);
  sum->Dec(kNan);
  sum->Set(kNan);
  gauges.Equal(ValueOf(*region, "sum", "{}"), 12.0, "sum after bad values");
  gauges.Equal(RejectedOf(*region, "sum", "infinite"), 1.0, "infinite");
  gauges.Equal(RejectedOf(*region, "sum", "nan"), 2.0, "nan");
}

// Two histograms of the same shape, one written by each implementation, must agree in every cell.
void TestHistogramCells() {
  Behaviour cells("recorders: a histogram's cells are those that lane_writer.h writes");
  const std::shared_ptr<Region> region = LabelledRegion();
  AddOwnFamilies(*region);
  Error error;
  const std::shared_ptr<Lane> lane = Lane::Claim(region, &error);
  const auto registry = AttachTo(*region);
  const std::vector<std::vector<double>> shapes = {{0.5, 1, 2}, {1.0 / 3, 0.34, 2.0 / 3, 1e3 / 7}};
  for (size_t shape = 0; shape < shapes.size(); ++shape) {
    const std::string name = "shape_" + std::to_string(shape);
    const FamilySpec spec = HistogramFamily(name, shapes[shape], 1, 1e-3, 1e3, 14);
    HistogramWriter expected(*lane, AddSeries(*region, AddFamily(*region, spec), "{}"));
    auto histogram = registry->OpenHistogram(name, {}, &error);
    if (!cells.Expect(histogram.has_value(), error.message)) return;
    uint64_t state = 7;
    for (int i = 0; i < 20000; ++i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      const double value = std::exp(double(state >> 40) / double(1 << 24) * 16 - 8);
      expected.Record(value);
      histogram->Record(value);
    }
    for (const double bound : shapes[shape]) {
      for (const double value : {std::nextafter(bound, 0), bound, std::nextafter(bound, 1e9)}) {
        expected.Record(value);
        histogram->Record(value);
      }
    }
    const HistogramHead* head = expected.head();
    const auto* other = reinterpret_cast<const HistogramHead*>(
        reinterpret_cast<const uint8_t*>(head) + region->header()->lane_stride);
    cells.Expect(memcmp(head, other, HistogramHeadSize(spec.split_count, spec.bounds.size())) == 0,
                 name + ": its head, splits and spills");
    const auto* other_cells = reinterpret_cast<const int64_t*>(
        reinterpret_cast<const uint8_t*>(expected.cells()) + region->header()->lane_stride);
    for (uint32_t cell = head->touched_low; cell < head->touched_high; ++cell) {
      cells.Equal(other_cells[cell], expected.cells()[cell],
                  name + " cell " + std::to_string(cell));
    }
  }
}

void TestFullFileSystem() {
  Behaviour spills("recorders: values whose cell finds no memory count in their bound");
  const std::shared_ptr<Region> region = LabelledRegion();
  AddOwnFamilies(*region);
  AddFamily(*region, HistogramFamily("wait", {0.5, 1}));
  Error error;
  const auto registry = AttachTo(*region);
  auto histogram = registry->OpenHistogram("wait", {}, &error);
  if (!spills.Expect(histogram.has_value(), error.message)) return;
  histogram->Record(0.25);
  {
    const FullFileSystem full(*AttachRegion(region->share_path(), &error));
    histogram->Record(0.9, 3);
    histogram->Record(1e6);
  }
  const Frame frame = TakeSnapshot(*region);
  const uint32_t series = FindLive(*region, FindFamily(*region, "wait"), "{}").index;
  const double* values = &frame.values[frame.offsets[series]];
  const double expected[] = {1, 4, 5, 0.25 + 3 * 0.9 + 1e6, 0.25, 1e6};
  for (size_t i = 0; i < 6; ++i) spills.Equal(values[i], expected[i], "value " + std::to_string(i));
  spills.Equal(RejectedOf(*region, "wait", "memory_exhausted"), 2.0, "counted as spilled");
}

void TestCounts() {
  Behaviour counts("recorders: a value counts as often as is said");
  const std::shared_ptr<Region> region = LabelledRegion();
  AddOwnFamilies(*region);
  AddFamily(*region, HistogramFamily("wait", {}));
  Error error;
  const auto registry = AttachTo(*region);
  auto histogram = registry->OpenHistogram("wait", {}, &error);
  if (!counts.Expect(histogram.has_value(), error.message)) return;
  histogram->Record(2, 0);
  histogram->Record(2, 1000);
  histogram->Record(-0.0, 5);
  histogram->Record(2, uint64_t{1} << 53);
  counts.Equal(ValueOf(*region, "wait", "{}"), 1005.0, "count");
  counts.Equal(RejectedOf(*region, "wait", "not_a_count"), 1.0, "not_a_count");
}

void TestStarts() {
  Behaviour starts("recorders: what is no start is refused, and one of later counts as no time");
  const std::shared_ptr<Region> region = LabelledRegion();
  AddOwnFamilies(*region);
  AddFamily(*region, Described(HistogramFamily("wait", {}, 1, 1e-9),
                               R"({"labels":[],"nanosecondsPerUnit":1000000000})"));
  Error error;
  const auto registry = AttachTo(*region);
  auto histogram = registry->OpenHistogram("wait", {}, &error);
  if (!starts.Expect(histogram.has_value(), error.message)) return;
  histogram->Since(Now() + 1e9);
  starts.Equal(ValueOf(*region, "wait", "{}"), 1.0, "a start of later");
  starts.Equal(RejectedOf(*region, "wait", "clock_step_back"), 1.0, "clock_step_back");
  histogram->Since(kNan);
  histogram->Since(-kInfinity);
  histogram->Since(Now() - 2 * kDurationTicksEnd);
  histogram->Since(Now() + 2 * kDurationTicksEnd);
  starts.Equal(RejectedOf(*region, "wait", "nan"), 1.0, "nan");
  starts.Equal(RejectedOf(*region, "wait", "infinite"), 3.0, "infinite");
  starts.Equal(ValueOf(*region, "wait", "{}"), 1.0, "none of them is recorded");
}

void TestRemoved() {
  Behaviour gone("recorders: what is recorded into a removed series is nobody's, and harms nobody");
  const std::shared_ptr<Region> region = LabelledRegion();
  AddOwnFamilies(*region);
  const auto labelled = [](FamilySpec spec) {
    return Described(std::move(spec), R"({"labels":["a"],"nanosecondsPerUnit":1})");
  };
  const uint32_t steps = AddFamily(*region, labelled(CounterFamily("steps")));
  const uint32_t waits = AddFamily(*region, labelled(HistogramFamily("wait", {1})));
  const uint32_t used = AddFamily(*region, labelled(GaugeFamily("used", Combine::kSum)));
  Error error;
  const auto registry = AttachTo(*region);
  const Labels one = {{"a", "1"}};
  auto counter = registry->OpenCounter("steps", one, &error);
  auto histogram = registry->OpenHistogram("wait", one, &error);
  auto gauge = registry->OpenCombiningGauge("used", one, &error);
  if (!gone.Expect(counter && histogram && gauge, error.message)) return;
  histogram->Record(0.5);
  histogram->Record(0.75);
  for (const uint32_t family : {steps, waits, used}) {
    gone.Expect(RemoveSeries(*region, family, R"({"a":"1"})"), "not removed");
  }
  registry->KeepAlive();
  // The cells are those of another series now.
  const Labels two = {{"a", "2"}};
  const uint32_t before = region->EntryCount();
  auto next = registry->OpenCounter("steps", two, &error);
  auto next_wait = registry->OpenHistogram("wait", two, &error);
  auto next_gauge = registry->OpenCombiningGauge("used", two, &error);
  gone.Equal(region->EntryCount(), before, "entries");
  next_gauge->Set(3);
  for (int i = 0; i < 10; ++i) {
    counter->Inc();
    counter->Inc(2);
    counter->Inc(-1);
    histogram->Record(0.6);
    histogram->Record(1e9);
    histogram->Record(0.7, 5);
    histogram->Record(kNan);
    gauge->Inc();
    gauge->Set(kNan);
  }
  gone.Equal(ValueOf(*region, "steps", R"({"a":"2"})"), 0.0, "steps");
  gone.Equal(ValueOf(*region, "wait", R"({"a":"2"})"), 0.0, "waits");
  gone.Equal(ValueOf(*region, "used", R"({"a":"2"})"), 3.0, "used");
  gone.Equal(RejectedOf(*region, "wait", "nan"), -1.0, "values refused");
  next->Inc();
  next_wait->Record(0.5);
  gone.Equal(ValueOf(*region, "steps", R"({"a":"2"})"), 1.0, "steps afterwards");
  gone.Equal(ValueOf(*region, "wait", R"({"a":"2"})"), 1.0, "waits afterwards");

  Behaviour shared("recorders: two of one series let go of it together");
  auto again = registry->OpenCounter("steps", two, &error);
  again->Inc();
  gone.Equal(ValueOf(*region, "steps", R"({"a":"2"})"), 2.0, "steps of both");
  RemoveSeries(*region, steps, R"({"a":"2"})");
  registry->KeepAlive();
  again->Inc();
  next->Inc();
  auto third = registry->OpenCounter("steps", {{"a", "3"}}, &error);
  shared.Equal(ValueOf(*region, "steps", R"({"a":"3"})"), 0.0, "steps");
}

void TestInfiniteSums() {
  Behaviour finite("recorders: what would make a sum infinite is refused");
  const std::shared_ptr<Region> region = LabelledRegion();
  AddOwnFamilies(*region);
  AddFamily(*region, CounterFamily("steps"));
  const uint32_t waits = AddFamily(*region, HistogramFamily("wait", {1}));
  Error error;
  const auto registry = AttachTo(*region);
  auto counter = registry->OpenCounter("steps", {}, &error);
  auto histogram = registry->OpenHistogram("wait", {}, &error);
  for (int i = 0; i < 3; ++i) {
    counter->Inc(1.5e308);
    histogram->Record(1.5e308);
  }
  histogram->Record(1, uint64_t{1} << 52);
  histogram->Record(1e300, uint64_t{1} << 52);
  finite.Equal(ValueOf(*region, "steps", "{}"), 1.5e308, "counter");
  finite.Equal(RejectedOf(*region, "steps", "infinite"), 2.0, "refused by the counter");
  finite.Equal(RejectedOf(*region, "wait", "infinite"), 3.0, "refused by the histogram");
  HistogramTotal total;
  const uint32_t series = FindLive(*region, waits, "{}").index;
  JournalledLanes journalled(*region);
  ReadHistogram(*region, region->entries()[series], *FamilyOf(*region, waits), &journalled, &total);
  finite.Equal(total.sum, 1.5e308, "sum");
}

void TestLaneIsKept() {
  Behaviour kept("recorders: the lane is given back with the last recorder, not before");
  RegionSizes sizes = SmallSizes();
  sizes.lanes = 1;
  const std::shared_ptr<Region> region = MakeRegion(sizes);
  AddOwnFamilies(*region);
  AddFamily(*region, CounterFamily("steps"));
  Error error;
  auto registry = AttachTo(*region);
  auto steps = registry->OpenCounter("steps", {}, &error);
  registry.reset();
  kept.Expect(Registry::Attach(region->share_path(), &error) == nullptr, "the lane was given away");
  steps->Inc();
  steps.reset();
  registry = AttachTo(*region);
  registry->OpenCounter("steps", {}, &error)->Inc();
  kept.Equal(ValueOf(*region, "steps", "{}"), 2.0, "steps");
}

void TestSuperseded() {
  Behaviour moved("recorders: KeepAlive tells that the registry was replaced");
  const std::string path = "/dev/shm/vsr-metrics-recorders-" + std::to_string(getpid());
  FileOptions options;
  options.path = path;
  Error error;
  std::shared_ptr<Region> region = CreateRegionFile(options, SmallSizes(), &error);
  if (!moved.Expect(region != nullptr, error.message)) return;
  AddOwnFamilies(*region);
  AttachOptions quiet;
  const auto registry = Registry::Attach(path, quiet, &error);
  if (!moved.Expect(registry != nullptr, error.message)) return;
  moved.Expect(registry->KeepAlive(), "replaced before it was");
  rename(path.c_str(), (path + ".1").c_str());
  const std::shared_ptr<Region> successor = CreateRegionFile(options, SmallSizes(), &error);
  moved.Expect(successor != nullptr, error.message);
  moved.Expect(!registry->KeepAlive(), "not noticed");
  unlink(path.c_str());
  unlink((path + ".1").c_str());
}

void TestNegativeZero() {
  Behaviour zero("recorders: -0 is 0, also where 0 has a cell");
  const std::shared_ptr<Region> region = LabelledRegion();
  AddOwnFamilies(*region);
  const uint32_t waits = AddFamily(*region, HistogramFamily("wait", {1}, 1, 5e-324, 10, 20));
  const auto registry = AttachTo(*region);
  Error error;
  auto histogram = registry->OpenHistogram("wait", {}, &error);
  if (!zero.Expect(histogram.has_value(), error.message)) return;
  for (const double value : {0.0, -0.0, 0.0, -0.0}) histogram->Record(value);
  JournalledLanes journalled(*region);
  HistogramTotal total;
  ReadHistogram(*region, region->entries()[FindLive(*region, waits, "{}").index],
                *FamilyOf(*region, waits), &journalled, &total);
  zero.Equal(total.cells.At(0), int64_t{4}, "values in the first cell");
  zero.Equal(total.maximum, 0.0, "maximum");
}

// In another process: records once, traced.
int RecordTraced(const char* path) {
  Error error;
  const auto registry = Registry::Attach(path, &error);
  if (registry == nullptr) return 1;
  auto histogram = registry->OpenHistogram("wait", {}, &error);
  if (!histogram || !LetTrace()) return 2;
  histogram->Record(5);
  raise(SIGSTOP);
  return 0;
}

void TestFirstRecord() {
  Behaviour whole("recorders: a value that counts is among the extremes, at any instruction");
  const std::shared_ptr<Region> region = LabelledRegion();
  AddOwnFamilies(*region);
  const uint32_t waits = AddFamily(*region, HistogramFamily("wait", {1}));
  OtherProcess other({"record", region->share_path()});
  HistogramTotal total;
  int64_t count = 0;
  bool is_whole = true;
  StepThrough(&other, [&](int) {
    const LiveSeries found = FindLive(*region, waits, "{}");
    if (found.index == kNoIndex) return false;
    JournalledLanes journalled(*region);
    ReadHistogram(*region, region->entries()[found.index], *FamilyOf(*region, waits), &journalled,
                  &total);
    count = 0;
    total.cells.ForEach(0, FamilyOf(*region, waits)->cell_count,
                        [&](uint32_t, int64_t times) { count += times; });
    is_whole = is_whole && (count == 0 || (total.minimum == 5 && total.maximum == 5));
    return false;
  });
  whole.Equal(count, int64_t{1}, "values");
  whole.Equal(total.sum, 5.0, "sum");
  whole.Expect(is_whole, "it counted before it was among the extremes");
}

}  // namespace

int main(int count, char** arguments) {
  if (count > 1 && std::string(arguments[1]) == "record") return RecordTraced(arguments[2]);
  TestJson();
  TestGauges();
  TestHistogramCells();
  TestFullFileSystem();
  TestCounts();
  TestStarts();
  TestRemoved();
  TestInfiniteSums();
  TestLaneIsKept();
  TestSuperseded();
  TestNegativeZero();
  TestFirstRecord();
  return FailedBehaviours() == 0 ? 0 : 1;
}
