#include "text.h"

#include <charconv>
#include <cmath>
#include <cstring>

namespace vsr_metrics {
namespace {

constexpr double kSafeIntegerLimit = 9007199254740992;  // 2^53: below it every integer is exact

// 00 to 99: two digits for one division.
struct DigitPairs {
  char text[200];
  constexpr DigitPairs() : text() {
    for (int number = 0; number < 100; ++number) {
      text[2 * number] = char('0' + number / 10);
      text[2 * number + 1] = char('0' + number % 10);
    }
  }
};
constexpr DigitPairs kDigitPairs;

char* WriteInteger(uint64_t value, char* out) {
  if (value < 10) {
    *out = char('0' + value);
    return out + 1;
  }
  char digits[20];
  char* begin = digits + sizeof digits;
  while (value >= 100) {
    begin -= 2;
    memcpy(begin, kDigitPairs.text + 2 * (value % 100), 2);
    value /= 100;
  }
  if (value >= 10) {
    begin -= 2;
    memcpy(begin, kDigitPairs.text + 2 * value, 2);
  } else {
    *--begin = char('0' + value);
  }
  const size_t size = size_t(digits + sizeof digits - begin);
  memcpy(out, begin, size);
  return out + size;
}

char* WriteBytes(const char* text, size_t size, char* out) {
  memcpy(out, text, size);
  return out + size;
}

char* WriteZeros(int count, char* out) {
  memset(out, '0', size_t(count));
  return out + count;
}

// A positive, finite number: the fewest digits that read back as the same number, laid out by the
// rules of ECMAScript's Number::toString.
char* WriteShortest(double value, char* out) {
  char scientific[32];  // d.ddddde-324
  const auto written = std::to_chars(scientific, scientific + sizeof scientific, value,
                                     std::chars_format::scientific);
  // The digits without their point, and how many of them stand before the point.
  char digits[20];
  int count = 0;
  const char* read = scientific;
  for (; *read != 'e'; ++read) {
    if (*read != '.') digits[count++] = *read;
  }
  ++read;
  const bool small = *read++ == '-';
  int exponent = 0;
  for (; read != written.ptr; ++read) exponent = 10 * exponent + (*read - '0');
  if (small) exponent = -exponent;
  const int point = exponent + 1;

  if (count <= point && point <= 21) {  // 123000
    out = WriteBytes(digits, size_t(count), out);
    return WriteZeros(point - count, out);
  }
  if (0 < point && point <= 21) {  // 12.3
    out = WriteBytes(digits, size_t(point), out);
    *out++ = '.';
    return WriteBytes(digits + point, size_t(count - point), out);
  }
  if (-6 < point && point <= 0) {  // 0.00123
    *out++ = '0';
    *out++ = '.';
    out = WriteZeros(-point, out);
    return WriteBytes(digits, size_t(count), out);
  }
  *out++ = digits[0];  // 1.23e+45
  if (count > 1) {
    *out++ = '.';
    out = WriteBytes(digits + 1, size_t(count - 1), out);
  }
  *out++ = 'e';
  *out++ = small ? '-' : '+';
  return WriteInteger(uint64_t(std::abs(exponent)), out);
}

// How many bytes a character has, from its first byte; 0 when none starts so.
int CharacterSize(uint8_t first) {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;  // inside a character, or written longer than need be
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 0;
}

// Reads one character that is not ASCII and moves past it; U+FFFD and one byte when it is not
// valid.
uint32_t ReadCharacter(const uint8_t** text, const uint8_t* end) {
  static constexpr uint32_t kReplacement = 0xfffd;
  static constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const uint8_t* read = *text;
  const int size = CharacterSize(*read);
  ++*text;
  if (size == 0 || end - read < size) return kReplacement;
  uint32_t character = *read & (0x7f >> size);
  for (int i = 1; i < size; ++i) {
    if ((read[i] & 0xc0) != 0x80) return kReplacement;
    character = character << 6 | (read[i] & 0x3f);
  }
  const bool surrogate = character >= 0xd800 && character < 0xe000;
  if (character < kSmallest[size] || character > 0x10ffff || surrogate) return kReplacement;
  *text = read + size;
  return character;
}

}  // namespace

char* WriteNumber(double value, char* out) {
  if (value >= 0 && value < kSafeIntegerLimit) {
    const auto integer = uint64_t(value);
    if (double(integer) == value) return WriteInteger(integer, out);  // -0 is 0 here, too
    return WriteShortest(value, out);
  }
  if (std::isnan(value)) return WriteBytes("NaN", 3, out);
  if (std::isinf(value)) return WriteBytes(value > 0 ? "+Inf" : "-Inf", 4, out);
  if (value < 0) {
    *out++ = '-';
    return WriteNumber(-value, out);
  }
  return WriteShortest(value, out);
}

char* TextBuffer::Reserve(size_t capacity) {
  size_ = 0;
  if (capacity <= capacity_ && memory_ != nullptr) return memory_.get();
  memory_.reset();
  capacity_ = 0;
  memory_.reset(static_cast<char*>(malloc(capacity > 0 ? capacity : 1)));
  if (memory_ != nullptr) capacity_ = capacity;
  return memory_.get();
}

void TextBuffer::ShrinkTo(size_t capacity) {
  if (capacity_ <= capacity) return;
  memory_.reset();
  capacity_ = 0;
  size_ = 0;
}

FillResult FillText(const TextTemplate& text, size_t first, size_t last, const double* values,
                    size_t value_count, TextBuffer* out) {
  if (first > last || last > text.piece_count) return FillResult::kBadRange;
  size_t start = first == 0 ? 0 : text.piece_ends[first - 1];
  const size_t final_end = last == 0 ? 0 : text.piece_ends[last - 1];
  if (start > final_end || final_end > text.pieces_size) return FillResult::kBadPieces;

  // Enough whatever the numbers are: no check is needed while writing, as long as the ends ascend.
  char* const begin = out->Reserve(final_end - start + (last - first) * kNumberSizeMaximum);
  if (begin == nullptr) return FillResult::kNoMemory;
  char* write = begin;
  for (size_t piece = first; piece < last; ++piece) {
    const size_t end = text.piece_ends[piece];
    if (end < start || end > final_end) return FillResult::kBadPieces;
    if (end > start) write = WriteBytes(text.pieces + start, end - start, write);
    start = end;
    const int32_t index = text.value_index[piece];
    if (index == -1) continue;
    if (index < 0 || size_t(index) >= value_count) return FillResult::kBadValueIndex;
    write = WriteNumber(values[index], write);
  }
  out->set_size(size_t(write - begin));
  return FillResult::kFilled;
}

char16_t* WidenUtf8(const char* text, size_t size, char16_t* out) {
  auto read = reinterpret_cast<const uint8_t*>(text);
  const uint8_t* const end = read + size;
  while (read < end) {
    // Nearly everything is ASCII: eight at a time.
    uint64_t eight;
    while (end - read >= 8) {
      memcpy(&eight, read, sizeof eight);
      if ((eight & 0x8080808080808080u) != 0) break;
      for (int i = 0; i < 8; ++i) out[i] = read[i];
      read += 8;
      out += 8;
    }
    if (read == end) break;
    if (*read < 0x80) {
      *out++ = *read++;
      continue;
    }
    const uint32_t character = ReadCharacter(&read, end);
    if (character < 0x10000) {
      *out++ = char16_t(character);
    } else {
      *out++ = char16_t(0xd7c0 + (character >> 10));
      *out++ = char16_t(0xdc00 + (character & 0x3ff));
    }
  }
  return out;
}

}  // namespace vsr_metrics
