#include "text_binding.h"

#include "text.h"

namespace vsr_metrics {
namespace {

// What is kept from one rendering to the next, so that memory need not be had again each time.
struct Buffers {
  static constexpr size_t kKeptBytes = size_t(4) << 20;

  void Shrink() {
    text.ShrinkTo(kKeptBytes);
    wide.ShrinkTo(kKeptBytes);
  }

  TextBuffer text;
  TextBuffer wide;
};

template <typename T>
struct Array {
  const T* data = nullptr;
  size_t size = 0;
};

// False when the argument is no typed array of that type.
template <typename T>
bool Read(const Napi::Value& argument, napi_typedarray_type wanted, Array<T>* array) {
  napi_typedarray_type type;
  void* data;
  if (napi_get_typedarray_info(argument.Env(), argument, &type, &array->size, &data, nullptr,
                               nullptr) != napi_ok) {
    return false;
  }
  array->data = static_cast<const T*>(data);
  return type == wanted;
}

const char* Describe(FillResult result) {
  switch (result) {
    case FillResult::kBadRange:
      return "fillText: no such range of pieces";
    case FillResult::kBadPieces:
      return "fillText: the ends of the pieces do not ascend inside the text";
    case FillResult::kBadValueIndex:
      return "fillText: an index lies outside the values";
    default:
      return "fillText: no memory is left for the text";
  }
}

// The arguments of both functions: pieces, pieceEnds, valueIndex, values, first, last.
// False with an exception pending.
bool Fill(const Napi::CallbackInfo& info, TextBuffer* buffer) {
  Array<char> pieces;
  Array<uint32_t> ends;
  Array<int32_t> index;
  Array<double> values;
  if (!Read(info[0], napi_uint8_array, &pieces) || !Read(info[1], napi_uint32_array, &ends) ||
      !Read(info[2], napi_int32_array, &index) || !Read(info[3], napi_float64_array, &values) ||
      index.size < ends.size) {
    Napi::TypeError::New(info.Env(), "fillText: arguments of the wrong type")
        .ThrowAsJavaScriptException();
    return false;
  }
  const TextTemplate text{pieces.data, pieces.size, ends.data, index.data, ends.size};
  const uint32_t first = info[4].ToNumber().Uint32Value();
  const uint32_t last = info[5].ToNumber().Uint32Value();
  const FillResult result = FillText(text, first, last, values.data, values.size, buffer);
  if (result == FillResult::kFilled) return true;
  Napi::RangeError::New(info.Env(), Describe(result)).ThrowAsJavaScriptException();
  return false;
}

napi_status CreateAscii(napi_env env, const TextBuffer& text, napi_value* string) {
  return napi_create_string_latin1(env, text.data(), text.size(), string);
}

napi_status CreateUtf16(napi_env env, const TextBuffer& text, TextBuffer* wide,
                        napi_value* string) {
  auto* out = reinterpret_cast<char16_t*>(wide->Reserve(text.size() * sizeof(char16_t)));
  if (out == nullptr) return napi_generic_failure;
  const char16_t* const end = WidenUtf8(text.data(), text.size(), out);
  return napi_create_string_utf16(env, out, size_t(end - out), string);
}

// A seventh argument says that the pieces are ASCII, which V8 takes as it is.
Napi::Value FillString(const Napi::CallbackInfo& info, Buffers* buffers) {
  if (!Fill(info, &buffers->text)) return Napi::Value();
  napi_value string = nullptr;
  const napi_status status = info[6].ToBoolean()
                                 ? CreateAscii(info.Env(), buffers->text, &string)
                                 : CreateUtf16(info.Env(), buffers->text, &buffers->wide, &string);
  if (status != napi_ok && !info.Env().IsExceptionPending()) {
    Napi::RangeError::New(info.Env(), "fillText: the text is longer than a string can be")
        .ThrowAsJavaScriptException();
  }
  buffers->Shrink();
  return Napi::Value(info.Env(), string);
}

Napi::Value FillBytes(const Napi::CallbackInfo& info, Buffers* buffers) {
  if (!Fill(info, &buffers->text)) return Napi::Value();
  napi_value bytes = nullptr;
  void* copy;
  // Fails with an exception pending.
  napi_create_buffer_copy(info.Env(), buffers->text.size(), buffers->text.data(), &copy, &bytes);
  buffers->Shrink();
  return Napi::Value(info.Env(), bytes);
}

}  // namespace

void RegisterText(Napi::Env env, Napi::Object exports) {
  // Those of one environment, so that no two threads meet in them.
  auto buffers = std::make_shared<Buffers>();
  exports.Set("fillText", Napi::Function::New(env, [buffers](const Napi::CallbackInfo& info) {
                return FillString(info, buffers.get());
              }));
  exports.Set("fillBytes", Napi::Function::New(env, [buffers](const Napi::CallbackInfo& info) {
                return FillBytes(info, buffers.get());
              }));
}

}  // namespace vsr_metrics
