// Text with numbers filled in: what every rendering of a snapshot ends in.
//
// Names, labels and their order are decided in TypeScript, once for each set of series. What is
// left for each rendering is to put the numbers of the snapshot between pieces of constant text:
//
//   pieces       # TYPE hits counter\nhits{zone="a"} |\nhits{zone="b"} |\n
//   piece_ends                                      34                50 51
//   value_index                                      0                 1 -1    (-1: no number)
//   values       7, 0.25
//
//   # TYPE hits counter
//   hits{zone="a"} 7
//   hits{zone="b"} 0.25
//
// Nothing here knows Node; text_binding.cc does.
#ifndef VSR_METRICS_TEXT_H_
#define VSR_METRICS_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace vsr_metrics {

// No number is longer than -0.0000012345678901234567.
inline constexpr size_t kNumberSizeMaximum = 25;

// Writes a number as JavaScript's String(value) does, but NaN, +Inf and -Inf as the exposition
// formats spell them. Returns the end. There must be room for kNumberSizeMaximum.
char* WriteNumber(double value, char* out);

// Constant text and where numbers go. Its arrays come from outside: FillText checks each element.
struct TextTemplate {
  const char* pieces;
  size_t pieces_size;
  const uint32_t* piece_ends;
  const int32_t* value_index;
  size_t piece_count;
};

// Bytes that grow and are used again by the next rendering.
class TextBuffer {
 public:
  const char* data() const { return memory_.get(); }
  size_t size() const { return size_; }
  void set_size(size_t size) { size_ = size; }

  // Room for `capacity` bytes, whose content is lost; null when there is no memory.
  char* Reserve(size_t capacity);

  // Gives memory back when there is more of it than `capacity`.
  void ShrinkTo(size_t capacity);

 private:
  struct Free {
    void operator()(char* memory) const { free(memory); }
  };
  std::unique_ptr<char, Free> memory_;
  size_t capacity_ = 0;
  size_t size_ = 0;
};

enum class FillResult {
  kFilled,
  kBadRange,       // first and last are no range of pieces
  kBadPieces,      // the ends of the pieces descend, or lie outside the text
  kBadValueIndex,  // a number that is not among the values
  kNoMemory,
};

// Writes the pieces `first` to `last` (exclusive), each with its number, to `out`.
FillResult FillText(const TextTemplate& text, size_t first, size_t last, const double* values,
                    size_t value_count, TextBuffer* out);

// Turns UTF-8 into UTF-16, which V8 takes several times faster than UTF-8 with but one letter that
// is not ASCII. There must be room for `size` units. What is not valid becomes U+FFFD. Returns the
// end.
char16_t* WidenUtf8(const char* text, size_t size, char16_t* out);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_TEXT_H_
