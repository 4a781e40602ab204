// Counts by cell, for a histogram with thousands of cells of which some dozens hold anything.
//
//   CellCounts counts;
//   counts.Clear(family.cell_count);
//   counts.Add(17, 3);
//   counts.ForEach(0, family.cell_count, [](uint32_t cell, int64_t count) { ... });   // 17, 3
//
// A bit a cell tells which counts mean anything; the others are memory that nobody looks at. So
// starting anew and walking cost what there is to see, not the range that it lies in.
#ifndef VSR_METRICS_CELL_COUNTS_H_
#define VSR_METRICS_CELL_COUNTS_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

namespace vsr_metrics {

// Cells of a damaged file may hold anything; sums of them wrap instead of being undefined.
inline int64_t AddWrapping(int64_t left, int64_t right) {
  return int64_t(uint64_t(left) + uint64_t(right));
}

class CellCounts {
 public:
  // For cells [0, cell_count), none of which holds anything.
  void Clear(uint32_t cell_count) {
    if (low_ < high_) {
      std::fill(present_.begin() + low_ / kBits, present_.begin() + (high_ - 1) / kBits + 1, 0);
    }
    low_ = cell_count;
    high_ = 0;
    if (cell_count <= capacity_) return;
    present_.resize((uint64_t{cell_count} + kBits - 1) / kBits, 0);
    counts_.reset(new int64_t[cell_count]);  // not cleared: the bits say what is there
    capacity_ = cell_count;
  }

  void Add(uint32_t cell, int64_t count) {
    uint64_t& word = present_[cell / kBits];
    const uint64_t bit = uint64_t{1} << (cell % kBits);
    counts_[cell] = (word & bit) != 0 ? AddWrapping(counts_[cell], count) : count;
    word |= bit;
    low_ = std::min(low_, cell);
    high_ = std::max(high_, cell + 1);
  }

  // What was added to lies in [low, high); low is not below high when that is nothing.
  uint32_t low() const { return low_; }
  uint32_t high() const { return high_; }

  int64_t At(uint32_t cell) const {
    return (present_[cell / kBits] >> (cell % kBits) & 1) != 0 ? counts_[cell] : 0;
  }

  // Calls `visit(cell, count)` for every cell in [begin, end) that was added to, ascending.
  template <typename Visit>
  void ForEach(uint32_t begin, uint32_t end, const Visit& visit) const {
    end = std::min(end, high_);
    for (uint32_t cell = std::max(begin, low_); cell < end;) {
      const uint32_t word_end = std::min(end, (cell / kBits + 1) * kBits);
      const uint64_t word = present_[cell / kBits] >> (cell % kBits);
      if (word != 0) cell += uint32_t(__builtin_ctzll(word));
      if (word == 0 || cell >= word_end) {
        cell = word_end;
        continue;
      }
      visit(cell, counts_[cell]);
      ++cell;
    }
  }

 private:
  static constexpr uint32_t kBits = 64;

  std::unique_ptr<int64_t[]> counts_;
  uint32_t capacity_ = 0;
  std::vector<uint64_t> present_;
  uint32_t low_ = 0;
  uint32_t high_ = 0;
};

}  // namespace vsr_metrics

#endif  // VSR_METRICS_CELL_COUNTS_H_
