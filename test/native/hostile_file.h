// Region files for tests that damage them, and everything that a reader does with one.
//
//   std::vector<uint8_t> file = SoundFile();
//   file[DamageableSections(header)[3].offset] ^= 1;
//   WriteFile(fd, file);
//   ReadEverything(path);   // a reading or a named error
#ifndef VSR_METRICS_TEST_HOSTILE_FILE_H_
#define VSR_METRICS_TEST_HOSTILE_FILE_H_

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "history.h"
#include "lane_writer.h"
#include "older_layout.h"
#include "region_reader.h"
#include "snapshot.h"
#include "vsr_metrics/directory.h"
#include "vsr_metrics/exemplars.h"
#include "vsr_metrics/json.h"

namespace vsr_metrics {

// A file with something of everything.
inline std::vector<uint8_t> SoundFile() {
  RegionSizes sizes;
  sizes.lanes = 2;
  sizes.processes = 2;
  sizes.entries = 64;
  sizes.heap_bytes = 8 << 10;
  sizes.scalar_bytes = 8 << 10;
  sizes.histogram_bytes = 32 << 10;
  sizes.shared_bytes = 4 << 10;
  sizes.history_bytes = 16 << 10;
  sizes.exemplar_bytes = 4 << 10;
  const std::shared_ptr<Region> region = MakeRegion(sizes);
  Error error;
  const std::shared_ptr<Lane> lane = Lane::Claim(region, &error);

  const uint32_t counters = AddFamily(*region, CounterFamily("steps_total", 4));
  AddOverflowSeries(*region, counters, R"({"tenant":"_other"})");
  for (const char* key : {R"({"tenant":"a"})", R"({"tenant":"b"})", R"({"tenant":"c"})"}) {
    CounterWriter(*lane, AddSeries(*region, counters, key)).Add(7);
  }
  RemoveSeries(*region, counters, R"({"tenant":"b"})");
  GaugeWriter(*lane,
              AddSeries(*region, AddFamily(*region, GaugeFamily("last", Combine::kLast)), "{}"))
      .Set(3);
  GaugeWriter(*lane,
              AddSeries(*region, AddFamily(*region, GaugeFamily("least", Combine::kMinimum)), "{}"))
      .Set(-3);
  // One histogram whose bounds are edges of cells, one whose bounds split them.
  const uint32_t aligned =
      AddFamily(*region, HistogramFamily("wait", {0.5, 1, 2}, 1, 1e-3, 1e3, 16));
  const uint32_t split =
      AddFamily(*region, HistogramFamily("thirds", {1.0 / 3, 2.0 / 3}, 1, 1e-3, 1e3, 16));
  for (const uint32_t family : {aligned, split}) {
    HistogramWriter writer(*lane, AddSeries(*region, family, "{}"));
    for (int i = 0; i < 200; ++i) writer.Record(0.01 * i);
    const uint32_t pair = FindOrAddExemplar(*lane, AddSeries(*region, family, "{}"), 0);
    WriteExemplar(*lane, pair, 0.25, UnixMilliseconds(),
                  "trace_id\xff"
                  "a1b2\xff");
  }
  // What is still in a journal, and a batch that was not finished.
  lane->OpenJournal();
  JournalHeader* journal = region->journal(lane->index());
  for (uint64_t position = 0; position < 100; ++position) {
    StoreRecord(journal, position, AddSeries(*region, aligned, "{}") + 1.0,
                0.05 * double(position));
    if (position == 60) lane->journal()->Drain();
  }
  journal->progress |= kJournalBusy;
  for (int i = 0; i < 20; ++i) {
    AppendHistory(*region, uint32_t(i % 2), TakeSnapshot(*region));
  }
  return std::vector<uint8_t>(region->base(), region->base() + region->size());
}

// A file of the layout before this one; see the comment in it.
inline std::vector<uint8_t> OlderFile() {
  std::ifstream lines("test/fixtures/older-layout.txt");
  std::vector<uint8_t> bytes;
  const auto number = [](const std::string& text) { return strtoull(text.c_str(), nullptr, 16); };
  for (std::string line; std::getline(lines, line);) {
    if (line[0] == '#') continue;
    const size_t space = line.find(' ');
    if (space == std::string::npos) {
      bytes.resize(number(line));
      continue;
    }
    uint64_t offset = number(line.substr(0, space));
    for (size_t at = space + 1; at + 1 < line.size() && offset < bytes.size(); at += 2) {
      bytes[offset++] = uint8_t(number(line.substr(at, 2)));
    }
  }
  if (bytes.size() >= sizeof(RegionHeader)) return bytes;
  printf("not ok the file of the layout before this one is there\n");
  exit(1);
}

// Where the sections of a sound file lie, whichever its layout is.
inline RegionHeader HeaderOf(const std::vector<uint8_t>& file) {
  RegionHeader header;
  memcpy(&header, file.data(), sizeof header);
  return header.layout_version == kOlderLayoutVersion ? FromOlderHeader(file.data()) : header;
}

struct Section {
  uint64_t offset;
  uint64_t size;
};

// Where damage hurts: the header, the tables, entries, names, heads of histograms, history.
inline std::vector<Section> DamageableSections(const RegionHeader& header) {
  std::vector<Section> sections = {
      {0, 216},
      {offsetof(RegionHeader, entries_used), kPageSize - offsetof(RegionHeader, entries_used)},
      {header.lane_table_offset, 192},
      {header.process_table_offset, 128},
      {header.entries_offset, 16 * sizeof(Entry)},
      {header.heap_offset, 1024},
      {header.shared_offset, 256},
      {header.history_offset, 8192},
      {header.exemplars_offset + header.exemplars_size, 2400},
      {header.journals_offset + header.journals_size, 256},
      {header.journals_offset + header.journals_size + kPageSize, 2048},
      {0, header.total_size}};
  for (uint32_t lane = 0; lane < header.lane_count; ++lane) {
    const uint64_t start = header.lanes_offset + lane * header.lane_stride;
    sections.push_back({start, 1024});
    sections.push_back({start + header.scalars_size, 4096});
  }
  return sections;
}

enum class Outcome { kReading, kNamedError, kNameless };

// Does with a file all that a reader does.
inline Outcome ReadEverything(const std::string& path) {
  RegionReader reader;
  Error error;
  if (!reader.Open(path, &error))
    return error.code.empty() ? Outcome::kNameless : Outcome::kNamedError;
  // Twice: the second time its memory is used again.
  const Region* copy = reader.Refresh(&error);
  if (copy != nullptr) copy = reader.Refresh(&error);
  if (copy == nullptr) {
    return error.code.empty() || error.message.find(path) == std::string::npos
               ? Outcome::kNameless
               : Outcome::kNamedError;
  }
  const Frame frame = TakeSnapshot(*copy);
  const Frame gauges = TakeSnapshot(*copy, Scope::kGauges);
  size_t bytes = frame.values.size() + gauges.values.size() + reader.processes().size();
  bytes += frame.exemplars.text.size();
  for (uint32_t index = 0; index < copy->EntryCount(); ++index) {
    SeriesHistory history;
    const uint32_t width =
        index + 1 < frame.offsets.size() ? frame.offsets[index + 1] - frame.offsets[index] : 1;
    const HistoryKey key = {index, frame.generations[index], width};
    if (!reader.ReadHistory(key, 0, 1e300, &history, &error)) {
      return error.message.find(path) == std::string::npos ? Outcome::kNameless
                                                           : Outcome::kNamedError;
    }
    bytes += history.values.size();
    if (EntryState(copy->entries()[index].state) == EntryState::kEmpty) continue;
    bytes += BlobOf(*copy, copy->entries()[index]).size();
    bytes += KeyOf(*copy, copy->entries()[index]).size();
    bytes += ReadJson(DescriptionOf(*copy, copy->entries()[index])).size();
  }
  return bytes < (size_t{1} << 40) ? Outcome::kReading : Outcome::kNameless;
}

inline void WriteFile(int fd, const std::vector<uint8_t>& bytes) {
  // A file system that is full would make every case the same.
  if (ftruncate(fd, 0) != 0 || pwrite(fd, bytes.data(), bytes.size(), 0) != ssize_t(bytes.size())) {
    printf("not ok a damaged file can be written\n");
    exit(1);
  }
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_TEST_HOSTILE_FILE_H_
