// Numbers are written as JavaScript writes them, and templates that contradict themselves are
// errors: under ASan and UBSan a read or write outside of any array ends this program.
//
//   g++ -std=c++17 -Wall -Wextra -g -O1 -fsanitize=address,undefined -Inative
//     test/native/text_test.cc native/text.cc -o text_test && ./text_test

#include "text.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

using namespace vsr_metrics;

namespace {

int failures = 0;

void Report(const char* name, bool ok, const std::string& why = "") {
  printf(ok ? "ok %s\n" : "not ok %s: %s\n", name, why.c_str());
  if (!ok) ++failures;
  fflush(stdout);
}

// In memory of exactly the size that callers must provide.
std::string Written(double value) {
  std::vector<char> room(kNumberSizeMaximum);
  return std::string(room.data(), WriteNumber(value, room.data()));
}

void TestNotation() {
  const struct {
    double value;
    const char* text;
  } cases[] = {
      {0, "0"},
      {-0.0, "0"},
      {7, "7"},
      {-7, "-7"},
      {10, "10"},
      {99, "99"},
      {100, "100"},
      {12345, "12345"},
      {9007199254740991, "9007199254740991"},
      {9007199254740992, "9007199254740992"},
      {9007199254740994, "9007199254740994"},
      {1152921504606846976, "1152921504606847000"},
      {9223372036854775808.0, "9223372036854776000"},
      {-9223372036854775808.0, "-9223372036854776000"},
      {1e20, "100000000000000000000"},
      {1e21, "1e+21"},
      {123456789012345680000.0, "123456789012345680000"},
      {1.5e300, "1.5e+300"},
      {0.1, "0.1"},
      {0.1 + 0.2, "0.30000000000000004"},
      {845.32, "845.32"},
      {1e-6, "0.000001"},
      {1e-7, "1e-7"},
      {1.25e-7, "1.25e-7"},
      {-0.0000012345678901234567, "-0.0000012345678901234567"},
      {5e-324, "5e-324"},
      {std::ldexp(1, -44), "5.684341886080802e-14"},
      {std::numeric_limits<double>::min(), "2.2250738585072014e-308"},
      {std::numeric_limits<double>::max(), "1.7976931348623157e+308"},
      {std::numeric_limits<double>::infinity(), "+Inf"},
      {-std::numeric_limits<double>::infinity(), "-Inf"},
      {std::numeric_limits<double>::quiet_NaN(), "NaN"},
      {-std::numeric_limits<double>::quiet_NaN(), "NaN"},
  };
  std::string wrong;
  for (const auto& [value, text] : cases) {
    if (Written(value) != text) wrong += Written(value) + " for " + text + "; ";
  }
  Report("numbers have JavaScript's notation", wrong.empty(), wrong);
}

void TestReadsBack() {
  std::mt19937_64 random(20260101);
  std::string wrong;
  for (int round = 0; round < 300000 && wrong.empty(); ++round) {
    const uint64_t bits = random();
    double value;
    memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    const std::string text = Written(value);
    if (strtod(text.c_str(), nullptr) != value) wrong = text;
  }
  Report("any number reads back as itself and fits", wrong.empty(), wrong);
}

// A template whose arrays are exactly as long as they claim to be.
struct Sample {
  std::vector<char> pieces{'a', 'b', 'c', 'd', 'e', 'f'};
  std::vector<uint32_t> ends{2, 4, 6};
  std::vector<int32_t> index{0, 1, -1};
  std::vector<double> values{1, 0.5};
  TextBuffer out;

  FillResult Fill(size_t first, size_t last) {
    const TextTemplate text{pieces.data(), pieces.size(), ends.data(), index.data(), ends.size()};
    return FillText(text, first, last, values.data(), values.size(), &out);
  }
  std::string Text(size_t first, size_t last) {
    return Fill(first, last) == FillResult::kFilled ? std::string(out.data(), out.size()) : "error";
  }
};

void TestFilling() {
  Sample sample;
  Report("numbers stand behind their pieces", sample.Text(0, 3) == "ab1cd0.5ef", sample.Text(0, 3));
  Report("a range of pieces is that part of the text",
         sample.Text(0, 1) == "ab1" && sample.Text(1, 3) == "cd0.5ef" && sample.Text(3, 3) == "",
         sample.Text(1, 3));
  sample.pieces.clear();
  sample.ends = {0, 0, 0};
  Report("pieces may be empty", sample.Text(0, 3) == "10.5", sample.Text(0, 3));
  sample.ends.clear();
  Report("there may be no pieces", sample.Text(0, 0).empty(), sample.Text(0, 0));
}

void TestLongestNumbersFit() {
  Sample sample;
  sample.values = {-0.0000012345678901234567, -1.2345678901234567e-308};
  Report("the longest numbers fit",
         sample.Text(0, 3) == "ab-0.0000012345678901234567cd-1.2345678901234567e-308ef",
         sample.Text(0, 3));
}

void TestContradictions() {
  const auto with_ends = [](std::vector<uint32_t> ends) {
    Sample sample;
    sample.ends = std::move(ends);
    return sample.Fill(0, sample.ends.size());
  };
  Report("ends outside the text are refused",
         with_ends({2, 4, 7}) == FillResult::kBadPieces &&
             with_ends({2, 0xffffffff, 6}) == FillResult::kBadPieces &&
             with_ends({2, 4, 0xffffffff}) == FillResult::kBadPieces);
  Report("ends that descend are refused", with_ends({4, 2, 6}) == FillResult::kBadPieces &&
                                              with_ends({6, 6, 2}) == FillResult::kBadPieces);

  Sample behind;
  behind.ends = {6, 2, 4};
  Report("a range that ends before it starts in the text is refused",
         behind.Fill(1, 3) == FillResult::kBadPieces);

  const auto with_index = [](std::vector<int32_t> index) {
    Sample sample;
    sample.index = std::move(index);
    return sample.Fill(0, 3);
  };
  Report(
      "numbers that are not there are refused",
      with_index({0, 2, -1}) == FillResult::kBadValueIndex &&
          with_index({0, -2, -1}) == FillResult::kBadValueIndex &&
          with_index({0, std::numeric_limits<int32_t>::min(), -1}) == FillResult::kBadValueIndex &&
          with_index({std::numeric_limits<int32_t>::max(), 1, -1}) == FillResult::kBadValueIndex);

  Sample sample;
  Report("ranges that are none are refused", sample.Fill(0, 4) == FillResult::kBadRange &&
                                                 sample.Fill(2, 1) == FillResult::kBadRange &&
                                                 sample.Fill(4, 4) == FillResult::kBadRange);
}

// Whatever stands in the arrays, nothing outside of them is touched.
void TestAnyArrays() {
  std::mt19937 random(7);
  const auto below = [&random](uint32_t limit) { return random() % limit; };
  int filled = 0;
  for (int round = 0; round < 100000; ++round) {
    Sample sample;
    sample.pieces.resize(below(20), 'x');
    sample.ends.resize(below(6));
    sample.index.resize(sample.ends.size());
    sample.values.resize(below(4), -1.0 / 3e7);
    uint32_t end = 0;
    for (uint32_t& each : sample.ends) each = below(9) == 0 ? random() : (end += below(5));
    for (int32_t& each : sample.index) each = int32_t(below(9) == 0 ? random() : below(5)) - 1;
    filled += sample.Fill(below(6), below(7)) == FillResult::kFilled;
  }
  Report("arrays of any content are filled in or refused", filled > 100, std::to_string(filled));
}

void TestBuffer() {
  TextBuffer buffer;
  char* first = buffer.Reserve(1000);
  Report("a buffer is used again", first != nullptr && buffer.Reserve(10) == first);
  buffer.set_size(10);
  buffer.ShrinkTo(1000);
  Report("a buffer that is small enough is kept", buffer.data() == first && buffer.size() == 10);
  buffer.ShrinkTo(999);
  Report("a buffer that is too large is given back",
         buffer.data() == nullptr && buffer.size() == 0);
  Report("a buffer that is given back can be used again", buffer.Reserve(0) != nullptr);
  Report("a buffer that cannot be had is refused",
         buffer.Reserve(std::numeric_limits<size_t>::max() / 2) == nullptr &&
             buffer.Reserve(10) != nullptr);
}

// In memory of exactly the size that callers must provide.
std::u16string Widened(const std::string& text) {
  const std::vector<char> exact(text.begin(), text.end());
  std::vector<char16_t> room(exact.size());
  return std::u16string(room.data(), WidenUtf8(exact.data(), exact.size(), room.data()));
}

void TestWidening() {
  Report("UTF-8 becomes UTF-16", Widened(u8"a\u00e9\u2192\U0001f600 and more than eight letters") ==
                                     u"a\u00e9\u2192\U0001f600 and more than eight letters");
  Report("the ends of each size are themselves",
         Widened("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf") ==
             u"\x7f\x80\x7ff\x800\uffff\U00010000\U0010ffff");
  Report("nothing stays nothing", Widened("").empty());

  // Cut off, without a start, too long for what it says, beyond Unicode, half of a pair.
  const char* const invalid[] = {
      "\xe2\x86",     "\xf0\x9f\x98",     "\xc3",         "\x80", "\xc0\xaf",
      "\xe0\x80\xaf", "\xf4\x90\x80\x80", "\xed\xa0\x80", "\xff", "\xe2\x28\xa1"};
  std::string wrong;
  for (const char* text : invalid) {
    const std::u16string widened = Widened(std::string("before ") + text + "after");
    const bool marked = widened.find(u'\ufffd') != std::u16string::npos;
    const bool kept = widened.substr(0, 7) == u"before " && widened.size() > 12 &&
                      widened.substr(widened.size() - 5) == u"after";
    if (!marked || !kept) wrong += std::to_string(uint8_t(text[0])) + " ";
    if (Widened(text).find(u'\ufffd') == std::u16string::npos) wrong += "alone ";
  }
  Report("what is not valid is replaced, and nothing else", wrong.empty(), wrong);

  std::mt19937 random(3);
  for (int round = 0; round < 100000; ++round) {
    std::string text(random() % 24, ' ');
    for (char& each : text) each = char(random() % 3 == 0 ? random() : 'a');
    Widened(text);
  }
  Report("bytes of any content are widened", true);
}

}  // namespace

int main() {
  TestNotation();
  TestReadsBack();
  TestFilling();
  TestLongestNumbersFit();
  TestContradictions();
  TestAnyArrays();
  TestBuffer();
  TestWidening();
  return failures == 0 ? 0 : 1;
}
