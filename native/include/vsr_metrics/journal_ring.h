// The ring of a journal: records of histograms on their way into the cells of a lane.
//
//   writer    stores the two words of entry `position`, and goes on with the next position
//   drainer   applies entries in batches and says so in `progress`; then they may be written again
//   reader    adds to what cells say the entries that were not drained yet
//
// An entry needs no order of stores. The sign of each word tells in which lap it was stored: the
// words of even laps are negative, those of odd laps are not (new memory, all zeros, is that of the
// lap before the first). An entry is there once both words have the sign of its lap; before, at
// least one of them is from the lap before, which was drained long ago. The first entry that is not
// there is the end, so that the writer publishes no position either.
#ifndef VSR_METRICS_JOURNAL_RING_H_
#define VSR_METRICS_JOURNAL_RING_H_

#include <cstdint>
#include <cstring>

#include "layout.h"
#include "shared_memory.h"

namespace vsr_metrics {

struct JournalRecord {
  uint32_t series;  // kNoIndex: the entry only takes its place
  uint32_t times;
  double value;
};

inline bool IsNegativeLap(uint64_t position) { return position / kJournalEntries % 2 == 0; }

inline JournalEntry* RingOf(JournalHeader* journal) {
  return reinterpret_cast<JournalEntry*>(journal + 1);
}
inline const JournalEntry* RingOf(const JournalHeader* journal) {
  return reinterpret_cast<const JournalEntry*>(journal + 1);
}

// False: it is not there, or not all of it.
inline bool LoadRecord(const JournalHeader* journal, uint64_t position, JournalRecord* record) {
  constexpr uint64_t kSign = uint64_t{1} << 63;
  const JournalEntry& entry = RingOf(journal)[position % kJournalEntries];
  const uint64_t sign = IsNegativeLap(position) ? kSign : 0;
  // Without the sign, when it is that of the lap.
  const uint64_t series = LoadRelaxed(reinterpret_cast<const uint64_t*>(&entry.series)) ^ sign;
  const uint64_t value = LoadRelaxed(reinterpret_cast<const uint64_t*>(&entry.value)) ^ sign;
  if (((series | value) & kSign) != 0) return false;
  double number;
  memcpy(&number, &series, sizeof number);
  memcpy(&record->value, &value, sizeof value);
  // A file may hold anything. A number of 0 becomes kNoIndex.
  const uint64_t bits = number < 0x1p52 ? uint64_t(int64_t(number)) : 0;
  record->series = uint32_t(bits % (1 << kJournalSeriesBits)) - 1;
  record->times = uint32_t(bits >> kJournalSeriesBits) + 1;
  return true;
}

// What JavaScript does; `number` is the first word without its sign.
inline void StoreRecord(JournalHeader* journal, uint64_t position, double number, double value) {
  JournalEntry& entry = RingOf(journal)[position % kJournalEntries];
  const double sign = IsNegativeLap(position) ? -1 : 1;
  StoreRelaxed(&entry.series, number * sign);
  StoreRelaxed(&entry.value, value * sign);
}

// Makes every entry from `position` on one that is not there. What a writer left half stored would
// otherwise become whole with the half that the next writer stores first.
inline void ClearRing(JournalHeader* journal, uint64_t position) {
  for (uint64_t at = position; at < position + kJournalEntries; ++at) {
    JournalEntry& entry = RingOf(journal)[at % kJournalEntries];
    const double absent = IsNegativeLap(at) ? 0.0 : -0.0;
    StoreRelaxed(&entry.series, absent);
    StoreRelaxed(&entry.value, absent);
  }
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_JOURNAL_RING_H_
