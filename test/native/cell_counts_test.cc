// Sparse counts are the counts of a dense array, whatever was added before.
//
//   g++ -std=c++17 -Wall -Wextra -g -O1 -fsanitize=address,undefined -Inative/include
//     test/native/cell_counts_test.cc -o cell_counts_test && ./cell_counts_test

#include "vsr_metrics/cell_counts.h"

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "check.h"

using namespace vsr_metrics;

namespace {

using Pairs = std::vector<std::pair<uint32_t, int64_t>>;

std::string Text(const Pairs& pairs) {
  std::string text;
  for (const auto& [cell, count] : pairs) {
    text += std::to_string(cell) + ":" + std::to_string(count) + " ";
  }
  return text;
}

Pairs Walk(const CellCounts& counts, uint32_t begin, uint32_t end) {
  Pairs seen;
  counts.ForEach(begin, end,
                 [&seen](uint32_t cell, int64_t count) { seen.emplace_back(cell, count); });
  return seen;
}

void TestAgainstMap() {
  Behaviour same("cell counts: as a map of cells, time after time");
  std::mt19937 random(7);
  const auto below = [&random](uint32_t limit) {
    return std::uniform_int_distribution<uint32_t>(0, limit - 1)(random);
  };
  CellCounts counts;
  for (int round = 0; round < 2000; ++round) {
    // Of one word and less, at its edges, and of many.
    const uint32_t sizes[] = {1, 63, 64, 65, 700, 5000};
    const uint32_t size = sizes[below(6)];
    counts.Clear(size);
    std::map<uint32_t, int64_t> wanted;
    for (uint32_t added = below(80); added > 0; --added) {
      const uint32_t cell = below(size);
      const int64_t count = int64_t(below(9)) - 4;
      counts.Add(cell, count);
      wanted[cell] += count;
    }
    const uint32_t begin = below(size);
    const uint32_t end = begin + below(size - begin + 1);
    for (const auto& [from, to] : {std::pair(0u, size), std::pair(begin, end)}) {
      const Pairs expected(wanted.lower_bound(from), wanted.lower_bound(to));
      same.Equal(Text(Walk(counts, from, to)), Text(expected), "from " + std::to_string(from));
    }
    for (uint32_t cell = 0; cell < size; ++cell) {
      const auto found = wanted.find(cell);
      same.Equal(counts.At(cell), found == wanted.end() ? 0 : found->second, "one cell");
    }
    if (wanted.empty()) {
      same.Expect(counts.low() >= counts.high(), "nothing lies somewhere");
    } else {
      same.Equal(counts.low(), wanted.begin()->first, "low");
      same.Equal(counts.high(), wanted.rbegin()->first + 1, "high");
    }
  }
}

}  // namespace

int main() {
  TestAgainstMap();
  return FailedBehaviours() == 0 ? 0 : 1;
}
