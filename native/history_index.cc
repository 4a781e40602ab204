#include "history_index.h"

#include <algorithm>
#include <limits>

#include "vsr_metrics/shared_memory.h"

namespace vsr_metrics {

bool MappedHistory::ReadRings(HistoryRing rings[kHistoryRings]) const {
  if (section_size() < kPageSize) return false;
  const auto* mapped = reinterpret_cast<const HistoryRing*>(region_.history());
  for (uint32_t number = 0; number < kHistoryRings; ++number) {
    HistoryRing& ring = rings[number];
    ring = {};
    ring.offset = LoadRelaxed(&mapped[number].offset);
    ring.size = LoadRelaxed(&mapped[number].size);
    // The other way round the tail could have passed the head that was read.
    ring.tail = LoadAcquire(&mapped[number].tail);
    ring.head = LoadAcquire(&mapped[number].head);
  }
  return true;
}

bool MappedHistory::Read(uint64_t offset, uint64_t size, uint8_t* to) const {
  LoadWords(region_.history() + offset, size, to);
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  return true;
}

bool HistoryIndex::Update(const HistorySource& source) {
  if (source.section_size() <= kPageSize) return true;
  format_ = &source.format();
  HistoryRing now[kHistoryRings];
  if (!source.ReadRings(now)) return false;
  for (uint32_t number = 0; number < kHistoryRings; ++number) {
    Ring& ring = rings_[number];
    if (memcmp(&now[number], &ring.copied, sizeof(HistoryRing)) == 0) continue;
    ring = {};
    if (!IsSoundRing(now[number], source.section_size(), format_->record_size)) continue;
    ring.copied = now[number];
    uint64_t overwritten = 0;
    if (!Copy(source, number, &ring, &overwritten)) {
      ring = {};
      return false;
    }
    Index(*format_, source.entry_count(), overwritten, &ring);
  }
  return true;
}

// From the tail to the head, in one piece. The first `overwritten` bytes are no longer what they
// were.
bool HistoryIndex::Copy(const HistorySource& source, uint32_t number, Ring* ring,
                        uint64_t* overwritten) {
  const HistoryRing& copied = ring->copied;
  const uint64_t size = copied.head - copied.tail;
  ring->bytes = PrivateMemory(size);
  if (ring->bytes.size() < size) return false;
  const uint64_t start = copied.tail % copied.size;
  const uint64_t to_the_end = std::min(size, copied.size - start);
  HistoryRing after[kHistoryRings];
  if (!source.Read(copied.offset + start, to_the_end, ring->bytes.bytes()) ||
      !source.Read(copied.offset, size - to_the_end, ring->bytes.bytes() + to_the_end) ||
      !source.ReadRings(after)) {
    return false;
  }
  *overwritten = after[number].tail - copied.tail;
  if (after[number].tail < copied.tail || *overwritten > size) *overwritten = size;
  return true;
}

void HistoryIndex::Index(const HistoryFormat& format, uint32_t entry_count, uint64_t overwritten,
                         Ring* ring) {
  std::vector<uint32_t> entries;  // of each point
  std::vector<Point> points;
  ring->first.assign(entry_count + size_t{1}, 0);
  const uint8_t* const bytes = ring->bytes.bytes();
  const uint64_t size = ring->bytes.size();
  for (uint64_t at = overwritten; size - at >= format.record_size;) {
    const HistoryRecord record = format.record_at(bytes + at);
    if (!IsSoundRecord(record, size - at, format.record_size)) break;
    const uint64_t end = at + record.size;
    uint64_t next = at + format.record_size;
    if (record.series_count > 0 && ChecksumOfRecord(bytes + next, end - next) != record.checksum) {
      break;
    }
    at = end;
    for (uint32_t i = 0; i < record.series_count && end - next >= format.series_size; ++i) {
      const HistorySeries series = format.series_at(bytes + next);
      const uint64_t values = next + format.series_size;
      if (series.width == 0 || series.width > (end - values) / sizeof(double)) break;
      if (series.entry < entry_count) {
        entries.push_back(series.entry);
        points.push_back({uint32_t(ring->moments.size()), uint32_t(next / sizeof(uint64_t))});
        ++ring->first[series.entry + 1];
      }
      next = values + series.width * sizeof(double);
    }
    ring->moments.push_back({record.taken_unix_milliseconds, record.taken_monotonic_milliseconds});
  }
  // Counted above, so that each entry's points have their place; within it they stay in order.
  for (uint32_t entry = 0; entry < entry_count; ++entry) {
    ring->first[entry + 1] += ring->first[entry];
  }
  ring->points.resize(points.size());
  std::vector<uint32_t> place(ring->first.begin(), ring->first.end() - 1);
  for (size_t i = 0; i < points.size(); ++i) ring->points[place[entries[i]]++] = points[i];
}

void HistoryIndex::Append(const Ring& ring, const HistoryKey& key, double from, double to,
                          double before_monotonic, SeriesHistory* history) const {
  if (key.entry + size_t{1} >= ring.first.size()) return;
  for (uint32_t i = ring.first[key.entry]; i < ring.first[key.entry + 1]; ++i) {
    const Point& point = ring.points[i];
    const Moment& moment = ring.moments[point.moment];
    if (!(moment.unix_milliseconds >= from && moment.unix_milliseconds <= to) ||
        moment.monotonic_milliseconds >= before_monotonic) {
      continue;
    }
    const uint8_t* at = ring.bytes.bytes() + uint64_t{point.at} * sizeof(uint64_t);
    const HistorySeries series = format_->series_at(at);
    if (series.generation != key.generation || series.width != key.width) continue;
    history->taken_unix_milliseconds.push_back(moment.unix_milliseconds);
    history->taken_monotonic_milliseconds.push_back(moment.monotonic_milliseconds);
    const size_t before = history->values.size();
    history->values.resize(before + key.width);
    memcpy(&history->values[before], at + format_->series_size, key.width * sizeof(double));
  }
}

SeriesHistory HistoryIndex::Find(const HistoryKey& key, double from, double to) const {
  constexpr double kEver = std::numeric_limits<double>::infinity();
  SeriesHistory fine;
  Append(rings_[kGaugesOnly], key, from, to, kEver, &fine);
  const bool has_fine = !fine.values.empty();
  SeriesHistory history;
  Append(rings_[kEverything], key, from, to,
         has_fine ? fine.taken_monotonic_milliseconds.front() : kEver, &history);
  const auto append = [](const std::vector<double>& more, std::vector<double>* all) {
    all->insert(all->end(), more.begin(), more.end());
  };
  append(fine.taken_unix_milliseconds, &history.taken_unix_milliseconds);
  append(fine.taken_monotonic_milliseconds, &history.taken_monotonic_milliseconds);
  append(fine.values, &history.values);
  return history;
}

void HistoryIndex::Clear() {
  for (Ring& ring : rings_) ring = {};
}

}  // namespace vsr_metrics
