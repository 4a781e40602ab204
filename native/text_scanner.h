// Takes lines, words and numbers off the front of a text, without copying.
//
//   std::string_view line;
//   while (TakeLine(&text, &line)) { uint64_t n; if (TakeNumber(&line, &n)) ... }
#ifndef VSR_METRICS_TEXT_SCANNER_H_
#define VSR_METRICS_TEXT_SCANNER_H_

#include <cstdint>
#include <string_view>

namespace vsr_metrics {

// False at the end of the text.
inline bool TakeLine(std::string_view* text, std::string_view* line) {
  if (text->empty()) return false;
  const size_t end = text->find('\n');
  *line = text->substr(0, end);
  text->remove_prefix(end == std::string_view::npos ? text->size() : end + 1);
  return true;
}

// Words are separated by blanks. False when there is none left.
inline bool TakeWord(std::string_view* line, std::string_view* word) {
  const size_t start = line->find_first_not_of(" \t\n");
  if (start == std::string_view::npos) return false;
  line->remove_prefix(start);
  const size_t end = line->find_first_of(" \t\n");
  *word = line->substr(0, end);
  line->remove_prefix(end == std::string_view::npos ? line->size() : end);
  return true;
}

// Decimal digits and nothing else, within 64 bits.
inline bool ToNumber(std::string_view word, uint64_t* number) {
  if (word.empty()) return false;
  uint64_t value = 0;
  for (const char digit : word) {
    if (digit < '0' || digit > '9') return false;
    if (__builtin_mul_overflow(value, uint64_t{10}, &value) ||
        __builtin_add_overflow(value, uint64_t(digit - '0'), &value)) {
      return false;
    }
  }
  *number = value;
  return true;
}

inline bool TakeNumber(std::string_view* line, uint64_t* number) {
  std::string_view word;
  return TakeWord(line, &word) && ToNumber(word, number);
}

inline bool SkipWords(std::string_view* line, int count) {
  std::string_view word;
  while (count-- > 0) {
    if (!TakeWord(line, &word)) return false;
  }
  return true;
}

inline bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

inline bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_TEXT_SCANNER_H_
