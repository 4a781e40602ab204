// Earlier values of every series: the rings of a region, copied once and then looked up by entry.
//
//   HistoryIndex index;
//   index.Update(MappedHistory(region));                   // copies what has changed since
//   SeriesHistory history = index.Find({entry, generation, width}, from, to);
//
// What is copied may be another's file, or be overwritten meanwhile. A record counts once it is
// whole, and lies between the tail and the head of its ring after it was copied.
#ifndef VSR_METRICS_HISTORY_INDEX_H_
#define VSR_METRICS_HISTORY_INDEX_H_

#include <cstdint>
#include <vector>

#include "file_copy.h"
#include "history_ring.h"
#include "vsr_metrics/region.h"

namespace vsr_metrics {

// Where the bytes of a history section come from.
class HistorySource {
 public:
  virtual ~HistorySource() = default;
  // How its records are written.
  virtual const HistoryFormat& format() const = 0;
  virtual uint64_t section_size() const = 0;
  // No entry has this index or a higher one.
  virtual uint32_t entry_count() const = 0;
  // Where the two rings begin and end now. False: that cannot be read.
  virtual bool ReadRings(HistoryRing rings[kHistoryRings]) const = 0;
  // Bytes of the section. False: they cannot be read.
  virtual bool Read(uint64_t offset, uint64_t size, uint8_t* to) const = 0;
};

// The history of a region that is mapped, while its sampler writes it.
class MappedHistory : public HistorySource {
 public:
  explicit MappedHistory(const Region& region) : region_(region) {}
  const HistoryFormat& format() const override { return kHistoryFormat; }
  uint64_t section_size() const override { return region_.header()->history_size; }
  uint32_t entry_count() const override { return region_.EntryCount(); }
  bool ReadRings(HistoryRing rings[kHistoryRings]) const override;
  bool Read(uint64_t offset, uint64_t size, uint8_t* to) const override;

 private:
  const Region& region_;
};

// A series, and how many values each of its points has.
struct HistoryKey {
  uint32_t entry;
  uint32_t generation;
  uint32_t width;
};

// One series over time, oldest first; `width` values for each moment.
struct SeriesHistory {
  std::vector<double> taken_unix_milliseconds;
  std::vector<double> taken_monotonic_milliseconds;
  std::vector<double> values;
};

class HistoryIndex {
 public:
  // Copies the rings that have changed since they were copied last. False: they cannot be read.
  bool Update(const HistorySource& source);

  // From both rings. The fine one reaches back less far: what is older comes from the coarse one.
  SeriesHistory Find(const HistoryKey& key, double from_unix_milliseconds,
                     double to_unix_milliseconds) const;

  // Gives the copies up.
  void Clear();

 private:
  struct Moment {
    double unix_milliseconds;
    double monotonic_milliseconds;
  };
  // One series at one moment.
  struct Point {
    uint32_t moment;
    uint32_t at;  // where it starts in `bytes`, in units of 8
  };
  struct Ring {
    HistoryRing copied = {};
    PrivateMemory bytes;  // from the tail to the head
    std::vector<Moment> moments;
    std::vector<Point> points;    // by entry, then by time
    std::vector<uint32_t> first;  // of each entry, among the points; one more at the end
  };

  static bool Copy(const HistorySource& source, uint32_t number, Ring* ring, uint64_t* overwritten);
  static void Index(const HistoryFormat& format, uint32_t entry_count, uint64_t overwritten,
                    Ring* ring);
  void Append(const Ring& ring, const HistoryKey& key, double from, double to,
              double before_monotonic, SeriesHistory* history) const;

  const HistoryFormat* format_ = &kHistoryFormat;
  Ring rings_[kHistoryRings];
};

}  // namespace vsr_metrics

#endif  // VSR_METRICS_HISTORY_INDEX_H_
